"""A review as one comment: the verdict, and by severity and rule everything that has no comment of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.findings import Finding, Safety, Severity, Suppressed, Unanalysed
from concertmaster.plan import Place, Plan
from concertmaster.report import checklist
from concertmaster.report.comment import difference, rule_link, sentence
from concertmaster.report.markdown import Links, code, count, fenced, joined, prose
from concertmaster.report.overview import cures, kept, releases
from concertmaster.report.sections import fit
from concertmaster.versions import Window

#: GitHub takes 65,536 characters in a comment.
MAX_COMMENT = 65_000
#: Files that could not be analysed, told one by one.
MAX_MISSED = 50
#: From this many places on a rule's list is folded.
FOLD_FROM = 6
#: Up to this many places of a rule each line is a link; beyond it one link a file leaves room for all.
MAX_LINKED = 150
_ENDING = 300
_FOLDED = "\n\n</details>"


class Operations(Struct, frozen=True):
    """What the release that a pull request moves to asks of a person, and which of it somebody has ticked.

    `place` is the line that moves the release; its path is that of the repository, as those of the plan are.
    """

    plan: Plan
    place: Place | None = None
    ticked: frozenset[str] = frozenset()


class Summary(Struct, frozen=True):
    """What a summary is of: everything that was found, and the part of it that is listed."""

    window: Window
    findings: tuple[Finding, ...] = ()
    listed: tuple[Finding, ...] = ()
    unanalysed: tuple[Unanalysed, ...] = ()
    notes: tuple[str, ...] = ()
    created: tuple[tuple[str, bytes], ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    operations: Operations | None = None


def verdict(findings: Iterable[Finding], unanalysed: Sequence[Unanalysed] = ()) -> str:
    """`2 errors and 1 warning; 1 file could not be analysed`."""
    numbers = Counter(finding.severity for finding in findings)
    counted = [count(numbers[severity], severity.value) for severity in Severity if numbers[severity]]
    found = " and ".join(filter(None, (", ".join(counted[:-1]), counted[-1]))) if counted else ""
    missed = f"{count(len(unanalysed), 'file')} could not be analysed" if unanalysed else ""
    return "; ".join(filter(None, (found, missed))) or "nothing to mend"


def render(summary: Summary, links: Links, *, limit: int = MAX_COMMENT) -> str:
    """The whole text; what does not fit is left out from its least important end, and counted."""
    above = (releases(summary.findings), kept(summary.suppressed, links), _missed(summary.unanalysed))
    mending = cures(summary.findings, len(summary.findings) - len(summary.listed))
    parts = [joined((_headline(summary), mending, *summary.notes, *above))]
    files = _created(summary.created, limit // 2)
    around = _operations(summary.operations, links, limit // 3)
    parts += [around] if around else []
    left = limit - len(parts[0]) - len(around) - len(files) - _ENDING
    cut = Counter[Severity]()
    for severity, group in _by_severity(summary.listed):
        title = f"### {severity.value.capitalize()}s"
        for findings in _by_rule(group):
            block, told = _block(findings, links, left - len(title))
            cut[severity] += len(findings) - told
            if told:
                parts += [block] if title in parts else [title, block]
            left = left - len(block) - len(title) - 4 if told == len(findings) else 0
    return joined((*parts, files, _cut(cut)))


def _operations(operations: Operations | None, links: Links, room: int) -> str:
    """The checklist of the plan, folded; what has no room is counted."""
    if operations is None or not operations.plan.items:
        return ""
    plan, place = operations.plan, operations.place
    where = f", as {links.place(place.path, place.line)} does," if place else ""
    told = (
        f"Going from orchestrator-core {code(plan.installed)} to {code(plan.target)}{where} takes "
        f"{count(len(plan.items), checklist.NOUN)} that code cannot make."
    )
    head = f"### {checklist.TITLE}\n\n{told}\n\n<details><summary>Checklist</summary>\n\n"
    whole = checklist.section(plan, links, operations.ticked, importance=1)
    body = fit([replace(whole, title="")], room - len(head) - len(_FOLDED))
    return f"{head}{body}{_FOLDED}"


def _created(files: Sequence[tuple[str, bytes]], room: int) -> str:
    """New files that would mend something, with their text as far as there is room."""
    parts = ["### Files to add"] if files else []
    for path, source in files:
        text = fenced(source.decode("utf-8", "replace"), "python" if path.endswith(".py") else "")
        shown = f"<details><summary>Text</summary>\n\n{text}\n\n</details>"
        room -= len(shown)
        parts.append(f"{code(path)}, which `concertmaster fix --unsafe` writes{'' if room < 0 else ':'}")
        parts += [shown] if room >= 0 else []
    return joined(parts)


def _headline(summary: Summary) -> str:
    window = summary.window
    told = verdict(summary.findings, summary.unanalysed)
    text = f"**Concertmaster: {told}** for orchestrator-core {code(window.installed)}"
    ahead = f", looking ahead to {code(window.target)}" if window.target != window.installed else ""
    return f"{text}{ahead}."


def _missed(unanalysed: Sequence[Unanalysed]) -> str:
    if not unanalysed:
        return ""
    lines = [f"- {code(item.path)}: {prose(item.reason)}" for item in unanalysed[:MAX_MISSED]]
    more = len(unanalysed) - MAX_MISSED
    rest = [f"- and {count(more, 'more file')}"] if more > 0 else []
    return "\n".join(("### Could not be analysed", "", *lines, *rest))


def _by_severity(findings: Iterable[Finding]) -> Iterator[tuple[Severity, list[Finding]]]:
    ordered = sorted(findings, key=lambda finding: (-finding.severity.rank, finding.rule, finding.place))
    for severity, group in groupby(ordered, key=lambda finding: finding.severity):
        yield severity, list(group)


def _by_rule(findings: Iterable[Finding]) -> Iterator[list[Finding]]:
    for _, group in groupby(findings, key=lambda finding: finding.rule):
        yield list(group)


def _block(findings: Sequence[Finding], links: Links, room: int) -> tuple[str, int]:
    """One rule with its places, and how many of them are listed."""
    opening, closing = ("<details><summary>Places</summary>\n\n", "\n\n</details>")
    if len(findings) < FOLD_FROM:
        opening = closing = ""
    head = f"{_rule_line(findings)}\n\n{opening}"
    left = room - len(head) - len(closing)
    lines: list[str] = []
    told = 0
    for line, number in _places(findings, links):
        left -= len(line) + 1
        if left < 0:
            break
        lines.append(line)
        told += number
    return head + "\n".join(lines) + closing, told


def _places(findings: Sequence[Finding], links: Links) -> Iterator[tuple[str, int]]:
    """A line each where a person has to read it; a line a file where a rewrite is there and there are many."""
    many = len(findings) >= FOLD_FROM
    by_hand = [finding for finding in findings if not many or not finding.edits]
    for finding in by_hand:
        place = links.place(finding.path, finding.line, finding.end_line)
        yield f"- {place}: {sentence(finding.message)}{_difference(finding)}", 1
    rest = [finding for finding in findings if many and finding.edits]
    for path, group in groupby(rest, key=lambda finding: finding.path):
        here = list(group)
        yield f"- {code(path)}: {_numbers(here, links, len(rest))}", len(here)


def _difference(finding: Finding) -> str:
    """Before and after, as a part of the item that tells of it."""
    text = difference(finding)
    return "".join(f"\n  {line}" for line in ("", *text.splitlines())) if text else ""


def _numbers(findings: Sequence[Finding], links: Links, among: int) -> str:
    """Line numbers of one file, each a link; where there are very many, the first alone is."""
    told: list[str] = []
    for number in dict.fromkeys(finding.line for finding in findings):
        address = links.to(findings[0].path, number) if not told or among <= MAX_LINKED else None
        told.append(f"[{number}]({address})" if address else str(number))
    return f"line{'' if len(told) == 1 else 's'} {', '.join(told)}"


def _rule_line(findings: Sequence[Finding]) -> str:
    first = findings[0]
    numbers = Counter(finding.safety for finding in findings if finding.edits)
    cures = {
        Safety.SAFE: f"`concertmaster fix` mends {numbers[Safety.SAFE]:,}",
        Safety.SUGGESTED: f"`concertmaster fix --unsafe` mends {numbers[Safety.SUGGESTED]:,}, to be checked",
    }
    told = (
        f"**{prose(first.title or first.rule)}** in {count(len(findings), 'place')}",
        f"since {code(first.since)}",
        rule_link(first),
        *(text for safety, text in cures.items() if numbers[safety]),
    )
    return ", ".join(told)


def _cut(cut: Counter[Severity]) -> str:
    told = [count(number, severity.value) for severity, number in cut.items() if number]
    if not told:
        return ""
    return f"Not listed here for want of room: {', '.join(told)}. `concertmaster check` tells them all."
