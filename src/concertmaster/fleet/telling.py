"""Where many repositories stand: one table as Markdown, and one HTML page with a picture that loads nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from concertmaster.fleet.results import Standing, Upgraded
from concertmaster.report.markdown import code, count, visible
from concertmaster.versions import release

if TYPE_CHECKING:
    from jinja2 import Template

#: A step's summary may have 1 MiB.
MAX_MARKDOWN = 900_000
#: More bars than this are drawn by minor release.
MAX_BARS = 24
UNKNOWN = "not known"
HEADINGS = (
    "repository", "installed", "target", "errors", "warnings", "notices", "ready today", "by hand", "state",
)  # fmt: skip


class Bar(Struct, frozen=True):
    """The repositories at one release: how many, how long the bar is, and how far that release is behind."""

    label: str
    number: int
    width: float
    kind: str


def state(item: Standing) -> str:
    """How it went, in a few words that may hold a stranger's."""
    if item.problem:
        return f"not judged: {item.problem}"
    if item.unanalysed:
        return f"{count(item.unanalysed, 'file')} not analysed"
    if item.upgrade:
        return item.upgrade.replace("-", " ")
    if item.installed and item.installed == item.target and not any(item.severities):
        return "up to date"
    return "ready to upgrade" if not any(item.severities) else "to be changed"


def result(one: Upgraded) -> str:
    """What came of a project, in words."""
    return one.result.replace("-", " ")


def headline(items: Sequence[Standing]) -> str:
    """What all of them come to."""
    current = sum(bool(item.installed) and item.installed == item.target for item in items)
    problems = sum(bool(item.problem or item.unanalysed) for item in items)
    told = f"{count(len(items), 'repository', 'repositories')}: {current} at the target"
    return f"{told}, {problems} not wholly judged" if problems else told


# -- Markdown ----------------------------------------------------------------------------------


def as_markdown(items: Sequence[Standing], *, server: str = "") -> str:
    """The table, cut where it would be too long for the page of a job."""
    lines = [f"**{headline(items)}**", "", f"| {' | '.join(HEADINGS)} |", f"|---|---|---|{'---:|' * 5}---|"]
    size = sum(map(len, lines))
    for number, item in enumerate(items):
        row = _row(item, server)
        size += len(row.encode()) + 1
        if size > MAX_MARKDOWN:
            lines += ["", f"{len(items) - number} more are left out: the page has all of them."]
            break
        lines.append(row)
    return "\n".join(lines) + "\n"


def _row(item: Standing, server: str) -> str:
    name = code(item.repository)
    linked = f"[{name}]({server}/{item.repository})" if server and item.is_named else name
    at = f"{server}/{item.repository}" if server and item.is_named else ""
    told = ", ".join((code(state(item)), *(_linked(one, at) for one in item.upgrades if one.folder)))
    told += "".join(f" {_number(one, at)}" for one in item.upgrades if one.number and not one.folder)
    numbers = map(str, (*item.severities, item.today, item.by_hand))
    cells = (linked, item.installed or UNKNOWN, item.target or UNKNOWN, *numbers, told)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _linked(one: Upgraded, at: str) -> str:
    """What came of one project among several."""
    told = f"{code(one.folder)} {code(result(one))}"
    return f"{told} {_number(one, at)}" if one.number else told


def _number(one: Upgraded, at: str) -> str:
    return f"[#{one.number}]({at}/pull/{one.number})" if at else code(f"#{one.number}")


# -- HTML --------------------------------------------------------------------------------------


def as_html(items: Sequence[Standing], *, server: str = "") -> str:
    """The page: who stands where as a picture, and the table."""
    shown = [
        (item, visible(item.repository), visible(state(item)), [_shown(one) for one in item.upgrades])
        for item in items
    ]
    return _template().render(
        title="Where the repositories stand",
        verdict=headline(items),
        bars=bars(items),
        items=shown,
        headings=HEADINGS,
        server=server,
        unknown=UNKNOWN,
    )


def _shown(one: Upgraded) -> tuple[str, str, int | None]:
    return visible(one.folder), visible(result(one)), one.number


def bars(items: Iterable[Standing]) -> list[Bar]:
    """Newest first; by minor release, and by major one, where there are too many."""
    stated = [item for item in items if item.installed]
    unknown = sum(not item.installed for item in items)
    newest = max((release(item.target or item.installed) for item in stated), default=None)
    groups: dict[str, list[Standing]] = {}
    for parts in (9, 2, 1):
        groups = _grouped(stated, parts)
        if len(groups) <= MAX_BARS:
            break
    ordered = sorted(groups.items(), key=lambda pair: release(pair[1][0].installed), reverse=True)
    most = max([unknown, *(len(group) for _, group in ordered)], default=0) or 1
    drawn = []
    for label, group in ordered[:MAX_BARS]:
        at = release(group[0].installed)
        kind = "here" if at == newest else "near" if newest and at.major == newest.major else "far"
        drawn.append(Bar(label, len(group), len(group) / most, kind))
    left = sum(len(group) for _, group in ordered[MAX_BARS:])
    others = [
        Bar(label, number, number / most, "none") for label, number in (("older", left), (UNKNOWN, unknown))
    ]
    return drawn + [bar for bar in others if bar.number]


def _grouped(items: Iterable[Standing], parts: int) -> dict[str, list[Standing]]:
    """Repositories by the first parts of their release's number, the newest of each first."""
    groups: dict[str, list[Standing]] = defaultdict(list)
    for item in sorted(items, key=lambda item: release(item.installed), reverse=True):
        pieces = item.installed.split(".")
        groups[item.installed if len(pieces) <= parts else f"{'.'.join(pieces[:parts])}.x"].append(item)
    return groups


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("fleet.html.j2")
