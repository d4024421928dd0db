"""Writes the pages of the documentation's site: the guides as they are, a page for every rule and every hop.

python -m tools.site            # then `mkdocs build --strict`; `make site` does both
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from concertmaster.findings import Safety
from concertmaster.report.explanation import releases_told
from concertmaster.rule import Rule, load_rules
from concertmaster.versions import release
from tools import site_hops
from tools.site_hops import table

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / ".cache" / "site" / "pages"
#: Pages at the root of the repository, and what they are called on the site.
AT_ROOT = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
SAFETIES = {
    Safety.SAFE: "is made by `concertmaster fix` and suggested in reviews",
    Safety.SUGGESTED: "is suggested with the request to check it, and made by `concertmaster fix --unsafe`",
    Safety.MANUAL: "is left to a person, who is told what to do",
}
_LINK = re.compile(r"\]\((?P<target>[\w./-]+)(?P<anchor>#[\w-]+)?\)")
_OPENING = re.compile(r"^```(?P<kind>\w+)(?P<words>(?: \S+)+)$", re.MULTILINE)


def main() -> int:
    shutil.rmtree(PAGES, ignore_errors=True)
    written = write(PAGES)
    print(f"{written} pages in {PAGES.relative_to(ROOT)}")
    return 0


def write(folder: Path) -> int:
    """Everything that the site is built from; gives the number of pages."""
    shutil.copytree(ROOT / "docs", folder)
    for guide in folder.glob("*.md"):
        guide.write_text(in_guide(guide.read_text(encoding="utf-8")), encoding="utf-8")
    for name, new in AT_ROOT.items():
        if (ROOT / name).exists():
            (folder / new).write_text(on_site((ROOT / name).read_text(encoding="utf-8")), encoding="utf-8")
    for path, text in pages():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return sum(1 for _ in folder.rglob("*.md"))


def pages() -> Iterator[tuple[str, str]]:
    """The pages that are made, with their places."""
    rules = load_rules()
    yield "rules/index.md", index(rules)
    for rule in rules:
        yield f"rules/{rule.id}.md", page(rule)
    yield "hops/index.md", site_hops.index()
    for start, end in site_hops.stops():
        yield f"hops/{site_hops.name(start, end)}.md", site_hops.guide(start, end, rules)


def in_guide(text: str) -> str:
    """A guide, with its links to the repository's root as they are on the site."""
    return re.sub(r"\]\(\.\./([A-Z]+\.md)", lambda match: f"]({AT_ROOT[match[1]]}", text)


def on_site(text: str) -> str:
    """A page of the repository's root, with its links as they are on the site."""
    text = re.sub(r'(src|srcset)="docs/', r'\1="', text)
    return _LINK.sub(lambda match: f"]({_moved(match['target'])}{match['anchor'] or ''})", text)


def _moved(target: str) -> str:
    if target == "docs/workflows":
        return "reviewing.md"
    return AT_ROOT.get(target, target.removeprefix("docs/"))


def page(rule: Rule) -> str:
    """What a rule says of itself, and when it matters, what becomes of it, how it is kept."""
    told = rule.documentation
    rows = ", ".join(f"`{row}`" for row in rule.rows)
    return f"""# {rule.id}

**{told.title}.** {releases_told(rule)}

{_rewrite(rule.safety)} It covers the [changes](../coverage.md) {rows}.

{_OPENING.sub(_titled, told.body)}

## Keeping it

A comment on the line, or on a line of its own above, keeps what this rule finds:

```python
...  # concertmaster: ignore[{rule.id}] reason
```

`ignore = ["{rule.id}"]` in the [configuration](../configuration.md) switches it off.
`concertmaster explain {rule.id}` shows this in a terminal.
"""


def _rewrite(safety: Safety) -> str:
    if safety is Safety.MANUAL:
        return "Nothing is rewritten: a person is told what to do."
    return f"The rewrite {SAFETIES[safety]}."


def _titled(opening: re.Match[str]) -> str:
    """A fence's words as a title: the file that it stands for, and whether it is only told."""
    words = opening["words"].split()
    names = [word for word in words if word not in ("reported", "diff")]
    told = ["told, and left to a person"] if "reported" in words else []
    kind = (
        "diff" if "diff" in words else {"project": "text", "env": "ini"}.get(opening["kind"], opening["kind"])
    )
    title = ": ".join([*names, *told])
    return f'```{kind} title="{title}"' if title else f"```{kind}"


def index(rules: Iterable[Rule]) -> str:
    """All rules by the release that makes them matter, the newest first, with how far a rewrite goes."""
    ordered = sorted(rules, key=lambda rule: (release(rule.change.since), rule.id))
    parts = [f"# Rules\n\n{len(ordered)} rules, by the release from which the old form is wrong. A rewrite\n"]
    parts += [f"- that is `{safety.value}` {told}," for safety, told in SAFETIES.items()]
    parts[-1] = parts[-1].removesuffix(",") + ".\n"
    groups = [(since, list(group)) for since, group in groupby(ordered, key=lambda rule: rule.change.since)]
    for since, group in reversed(groups):
        parts += [f"## {since}\n", *table(group), ""]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
