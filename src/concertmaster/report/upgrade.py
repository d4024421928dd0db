"""The text of an upgrade's pull request: what changes, what is left for a person, what was checked and what not."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct, field

from concertmaster.findings import Finding, Safety
from concertmaster.project.files import UnreadableFileError
from concertmaster.project.masking import masked
from concertmaster.report.checklist import box
from concertmaster.report.checklist import section as checklist
from concertmaster.report.comment import rule_link, sentence
from concertmaster.report.difference import masked_difference, unified
from concertmaster.report.markdown import (
    Links,
    code,
    count,
    fenced,
    joined,
    lacks,
    listing,
    marker,
    prose,
    visible,
)
from concertmaster.report.sections import Block, Section, fit
from concertmaster.upgrading import Note, UpgradePlan

#: GitHub takes 65,536 characters in a pull request's text.
MAX_BODY = 65_000
MAX_DIFF = 6_000
SHOWN_PLACES = 3
BEGIN, END = "<!-- concertmaster:upgrade -->", marker("upgrade-end")
#: The text is about one of all projects that a run has found in a repository.
FOUND = marker("project-found")


class Surroundings(Struct, frozen=True):
    """Where the upgrade is shown: links to its head and to what it starts from, ticks, and notes of this run.

    `is_found` tells that the project is one of all that the run has found.
    """

    head: Links = field(default_factory=Links)
    base: Links = field(default_factory=Links)
    ticked: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    is_found: bool = False


def title(plan: UpgradePlan) -> str:
    where = f" in {visible(plan.folder).replace('@', '@ ').replace('#', '# ')[:100]}" if plan.folder else ""
    return f"Upgrade orchestrator-core from {plan.installed} to {plan.target}{where}"


def render(plan: UpgradePlan, around: Surroundings, *, limit: int = MAX_BODY) -> str:
    """The whole text between its marks; what has no room is left out, the least important first, and counted."""
    begin = f"{BEGIN}{lacks(plan.lacking)}{FOUND if around.is_found else ''}"
    room = limit - len(begin) - len(END) - 4
    sections = (
        Section("", (Block(_opening(plan, around)),)),
        Section("To be done by hand", tuple(_left_out(plan)), importance=6, noun="note", glue="\n"),
        Section("Left for a person", tuple(_left(plan, around)), 5, "finding", _LEFT, glue="\n"),
        checklist(plan.operations, around.base, around.ticked, importance=4),
        Section("What changes", tuple(_table(plan, around)), 3, "rule", header=_HEAD, glue="\n"),
        Section("Suggested rewrites", tuple(_diffs(plan)), 1, "file", _DIFFS),
        Section("What was checked", tuple(map(Block, _checked(plan))), glue="\n"),
    )
    return f"{begin}\n{fit(sections, room)}\n\n{END}"


_LEFT = (
    "Nobody but you can decide these. Ticks survive updates of this text; what you mend goes from the list. "
    "What you want to keep as it is gets the comment `# concertmaster: ignore[rule]`."
)
_DIFFS = (
    "Not made here, because it depends on other code whether they mean the same; "
    "`concertmaster fix --unsafe` makes them."
)


_UNRAISED = (
    "**No requirement could be raised**: do it by hand before you merge, or the code is ahead of the release."
)
_PROMISE = (
    "You may commit on this branch: later runs add to your work and take nothing away. "
    "What you write above or below this text stays."
)


def _opening(plan: UpgradePlan, around: Surroundings) -> str:
    raised = [pin for pin in plan.pins if not pin.obstacle and pin.path in plan.files]
    where = listing([code(path) for path in dict.fromkeys(pin.path for pin in raised)])
    return joined(
        (
            f"This raises orchestrator-core from {code(plan.installed)} to {code(plan.target)}"
            + (f" in {where}" if raised else "")
            + f" and makes {count(len(plan.files), 'file')} follow, one commit a rule. "
            "**Nothing of it was run**: run your tests before you merge.",
            _PROMISE,
            "" if raised else _UNRAISED,
            *(f"> {note}" for note in around.notes),
        )
    )


def _left_out(plan: UpgradePlan) -> Iterator[Block]:
    for pin in plan.pins:
        if pin.obstacle:
            yield Block(
                f"- {code(f'{pin.path}:{pin.line}')} {code(masked(pin.text))} is not raised: {prose(pin.obstacle)}."
            )
    yield from (_note("Renew", note) for note in plan.locks)
    yield from (_note("Change", note) for note in plan.kept_back)
    for missed in plan.unanalysed:
        yield Block(f"- {code(missed.path)} could not be analysed: {prose(missed.reason)}.")


def _note(verb: str, note: Note) -> Block:
    return Block(f"- {verb} {code(note.path)}: {prose(note.text)}.")


# -- checklist -----------------------------------------------------------------------------------


def _left(plan: UpgradePlan, around: Surroundings) -> Iterator[Block]:
    order = sorted(plan.remaining, key=lambda item: (-item.severity.rank, item.rule, item.place))
    keys = _Keys()
    for _, group in groupby(order, key=lambda item: (item.severity.rank, item.rule)):
        findings = list(group)
        texts = {sentence(item.message) for item in findings}
        shared = f" {next(iter(texts))}" if len(texts) == 1 else ""
        head = f"\n{_heading(findings[0])}.{shared}\n"
        for number, item in enumerate(findings):
            told = "" if shared else f": {sentence(item.message)}"
            place = around.head.place(item.path, item.line, item.end_line)
            line = box(keys.of(item), f"{place}{told}", around.ticked)
            yield Block(line if number else f"{head}\n{line}")


def _heading(first: Finding) -> str:
    name = f"**{prose(first.title or first.rule)}**"
    return f"{name}, {first.severity.value} since {code(first.since)}, {rule_link(first)}"


class _Keys:
    """A key for each finding, which other findings before it do not change."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def of(self, finding: Finding) -> str:
        key, number = finding.fingerprint, 1
        while key in self._seen:
            number += 1
            key = hashlib.sha256(f"{finding.fingerprint}{number}".encode()).hexdigest()[:16]
        self._seen.add(key)
        return key


