"""Who watches a long run sees how far it is; nobody else does."""

from __future__ import annotations

import io

from concertmaster.cli.progress import MANY, progress
from concertmaster.workers import in_workers


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_written_where_nobody_watches() -> None:
    assert progress(io.StringIO()) is None


def test_a_short_run_tells_nothing() -> None:
    screen = Screen()
    tell = progress(screen)
    assert tell is not None
    tell(1, MANY - 1)
    tell(MANY - 1, MANY - 1)
    assert screen.getvalue() == ""


def test_a_long_run_tells_how_far_it_is_and_clears_the_line() -> None:
    screen = Screen()
    tell = progress(screen)
    assert tell is not None
    tell(1_500, MANY)
    tell(1_501, MANY)  # too soon to be told
    tell(MANY, MANY)
    assert screen.getvalue() == "\r\x1b[K1,500 of 2,000 files\r\x1b[K"


def test_every_item_counts_once() -> None:
    counts: list[int] = []
    assert [*in_workers(lambda item: item, [[0, 1], [2]], jobs=2, finished=counts.append)]
    assert sum(counts) == 3
