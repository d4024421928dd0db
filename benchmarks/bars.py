"""What is wanted of the figures, and what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.measuring import Figures

#: Bytes that all processes may hold together, and more for each worker.
MEMORY, MEMORY_OF_WORKER = 200_000_000, 100_000_000
#: Seconds that the review of an ordinary pull request may take, from the start of the process to its plan.
REVIEW = 0.5
Found = Mapping[str, Mapping[str, Figures]]


@dataclass(frozen=True, slots=True)
class Bar:
    """A ratio of two commands on a corpus: at most or, where `least`, at least so much; no bar if None."""

    above: str
    below: str
    corpus: str
    wanted: float | None
    least: bool = False

    def row(self, found: Found) -> str | None:
        figures = found.get(self.corpus, {})
        if self.above not in figures or self.below not in figures:
            return None
        reached = figures[self.above].ratio(figures[self.below])
        sign = "≥" if self.least else "≤"
        wanted = "near" if self.wanted is None else f"{sign} {self.wanted:.2f}"
        return f"| {self.above} / {self.below} ({self.corpus}) | {wanted} | {reached:.2f} |\n"


BARS = (
    Bar("check", "ruff, default rules", "large", 1.0),
    Bar("check", "reading, ast.parse of candidates", "large", 1.0),
    Bar("fix", "upstream script, no formatter", "large", 2.0),
    Bar("libcst rename codemod", "fix", "large", 100.0, least=True),
    Bar("libcst rename codemod", "fix", "framework", 25.0, least=True),
    Bar("fixit, one rule", "check", "large", 1.0, least=True),
    Bar("check, again and unchanged", "git ls-files", "large", None),
    Bar("concertmaster --version", "python -c pass", "small", 2.0),
)


def bars(found: Found, jobs: int) -> Iterator[str]:
    """Rows of a table; of what was not measured there is none."""
    yield from filter(None, (bar.row(found) for bar in BARS))
    most = (MEMORY + MEMORY_OF_WORKER * jobs) / 1e6
    for name in ("check", "fix"):
        if name in found.get("large", {}):
            memory = found["large"][name].memory / 1e6
            yield f"| memory of {name} and its {jobs} workers, MB (large) | ≤ {most:.0f} | {memory:.0f} |\n"
    planned = found.get("medium", {}).get("review of 20 files, planned")
    if planned is not None:
        yield f"| review of 20 files of 300, planned, seconds (medium) | ≤ {REVIEW:.2f} | {planned.median:.2f} |\n"
