"""The site's pages: one for every rule, complete, and every link leads to a page."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from tools import site_hops
from tools.coverage import rows
from tools.site import in_guide, index, on_site, page, write

from concertmaster.plan.operations import OPERATIONS
from concertmaster.rule import Rule, load_rules
from concertmaster.versions import NEWEST_KNOWN, RELEASES, release

RULES = load_rules()
LINK = re.compile(r"\]\((?P<target>[\w./-]+)(?:#[\w-]+)?\)")
CODE = re.compile(r"^(?P<fence>```|~~~).*?^(?P=fence)$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "pages"
    assert write(folder) == len(list(folder.rglob("*.md")))
    return folder


def test_links_elsewhere_and_between_guides_stay() -> None:
    text = "[a](https://example.org/docs/x.md) [b](upgrading.md#lock-files)"
    assert on_site(text) == text


def test_links_of_the_front_page_lead_to_the_site() -> None:
    assert on_site("[a](docs/names.md#x) [b](CONTRIBUTING.md)") == "[a](names.md#x) [b](contributing.md)"


def test_every_picture_is_there(site: Path) -> None:
    shown = [
        (path, source)
        for path in site.rglob("*.md")
        for source in re.findall(r'(?:src|srcset)="([^"]+)"', CODE.sub("", path.read_text(encoding="utf-8")))
    ]
    assert len(shown) > 3
    assert [(path.name, source) for path, source in shown if not (path.parent / source).is_file()] == []
    made = {path.relative_to(site).as_posix() for path in (site / "pictures").iterdir()}
    assert {source for _, source in shown} == made  # in both themes, and each of them somewhere


def test_links_of_guides_to_the_root_lead_to_the_site() -> None:
    assert (
        in_guide("[a](../SECURITY.md#x) [b](../CONTRIBUTING.md)") == "[a](security.md#x) [b](contributing.md)"
    )


def test_every_link_leads_to_a_page(site: Path) -> None:
    for path in site.rglob("*.md"):
        for match in LINK.finditer(CODE.sub("", path.read_text(encoding="utf-8"))):
            assert (path.parent / match["target"]).exists(), f"{path.name}: {match['target']}"


def test_every_rule_has_its_page_and_stands_in_the_index_once(site: Path) -> None:
    listed = re.findall(r"^\| \[([\w-]+)\]", index(RULES), re.MULTILINE)
    assert sorted(listed) == sorted(rule.id for rule in RULES)
    assert {path.stem for path in (site / "rules").glob("*.md")} == {"index", *listed}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_page_says_when_what_and_how_to_keep_it(rule: Rule) -> None:
    text = page(rule)
    assert rule.documentation.title in text
    assert rule.change.works_from in text
    assert f"ignore[{rule.id}]" in text
    assert text.count("```") == rule.documentation.body.count("```") + 2
    assert all(example.before.splitlines()[-1] in text for example in rule.documentation.examples)
    assert not re.search(r"^```\w+ (?!title=)", text, re.MULTILINE)


def test_the_hops_lead_from_the_first_major_to_the_newest_release_without_a_gap() -> None:
    stops = site_hops.stops()
    assert all(left == right for (_, left), (right, _) in pairwise(stops))
    assert release(stops[0][0]).major == 1
    assert stops[-1][1] == NEWEST_KNOWN


def test_every_operation_and_every_changed_row_with_a_rule_stands_in_its_hop() -> None:
    ruled = {row for rule in RULES if not rule.optional for row in rule.rows}
    for start, end in site_hops.stops():
        text = site_hops.guide(start, end, RULES)
        due = [item for item in OPERATIONS if site_hops.crosses(start, end, item.since)]
        missing = [item.title for item in due if not item.covered_by and item.title not in text]
        assert missing == []
        numbers = {row.release for row in rows() if row.id in ruled and row.release[0].isdigit()}
        for number in numbers & set(RELEASES):
            assert (f"### {number}\n" in text) is site_hops.crosses(start, end, number)


def test_a_hop_says_nothing_of_releases_beyond_it() -> None:
    text = site_hops.guide("3.2.3", "4.8.2", RULES)
    assert "4.0.0" in text
    assert "### 5." not in text
    assert "psycopg://" not in text