# -- what changes --------------------------------------------------------------------------------

_HEAD = "| since | what | found | left | where it was |\n|---|---|--:|--:|---|"


def _table(plan: UpgradePlan, around: Surroundings) -> Iterator[Block]:
    """A row for each release and rule; places that are in the checklist are not told again."""
    left = Counter((item.rule, item.since) for item in plan.remaining)
    order = sorted(plan.found, key=lambda item: (_number(item.since), item.rule, item.place))
    for (_, rule), group in groupby(order, key=lambda item: (_number(item.since), item.rule)):
        findings = list(group)
        first = findings[0]
        cells = (
            code(first.since),
            f"{prose(first.title or rule)} ({rule_link(first)})",
            f"{len(findings):,}",
            f"{left[rule, first.since]:,}",
            "above" if left[rule, first.since] >= len(findings) else _places(findings, around.base),
        )
        yield Block(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def _places(findings: Sequence[Finding], links: Links) -> str:
    shown = [_short(item, links) for item in findings[:SHOWN_PLACES]]
    more = len(findings) - len(shown)
    return ", ".join((*shown, f"and {more:,} more") if more else shown)


def _short(item: Finding, links: Links) -> str:
    """A place by the name of its file alone, for a table has little room; the link has the rest."""
    told = code(f"{item.path.rpartition('/')[2]}:{item.line}")
    address = links.to(item.path, item.line)
    return f"[{told}]({address})" if address else code(f"{item.path}:{item.line}")


def _diffs(plan: UpgradePlan) -> Iterator[Block]:
    for path, new in sorted(plan.suggested.items()):
        text = masked_difference(unified(path, _before(plan, path), new))
        shown = fenced(text, "diff") if len(text) <= MAX_DIFF else "The difference is too long to be shown."
        rules = _rules_at(plan.remaining, path)
        yield Block(f"<details><summary>{_html(path)}</summary>\n\n{rules}\n\n{shown}\n\n</details>")


def _before(plan: UpgradePlan, path: str) -> bytes | None:
    try:
        return plan.upgraded.read(path)
    except UnreadableFileError:
        return None


def _html(path: str) -> str:
    """A path inside a tag, where Markdown's code spans do not count."""
    return f"<code>{''.join(f'&#{ord(sign)};' if not sign.isalnum() else sign for sign in path[:300])}</code>"


def _rules_at(findings: Iterable[Finding], path: str) -> str:
    here = [item for item in findings if item.path == path and item.safety is Safety.SUGGESTED]
    return listing(list(dict.fromkeys(rule_link(item) for item in here)))


def _checked(plan: UpgradePlan) -> Iterator[str]:
    yield f"- Checked: every changed Python file parses under each commit ({count(len(plan.files), 'file')} in all)."
    if plan.unsettled:
        yield f"- **Not settled**: rewriting again would change {listing([code(path) for path in plan.unsettled])}."
    else:
        yield "- Checked: rewriting the result again changes nothing."
    yield from (f"- {prose(line)}" for line in (*plan.style, *plan.names.notes))
    if plan.names.release is not None:
        yield (
            f"- Checked: names, arguments and settings against the public API of {code(plan.names.release)}; "
            "what does not fit is listed above."
        )
    relocked = [path for path in plan.files if path.rpartition("/")[2] == "uv.lock"]
    if relocked:
        yield f"- Checked: {listing([code(path) for path in relocked])} was resolved by uv, without building anything."
    rest = "no migrations" if relocked else "no migrations, no resolver"
    yield f"- Not checked: whether it works. No code was imported or run, no tests, {rest}."
