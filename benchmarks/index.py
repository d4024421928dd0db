"""Times what the index of public names costs a run: loading it, and looking names up.

python -m benchmarks.index [--write]

Times are those of a processor, which a busy machine hardly changes.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator

from tools.figures import DOCS, put

from concertmaster.index.store import Index

ROUNDS = 7
RELEASE = "5.5.0"


def names(index: Index) -> Iterator[str]:
    """Every name of every module of the framework."""
    for module in index.table.lines:
        if module.startswith("orchestrator.core"):
            yield from (f"{module}.{local}" if local else module for local in index.table.records(module))


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def look_up(index: Index, wanted: list[str]) -> None:
    for name in wanted:
        index.exists(name, RELEASE)


def timings() -> Iterator[str]:
    """Medians of several rounds, one row each."""
    wanted = list(names(Index.load()))
    loads, first, again, signatures = [], [], [], []
    for _ in range(ROUNDS):
        loads.append(seconds(Index.load))
        index = Index.load()
        first.append(seconds(lambda: look_up(index, wanted)))  # noqa: B023
        again.append(seconds(lambda: look_up(index, wanted)))  # noqa: B023
        signatures.append(seconds(lambda: [index.signature(name, RELEASE) for name in wanted]))  # noqa: B023
    yield "| what | time of a processor |"
    yield "|---|---:|"
    yield f"| loading it | {statistics.median(loads) * 1e3:.1f} ms |"
    for what, times in (("a name, first", first), ("a name, again", again), ("a signature", signatures)):
        yield f"| {what} | {statistics.median(times) / len(wanted) * 1e6:.1f} µs |"


def main() -> None:
    lines = list(timings())
    print(*lines, sep="\n")
    if "--write" in sys.argv:
        put(DOCS / "names.md", "timings", lines)


if __name__ == "__main__":
    main()
