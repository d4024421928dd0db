"""Which releases to stop at on the way to a target, and which not."""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.plan.model import Hop
from concertmaster.versions import RELEASES, release

#: Releases with a fault that a later one mends, and the fault.
FAULTY = {
    "2.5.0": "its psycopg 3 driver was taken back in 2.6.0",
    "2.5.1": "its psycopg 3 driver was taken back in 2.6.0",
    "3.1.0": "its psycopg 3 driver was taken back in 3.1.2",
    "3.1.1": "its psycopg 3 driver was taken back in 3.1.2",
    "4.0.0": "its migration helpers do not read older migrations; 4.0.1 does",
    "4.5.3": "it takes the product tag for another; 4.6.0 does not",
    "4.7.0": "`scheduler load-initial-schedule` makes schedules twice; 4.7.1 does not",
    "5.0.0": "its scheduler deletes jobs that were stored by 4.x; 5.0.1 converts them",
}


def hops(installed: str, target: str) -> Iterator[Hop]:
    """The last sound release of each major on the way, then the target."""
    first, last = release(installed), release(target)
    for major in range(first.major, last.major):
        stops = [r for r in RELEASES if release(r).major == major and first < release(r) and r not in FAULTY]
        if stops and release(stops[-1]) < last:
            yield Hop(stops[-1], f"the last release of {major}.x: everything deprecated still works there")
    if last > first:
        yield Hop(target, "the target")


def avoided(installed: str, target: str) -> Iterator[Hop]:
    """Faulty releases between the two, the target included."""
    for number, reason in FAULTY.items():
        if release(installed) < release(number) <= release(target):
            yield Hop(number, reason)
