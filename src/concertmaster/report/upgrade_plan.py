"""An upgrade that is only planned, for a terminal or a log: the branch, and each commit with its files."""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.report.markdown import count, visible
from concertmaster.report.upgrade import title
from concertmaster.upgrading import UpgradePlan


def lines(plan: UpgradePlan) -> Iterator[str]:
    """One line a commit and a file."""
    yield title(plan)
    yield f"branch {plan.branch}, {count(len(plan.commits), 'commit')}, {count(len(plan.files), 'file')}"
    for commit in plan.commits:
        yield ""
        yield f"* {commit.title}"
        yield from (f"    {visible(path)}" for path in commit.files)
