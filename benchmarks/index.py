"""Times what the index of public names costs a run: loading it, and looking names up.

python -m benchmarks.index
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from concertmaster.index import store
from concertmaster.index.store import Index

ROUNDS = 7
RELEASE = "5.5.0"


def names(index: Index) -> Iterator[str]:
    """Every name of every module of the framework."""
    for module in index.table.lines:
        if module.startswith("orchestrator.core"):
            yield from (f"{module}.{local}" if local else module for local in index.table.records(module))


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def look_up(index: Index, wanted: list[str]) -> None:
    for name in wanted:
        index.exists(name, RELEASE)


def timings() -> Iterator[str]:
    """Medians of several rounds, one line each."""
    wanted = list(names(Index.load()))
    loads, first, again, signatures = [], [], [], []
    for _ in range(ROUNDS):
        loads.append(seconds(Index.load))
        index = Index.load()
        first.append(seconds(lambda: look_up(index, wanted)))  # noqa: B023
        again.append(seconds(lambda: look_up(index, wanted)))  # noqa: B023
        signatures.append(seconds(lambda: [index.signature(name, RELEASE) for name in wanted]))  # noqa: B023
    yield f"load              {statistics.median(loads) * 1e3:.1f} ms"
    for what, times in (("first look-up", first), ("look-up again", again), ("signature", signatures)):
        yield f"{what:17} {statistics.median(times) / len(wanted) * 1e6:.2f} µs a name"


def main() -> None:
    size, known = store.SHIPPED.stat().st_size, len(list(names(Index.load())))
    print(f"size              {size:,} bytes, {known:,} names of the framework", *timings(), sep="\n")


if __name__ == "__main__":
    main()
