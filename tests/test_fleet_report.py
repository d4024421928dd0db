"""A run over several repositories, and its results as one table and one page."""

from __future__ import annotations

import io
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from concertmaster.cli import run
from concertmaster.fleet.results import Standing, Upgraded, standings
from concertmaster.fleet.showing import print_standings
from concertmaster.fleet.telling import MAX_BARS, MAX_MARKDOWN, as_html, as_markdown, bars
from concertmaster.github.client import connect
from concertmaster.messages import UserError
from tests.github_server import GitHub
from tests.github_server.faults import status
from tests.jobs import OLD, PIN

SERVER = "https://github.example.org"
HOSTILE = "</td><script>alert(1)</script><img src=x>@octocat #1 | `x` \u202e::error::x\n# y"


def keep(folder: Path, name: str, **found: object) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps({"version": 1, **found}))


def finding(severity: str = "error", safety: str = "safe", *, today: bool = False) -> dict[str, object]:
    return {"rule": "old-namespace", "severity": severity, "safety": safety, "today": today, "more": [1]}


class Page(HTMLParser):
    """The tags and attributes of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not {
            name for name, _ in attrs if name.startswith("on") or name in ("src", "style", "xlink:href")
        }
        self.links |= {value or "" for name, value in attrs if name == "href"}


# -- results -------------------------------------------------------------------------------------------


def test_a_folder_without_results_is_told(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("x")
    with pytest.raises(UserError, match="no results"):
        standings([tmp_path])


def test_results_are_counted_here(tmp_path: Path) -> None:
    findings = [
        finding(),
        finding("warning", "suggested", today=True),
        finding("notice", "manual", today=True),
    ]
    keep(
        tmp_path, "o/a.json", repository="o/a", installed="4.8.2", target="5.5.0", findings=findings, errors=9
    )
    keep(tmp_path, "o/b.json", repository="o/b", installed="5.5.0", target="5.5.0")
    upgrade = {"result": "opened", "reason": "pull request #7", "pull_request": 7}
    keep(tmp_path, "o/c.json", repository="o/c", installed="5.0.4", target="5.5.0", upgrade=upgrade)
    keep(tmp_path, "o/d.json", repository="o/d", error="No dependency was found.")
    assert standings([tmp_path]) == [
        Standing("o/a", "4.8.2", "5.5.0", (1, 1, 1), today=2, by_hand=1),
        Standing("o/b", "5.5.0", "5.5.0"),
        Standing("o/c", "5.0.4", "5.5.0", upgrade="opened", upgrades=(Upgraded("opened", 7),)),
        Standing("o/d", problem="No dependency was found."),
    ]


def test_what_check_writes_is_a_result_named_after_its_file(tmp_path: Path) -> None:
    keep(tmp_path, "network.json", installed="4.8.2", target="5.5.0", findings=[finding()], unanalysed=[])
    (found,) = standings([tmp_path / "network.json"])
    assert (found.repository, found.is_named, found.severities) == ("network", False, (1, 0, 0))


BROKEN = {
    "text": "no JSON",
    "list": "[]",
    "version": '{"version": 2}',
    "deep": "[" * 100_000,
    "severity": '{"version": 1, "findings": [{"rule": "x", "severity": "fatal", "safety": "safe"}]}',
    "number": '{"version": 1, "upgrade": {"result": "opened", "pull_request": "7"}}',
    "long": json.dumps({"version": 1, "repository": "x" * 5_000}),
    "bytes": "\udcff",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=list(BROKEN))
def test_a_file_that_is_no_result_costs_itself_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    keep(tmp_path, "good.json", repository="o/good", installed="5.5.0", target="5.5.0")
    bad, good = standings([tmp_path])
    assert (bad.repository, bad.problem) == ("bad", "the file holds no result")
    assert good == Standing("o/good", "5.5.0", "5.5.0")


def test_no_link_pipe_or_folder_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    keep(tmp_path, "secret", repository="o/secret", installed="5.5.0")
    results = tmp_path / "results"
    results.mkdir()
    (results / "link.json").symlink_to(secret)
    os.mkfifo(results / "pipe.json")
    (results / "folder").symlink_to(tmp_path)
    assert [(item.repository, item.problem[:23]) for item in standings([results])] == [
        ("link", "the file cannot be read"),
        ("pipe", "the file cannot be read"),
    ]


def test_two_results_of_one_repository_are_told(tmp_path: Path) -> None:
    keep(tmp_path, "1.json", repository="o/a", installed="4.8.2", target="5.5.0")
    keep(tmp_path, "2.json", repository="o/a", installed="5.5.0", target="5.5.0")
    second, first = standings([tmp_path])
    assert first.installed == "4.8.2"
    assert second.problem == "tells of o/a once more"


# -- the table and the page ------------------------------------------------------------------------------


def test_the_table_links_what_is_a_repository() -> None:
    text = as_markdown(
        [
            Standing(
                "o/a",
                "5.0.4",
                "5.5.0",
                (1, 2, 3),
                4,
                5,
                upgrade="nothing-new",
                upgrades=(Upgraded("nothing-new", 7),),
            )
        ],
        server=SERVER,
    )
    assert text.splitlines()[-1] == (
        f"| [`o/a`]({SERVER}/o/a) | 5.0.4 | 5.5.0 | 1 | 2 | 3 | 4 | 5 | `nothing new` [#7]({SERVER}/o/a/pull/7) |"
    )


def test_every_project_of_a_repository_is_shown_with_its_pull_request(tmp_path: Path) -> None:
    each = [
        {"folder": "core", "result": "opened", "reason": "x", "pull_request": 1},
        {"folder": "net|work", "result": "nothing-new", "reason": "x", "pull_request": 2},
        {"folder": "tools", "result": "failed", "reason": "x", "pull_request": None},
    ]
    folded = {"result": "failed", "reason": "x", "pull_request": 1}
    keep(
        tmp_path, "a.json", repository="o/a", installed="5.0.4", target="5.5.0", upgrade=folded, upgrades=each
    )
    (found,) = standings([tmp_path])
    assert [(one.folder, one.number) for one in found.upgrades] == [
        ("core", 1),
        ("net|work", 2),
        ("tools", None),
    ]
    assert (
        as_markdown([found], server=SERVER)
        .splitlines()[-1]
        .endswith(
            f"| `failed`, `core` `opened` [#1]({SERVER}/o/a/pull/1), "
            f"`net\\|work` `nothing new` [#2]({SERVER}/o/a/pull/2), `tools` `failed` |"
        )
    )
    assert "`core` `opened` `#1`" in as_markdown([found])
    page = as_html([found], server=SERVER)
    assert Page(page).links == {f"{SERVER}/o/a", f"{SERVER}/o/a/pull/1", f"{SERVER}/o/a/pull/2"}
    assert "<code>tools</code> failed</span>" in page
    assert "<code>core</code> opened #1</span>" in as_html([found])
    on = Console(file=io.StringIO(), width=120)
    print_standings(on, [found])
    assert isinstance(on.file, io.StringIO)
    lines = [line.strip() for line in on.file.getvalue().splitlines()]
    assert lines[-3:] == ["core: opened #1", "net|work: nothing new #2", "tools: failed"]


def test_a_table_that_is_too_long_says_so() -> None:
    items = [Standing(f"o/{number}", problem="x" * 400) for number in range(4_000)]
    text = as_markdown(items, server=SERVER)
    assert len(text.encode()) < MAX_MARKDOWN + 200
    left = re.search(r"^(\d+) more are left out", text, re.MULTILINE)
    assert left is not None
    assert text.count("| [`o/") + int(left[1]) == 4_000


@given(st.text(max_size=60) | st.just(HOSTILE), st.text(max_size=60) | st.just(HOSTILE))
def test_nothing_in_a_result_comes_to_life(name: str, problem: str) -> None:
    hostile = (Upgraded(problem, 1), Upgraded(problem, 2, problem), Upgraded(problem, None, name or "x"))
    items = [Standing(name, upgrade=problem, upgrades=hostile), Standing("o/b", problem=problem)]
    shown = cmarkgfm.github_flavored_markdown_to_html(as_markdown(items, server=SERVER))
    page = Page(shown)
    assert page.tags <= {"p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "a"}
    assert page.links <= {
        f"{SERVER}/o/b",
        f"{SERVER}/{name}",
        f"{SERVER}/{name}/pull/1",
        f"{SERVER}/{name}/pull/2",
    }
    whole = Page(as_html(items, server=SERVER))
    assert whole.tags.isdisjoint({"script", "img", "iframe", "link", "object", "base", "form"})
    assert whole.links == page.links
    assert all("\u202e" not in text for text in (shown, as_html(items)))


def test_the_page_loads_nothing() -> None:
    page = as_html([Standing("o/a", "4.8.2", "5.5.0")], server=SERVER)
    assert "default-src 'none'" in page
    assert re.findall(r"url\(|@import|https?://(?!github\.example\.org)", page) == []


def test_the_picture_has_everybody_once_the_newest_first() -> None:
    items = [
        Standing("o/a", "4.8.2", "5.5.0"),
        Standing("o/b", "5.5.0", "5.5.0"),
        Standing("o/c", "4.10.0", "5.5.0"),
        Standing("o/d", "5.0.4", "5.5.0"),
        Standing("o/e", "5.0.4", "5.5.0"),
        Standing("o/f", problem="x"),
    ]
    assert [(bar.label, bar.number, bar.width, bar.kind) for bar in bars(items)] == [
        ("5.5.0", 1, 0.5, "here"),
        ("5.0.4", 2, 1.0, "near"),
        ("4.10.0", 1, 0.5, "far"),
        ("4.8.2", 1, 0.5, "far"),
        ("not known", 1, 0.5, "none"),
    ]


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 3), max_size=80))
def test_many_releases_are_drawn_together(releases: list[tuple[int, int, int]]) -> None:
    items = [Standing(f"o/{index}", ".".join(map(str, at)), "41.0.0") for index, at in enumerate(releases)]
    drawn = bars(items)
    assert len(drawn) <= MAX_BARS + 1
    assert sum(bar.number for bar in drawn) == len(items)
    assert all(0 < bar.width <= 1 for bar in drawn)


# -- the commands ----------------------------------------------------------------------------------------


@pytest.fixture
def fleet(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> GitHub:
    """Three repositories, one of which uses no framework."""
    github.create_repository("o/old", {"pyproject.toml": PIN.format("4.8.2"), "flows.py": OLD})
    github.create_repository("o/new", {"pyproject.toml": PIN.format("5.5.0")})
    github.create_repository("o/other", {"a.py": "1\n"})
    monkeypatch.setenv("GITHUB_API_URL", github.api_url)
    monkeypatch.setenv("GITHUB_SERVER_URL", SERVER)
    monkeypatch.setenv("GITHUB_TOKEN", github.token())
    return github


def test_a_check_of_several_becomes_one_table(
    fleet: GitHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(["fleet", "run", "o/old o/new", "o/other", "--output", str(tmp_path / "out"), "--offline"]) == 3
    )
    assert "o/other: not judged: No dependency on orchestrator-core" in capsys.readouterr().out
    assert [
        exchange.method for exchange in fleet.journal.exchanges if exchange.method not in ("GET", "POST")
    ] == []
    assert all(e.path == "/graphql" for e in fleet.journal.exchanges if e.method == "POST")
    page = tmp_path / "fleet.html"
    assert run(["fleet", "report", str(tmp_path / "out"), "--html", str(page)]) == 3
    told = capsys.readouterr().out
    rows = [line.split(" | ") for line in told.splitlines() if line.startswith("| [")]
    assert [(row[1], row[2], row[8].rstrip(" |")) for row in rows[:2]] == [
        ("5.5.0", "5.5.0", "`up to date`"),
        ("4.8.2", "5.5.0", "`to be changed`"),
    ]
    assert "<svg" in page.read_text()


def test_an_upgrade_of_several_opens_a_pull_request_for_each_that_needs_it_and_a_second_run_none(
    fleet: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["fleet", "run", "o/old", "o/new", "--mode", "upgrade", "--output", str(tmp_path), "--offline"]
    monkeypatch.setattr(
        "concertmaster.cli.fleet._client", lambda: connect(fleet.token(), fleet.api_url, pause=0)
    )
    for result in ("opened", "nothing-new"):
        assert run(command) == 0
        new, old = standings([tmp_path])
        assert (old.upgrades, new.upgrade) == ((Upgraded(result, 1),), "up-to-date")
    assert [pull.head.ref for pull in fleet.hub.repository("o/old").pulls] == [
        "concertmaster/orchestrator-core-5.5.0"
    ]
    assert fleet.hub.repository("o/new").pulls == []


def test_an_outage_of_one_repository_costs_itself_alone(fleet: GitHub, tmp_path: Path) -> None:
    fleet.faults.add("GET", "/repos/o/old$", status(404), times=99)
    assert run(["fleet", "run", "o/old", "o/new", "--output", str(tmp_path), "--offline"]) == 3
    new, old = standings([tmp_path])
    assert new.installed == "5.5.0"
    assert "404" in old.problem


def test_a_token_that_nobody_knows_ends_the_run(
    fleet: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_wrong")
    assert run(["fleet", "run", "o/old", "o/new", "--output", str(tmp_path), "--offline"]) == 2
    assert "does not accept the token" in capsys.readouterr().err
    assert len(fleet.journal) == 1


@pytest.mark.parametrize(
    ("names", "mode", "told"),
    [
        (["o/a"], "sing", "--mode 'sing'"),
        (["../user"], "check", "'../user'"),
        (["o/a o/b;c"], "check", "'o/b;c'"),
        (["-x/y"], "check", "'-x/y'"),
        (["o/.."], "check", "'o/..'"),
    ],
)
def test_wrong_use_is_told(
    names: list[str], mode: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["fleet", "run", "--mode", mode, "--output", str(tmp_path), "--", *names]) == 2
    assert f"{told} cannot be used" in capsys.readouterr().err


def test_more_files_than_are_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concertmaster.fleet.results.MAX_FILES", 2)
    monkeypatch.setattr("concertmaster.fleet.results.MAX_BYTES", 60)
    for name in ("a", "b", "c"):
        keep(tmp_path, f"{name}.json", repository=f"o/{name}", installed="x" * (60 if name == "b" else 1))
    found = {item.repository: item.problem for item in standings([tmp_path])}
    assert found == {
        "o/a": "",
        "b": "the file holds no result",
        "…": "more than 2 files: the rest was not read",
    }


def test_an_empty_repository_and_a_policy(fleet: GitHub, tmp_path: Path) -> None:
    fleet.create_repository("o/void")
    command = ["fleet", "run", "o/void o/old", "--target", "next-hop", "--output", str(tmp_path), "--offline"]
    assert run(command) == 3
    old, void = standings([tmp_path])
    assert (old.installed, old.target) == ("4.8.2", "5.5.0")
    assert "no commits" in void.problem


def test_a_server_that_is_none_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(tmp_path, "a.json", repository="o/a", installed="5.5.0", target="5.5.0")
    monkeypatch.setenv("GITHUB_SERVER_URL", "javascript:alert(1)")
    assert run(["fleet", "report", str(tmp_path)]) == 2
    assert "GITHUB_SERVER_URL" in capsys.readouterr().err
