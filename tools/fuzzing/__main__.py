"""`python -m tools.fuzzing`: make so many inputs of each kind, and keep what fails as the smallest case that does.

A run is told by its seed: the same seed makes the same inputs.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Iterator
from random import Random

from concertmaster.worker import Limits
from concertmaster.workers import Lost, in_workers
from tools.fuzzing import Kind, kinds
from tools.fuzzing.keeping import Failure, keep

#: Seconds of a processor for one input: far more than any needs. Some make a repository, so files may be written.
LIMITS = Limits(cpu=60, deaths=20, sealed=False)
BATCH = 10


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzzing", description=__doc__)
    parser.add_argument("--number", type=int, default=300, help="inputs of each kind")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other inputs")
    parser.add_argument("--kind", choices=list(kinds()), action="append", help="only this kind")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    failed = 0
    for kind in kinds().values():
        if given.kind and kind.name not in given.kind:
            continue
        start, failures = time.monotonic(), 0
        for failure in failures_of(kind, given.number, seed=given.seed, jobs=given.jobs):
            failures += 1
            sys.stdout.write(f"{kind.name}: {failure.reason}\nkept as {keep(kind, failure)}\n")
        failed += failures
        took = time.monotonic() - start
        sys.stdout.write(
            f"{kind.name}: {given.number} inputs of seed {given.seed} in {took:.0f} s, {failures} failed\n"
        )
        sys.stdout.flush()
    return 1 if failed else 0


def failures_of(kind: Kind, number: int, *, seed: int, jobs: int) -> Iterator[Failure]:
    """Each input that raises, crashes the process that holds it, or takes too long."""

    def work(item: int) -> Failure | None:
        source = kind.make(Random(f"{seed}/{item}"))
        reason = failure(kind, source)
        return None if reason is None else Failure(source, reason)

    batches = [range(first, min(first + BATCH, number)) for first in range(0, number, BATCH)]
    for outcome in in_workers(work, batches, jobs=jobs, limits=LIMITS):
        if isinstance(outcome, Lost):
            yield Failure(kind.make(Random(f"{seed}/{outcome.item}")), outcome.reason, died=True)
        else:
            yield from outcome


def failure(kind: Kind, source: bytes) -> str | None:
    """What is wrong with an input, told by where it was noticed."""
    try:
        kind.hold(source)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {place.name}: {str(error)[:500]}"
    return None


if __name__ == "__main__":
    sys.exit(main())
