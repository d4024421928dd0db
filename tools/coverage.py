"""Writes docs/coverage.md: what covers each row of the catalogue of changes, or why nothing can.

python -m tools.coverage          # write it
python -m tools.coverage --check  # fail when it is not up to date, or a row has no answer
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from concertmaster.findings import Safety
from concertmaster.plan.operations import OPERATIONS
from concertmaster.plan.planning import DRAIN_ROWS
from concertmaster.rule import load_rules
from tools.coverage_reasons import BUILT_IN, REASONS
from tools.coverage_safeties import REASONS as SAFETIES
from tools.shown import shown

ROWS = Path(__file__).with_name("catalogue_rows.txt")
DOCUMENT = Path(__file__).parent.parent / "docs" / "coverage.md"
HEAD = """\
# What is covered

Each row is a change between releases of orchestrator-core that projects meet, by its number in the catalogue that
the rules are written from: the first figures are the release (`50-03a` came with 5.0), `G` are guard rules for every
rewrite, `T` concern test set-ups, `CP` companion packages, `R` what must agree within a project. This page is
written by `python -m tools.coverage`.

{numbers}

The last column is what the examples of the rules show: whether a rewrite can be made without a look (`safe`), is
proposed (`suggested`) or is left to a person (`manual`), at best.

| row | release | covered by | rewrite, at best |
|---|---|---|---|
"""
CORRECTED = """
## Marks that tests have corrected

The catalogue says of each row how far its rewrite can be trusted. For these the examples show something else.

| row | the catalogue | shown | why |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the catalogue; `safety` is what the catalogue says of its rewrite."""

    id: str
    release: str
    safety: str


def rows() -> Iterator[Row]:
    for line in ROWS.read_text(encoding="utf-8").splitlines():
        yield Row(*line.split())


def answers() -> dict[str, list[str]]:
    """What covers a row, by row."""
    found: dict[str, list[str]] = defaultdict(list)
    for rule in load_rules():
        for row in rule.rows:
            found[row].append(f"`{rule.id}`{' on request' if rule.optional else ''}")
    for operation in OPERATIONS:
        for row in operation.rows:
            found[row].append(f"plan: {operation.title}")
    for row in DRAIN_ROWS:
        found[row].append("plan: Drain processes")
    for row, where in BUILT_IN.items():
        found[row].append(where)
    return found


def safeties() -> dict[str, Safety]:
    """How far the rewrite of a row can be trusted where it can be trusted most, for rows with rules."""
    found: dict[str, list[Safety]] = defaultdict(list)
    for (_, row), seen in shown().items():
        found[row].append(seen.best)
    return {row: min(several, key=list(Safety).index) for row, several in found.items()}


def deviations() -> Iterator[tuple[Row, Safety]]:
    """The rows that are rewritten otherwise than the catalogue has it; guard rules are no rewrites."""
    found = safeties()
    for row in rows():
        ours = found.get(row.id)
        if ours is not None and not row.id.startswith("G-") and ours.value != row.safety.lower():
            yield row, ours


def document() -> str:
    covered, safe = answers(), safeties()
    lines = []
    for row in rows():
        told = ", ".join(dict.fromkeys(covered[row.id])) or f"not covered: {REASONS.get(row.id, '')}"
        how = safe[row.id].value if row.id in safe else "–"
        lines.append(f"| {row.id} | {row.release} | {told} | {how} |")
    corrected = (
        f"| {row.id} | {row.safety.lower()} | {ours.value} | {SAFETIES.get(row.id, '')} |"
        for row, ours in deviations()
    )
    head = HEAD.rstrip("\n").format(numbers=numbers())
    return "\n".join((head, *lines, CORRECTED.rstrip("\n"), *corrected)) + "\n"


def numbers() -> str:
    """How much is known of the framework's changes."""
    known, covered, total = load_rules(), answers(), list(rows())
    counts = Counter(rule.safety for rule in known)
    told = ", ".join(f"{counts[safety]} {safety.value}" for safety in Safety)
    answered = sum(bool(covered[row.id]) for row in total)
    return f"{len(known)} rules ({told}), the plan and the guards cover {answered} of {len(total)} changes."


def unanswered() -> list[str]:
    """Rows that nothing covers and no reason is given for."""
    covered = answers()
    return [row.id for row in rows() if not covered[row.id] and not REASONS.get(row.id)]


def superfluous() -> list[str]:
    """Reasons for rows that are covered, or unknown."""
    covered, known = answers(), {row.id for row in rows()}
    return sorted(row for row in REASONS if row not in known or covered[row])


def unexplained() -> list[str]:
    """Rows that are trusted otherwise than the catalogue has it without a reason, and reasons for others."""
    return sorted({row.id for row, _ in deviations()} ^ SAFETIES.keys())


def main() -> int:
    if "--check" not in sys.argv:
        DOCUMENT.write_text(document(), encoding="utf-8")
    problems = [f"no answer for {row}" for row in unanswered()]
    problems += [f"no reason why {row} is trusted otherwise" for row in unexplained()]
    problems += [f"a reason for {row}, which is covered or unknown" for row in superfluous()]
    if not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != document():
        problems.append("docs/coverage.md is not up to date: run python -m tools.coverage")
    sys.stdout.write("".join(f"{problem}\n" for problem in problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
