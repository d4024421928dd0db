"""Writes docs/coverage.md: what covers each row of the catalogue of changes, or why nothing can.

python -m tools.coverage          # write it
python -m tools.coverage --check  # fail when it is not up to date, or a row has no answer
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from concertmaster.plan.operations import OPERATIONS
from concertmaster.plan.planning import DRAIN_ROWS
from concertmaster.rule import load_rules
from tools.coverage_reasons import BUILT_IN, REASONS

ROWS = Path(__file__).with_name("catalogue_rows.txt")
DOCUMENT = Path(__file__).parent.parent / "docs" / "coverage.md"
HEAD = """\
# What is covered

Each row is a change between releases of orchestrator-core that projects meet, by its number in the catalogue that
the rules are written from: the first figures are the release (`50-03a` came with 5.0), `G` are guard rules for every
rewrite, `T` concern test set-ups, `CP` companion packages, `R` what must agree within a project. This page is
written by `python -m tools.coverage`.

| row | release | covered by | rewrite, at best |
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
            found[row].append(f"`{rule.id}`")
    for operation in OPERATIONS:
        for row in operation.rows:
            found[row].append(f"plan: {operation.title}")
    for row in DRAIN_ROWS:
        found[row].append("plan: Drain processes")
    for row, where in BUILT_IN.items():
        found[row].append(where)
    return found


def safeties() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for rule in load_rules():
        for row in rule.rows:
            found[row].add(rule.safety.value)
    return found


def document() -> str:
    covered, safe = answers(), safeties()
    lines = []
    for row in rows():
        told = ", ".join(dict.fromkeys(covered[row.id])) or f"not covered: {REASONS.get(row.id, '')}"
        how = ", ".join(sorted(safe[row.id])) or "–"
        lines.append(f"| {row.id} | {row.release} | {told} | {how} |")
    return HEAD + "\n".join(lines) + "\n"


def unanswered() -> list[str]:
    """Rows that nothing covers and no reason is given for."""
    covered = answers()
    return [row.id for row in rows() if not covered[row.id] and not REASONS.get(row.id)]


def superfluous() -> list[str]:
    """Reasons for rows that are covered, or unknown."""
    covered, known = answers(), {row.id for row in rows()}
    return sorted(row for row in REASONS if row not in known or covered[row])


def main() -> int:
    if "--check" not in sys.argv:
        DOCUMENT.write_text(document(), encoding="utf-8")
    problems = [f"no answer for {row}" for row in unanswered()]
    problems += [f"a reason for {row}, which is covered or unknown" for row in superfluous()]
    if not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != document():
        problems.append("docs/coverage.md is not up to date: run python -m tools.coverage")
    sys.stdout.write("".join(f"{problem}\n" for problem in problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
