"""Runs of the same project by different ways, and what they tell differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from concertmaster.project.files import Project
from concertmaster.runner import Report, run
from concertmaster.versions import Mode
from concertmaster.workspace import open_workspace

#: What a run tells, but for files that could not be analysed.
TOLD = ("findings", "suppressed", "rewritten", "proposed", "created", "unread")


def report(
    tree: Project, *, target: str | None = None, mode: Mode = Mode.UPGRADE, jobs: int, prefilter: bool
) -> Report:
    workspace = open_workspace(tree, target=target, mode=mode, name="this project")
    return run(workspace, tree, unsafe=True, jobs=jobs, prefilter=prefilter)


def differences(
    tree: Project, name: str, *, target: str | None = None, mode: Mode, jobs: Iterable[int] = (1, 4)
) -> list[str]:
    """What so many workers tell with the filter, and one without it did not, or the other way round."""
    plain, found = compared(tree, name, target=target, mode=mode, jobs=jobs)
    assert plain.findings
    return found


def compared(
    tree: Project, name: str, *, target: str | None = None, mode: Mode, jobs: Iterable[int] = (1, 4)
) -> tuple[Report, list[str]]:
    """What one worker tells without the filter, and what others with it tell differently."""
    plain = report(tree, target=target, mode=mode, jobs=1, prefilter=False)
    found = []
    for number in jobs:
        quick = report(tree, target=target, mode=mode, jobs=number, prefilter=True)
        found += [f"{name}, {number} jobs: {told}" for told in unlike(plain, quick)]
    return plain, found


def unlike(plain: Report, quick: Report) -> Iterator[str]:
    # A file that concerns no rule is not parsed with the filter, so that nobody is told that it could not be.
    if more := set(quick.unanalysed) - set(plain.unanalysed):
        yield f"not analysed: {more}"
    for field in TOLD:
        old, new = getattr(plain, field), getattr(quick, field)
        if old != new:
            gone = [each for each in old if each not in new][:2]
            come = [each for each in new if each not in old][:2]
            yield f"{field}: without filter {gone}, with it {come}"
