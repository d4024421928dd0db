"""The text of a pull request that goes on top of another one: what it brings, by which rules, and what is left."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Finding, Safety
from concertmaster.plan import Plan
from concertmaster.report.checklist import box
from concertmaster.report.checklist import section as checklist
from concertmaster.report.comment import rule_link, sentence
from concertmaster.report.markdown import Links, code, count, joined, lacks, listing, marker, prose
from concertmaster.report.sections import Block, Section, fit

MAX_BODY = 65_000
BEGIN, END, DONE = marker("follow-up"), marker("follow-up-end"), marker("follow-up-done")
_HEAD = "| rule | what | places | files |\n|---|---|--:|---|"
_PROMISE = (
    "You may commit on this branch: later runs add to your work and take nothing away. "
    "What you write above or below this text stays."
)
_LEFT = "No rewrite makes these. Ticks survive updates of this text; what you mend goes from the list."


class Told(Struct, frozen=True):
    """What a stacked pull request is about.

    `number` and `branch` are those of the pull request below it. `releases` are what that one moves between, where
    this one is what an upgrade still takes. `left` needs a person, and so do the `operations`.
    """

    number: int
    branch: str
    brought: tuple[Finding, ...]
    files: tuple[str, ...]
    releases: tuple[str, str] | None = None
    left: tuple[Finding, ...] = ()
    operations: Plan | None = None
    notes: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        if self.releases:
            return f"Follow orchestrator-core {self.releases[1]} in the code of #{self.number}"
        return f"Follow up on #{self.number}"


def render(told: Told, links: Links, ticked: frozenset[str], *, limit: int = MAX_BODY) -> str:
    """The whole text between its marks; what has no room is left out, the least important first, and counted."""
    sections = [
        Section("", (Block(_opening(told)),)),
        Section("Left for a person", tuple(_left(told, links, ticked)), 3, "finding", _LEFT, glue="\n"),
        *([checklist(told.operations, links, ticked, importance=2)] if told.operations else []),
        Section("What it brings", tuple(_table(told)), 1, "rule", header=_HEAD, glue="\n"),
    ]
    if not told.left:
        del sections[1]
    begin = f"{BEGIN}{lacks(told.lacking)}"
    return f"{begin}\n{fit(sections, limit - len(begin) - len(END) - 4)}\n\n{END}"


def _opening(told: Told) -> str:
    number = f"#{told.number}"
    if told.releases:
        before, after = map(code, told.releases)
        why = f"{number} moves orchestrator-core from {before} to {after}; this makes the code follow"
    else:
        why = f"This brings what the review of {number} could not suggest on its lines"
    head = (
        f"{why}: {count(len(told.files), 'file')}, one commit a rule. It goes into {code(told.branch)}, "
        f"the branch of {number}. **Nothing of it was run**: run your tests before you merge."
    )
    return joined((head, _PROMISE, *(f"> {note}" for note in told.notes)))


def _table(told: Told) -> Iterator[Block]:
    places = Counter(finding.rule for finding in told.brought)
    first = {finding.rule: finding for finding in reversed(told.brought)}
    for rule in sorted(first):
        finding = first[rule]
        files = sorted({item.path for item in told.brought if item.rule == rule})
        check = any(item.safety is Safety.SUGGESTED for item in told.brought if item.rule == rule)
        cells = (
            rule_link(finding),
            prose(finding.title or rule) + (", **to be checked**" if check else ""),
            f"{places[rule]:,}",
            listing([code(path) for path in files], limit=3),
        )
        yield Block(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")


def _left(told: Told, links: Links, ticked: frozenset[str]) -> Iterator[Block]:
    seen: Counter[str] = Counter()
    for item in sorted(told.left, key=lambda item: (-item.severity.rank, item.rule, item.place)):
        seen[item.fingerprint] += 1
        text = f"{item.fingerprint}{seen[item.fingerprint]}"
        key = hashlib.sha256(text.encode()).hexdigest()[:16]
        place = links.place(item.path, item.line, item.end_line)
        yield Block(box(key, f"{place}: {sentence(item.message)} ({rule_link(item)})", ticked))
