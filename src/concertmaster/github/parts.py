"""One project of a repository in a pull request: judged by its own window and settings, and told of by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from concertmaster.config import Config, FailOn
from concertmaster.findings import Finding
from concertmaster.github.contents import CommitFiles
from concertmaster.github.diff import FileDiff
from concertmaster.github.moving import Move, moved
from concertmaster.github.proposed import proposed
from concertmaster.outcome import exit_code
from concertmaster.report.markdown import code, listing, prose
from concertmaster.report.overview import waiting
from concertmaster.report.summary import Summary, verdict
from concertmaster.reports import in_repository
from concertmaster.reviewing import Judgement
from concertmaster.runner import Report, is_modelled


class Part(Struct, frozen=True):
    """A project judged; paths in `report` and `brought` are those of the repository.

    `brought` are the findings that decide how the run ends; `reconfigures` tells that the pull request changes
    the settings, which it must not bring in unseen.
    """

    folder: str
    judgement: Judgement
    report: Report
    brought: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    move: Move | None = None
    reconfigures: bool = False

    @property
    def config(self) -> Config:
        return self.judgement.workspace.config

    def ended(self, fail_on: FailOn | None) -> int:
        """How a run ends that looks at this project alone."""
        return exit_code(self.brought, self.report.unanalysed, fail_on or self.config.fail_on)

    def summary(
        self, listed: Iterable[Finding], notes: Iterable[str] = (), ticked: frozenset[str] = frozenset()
    ) -> Summary:
        """What is told of the project, given the findings that have no comment of their own."""
        report = self.report
        return Summary(
            report.window,
            report.findings,
            tuple(listed),
            report.unanalysed,
            (*self.notes, *notes),
            tuple((path, report.rewritten[path]) for path in sorted(report.created)),
            report.suppressed,
            self.move.operations(ticked) if self.move else None,
        )


def part_of(
    judgement: Judgement,
    head: CommitFiles,
    folder: str,
    diffs: Mapping[str, FileDiff],
    *,
    new: Callable[[], Config],
    is_one: bool,
) -> Part:
    """A judgement with the paths of the repository.

    `new` gives the settings as the pull request has them; `is_one` tells that there is no other project.
    """
    brought = {item.fingerprint for item in judgement.brought}
    report = in_repository(judgement.report, folder, is_one=is_one)
    pairs = zip(judgement.report.findings, report.findings, strict=True)
    told = tuple(new for old, new in pairs if old.fingerprint in brought)
    settings = proposed(new, judgement.workspace.config, judgement.report)
    notes = (*_notes(judgement, head, settings), *_shares(judgement, report, told))
    move = moved(judgement, head, diffs, folder)
    return Part(folder, judgement, report, told, notes, move, reconfigures=bool(settings))


def _shares(judgement: Judgement, report: Report, brought: tuple[Finding, ...]) -> Iterator[str]:
    """Which part of the findings decides, where it is not all of them."""
    if judgement.is_whole or len(brought) == len(report.findings):
        return
    told = f"brings in {verdict(brought)}; the rest" if brought else "brings none of this in; it"
    yield f"This pull request {told} was there before, and does not decide whether the job fails."


def _notes(judgement: Judgement, head: CommitFiles, settings: str) -> Iterator[str]:
    before, after = judgement.before, judgement.workspace.believed
    if judgement.raises_release and before and after:
        yield (
            f"This pull request moves orchestrator-core from {code(before.release)} to {code(after.release)}, "
            "so the whole project was judged."
        )
    if judgement.waiting:
        yield waiting(judgement.waiting)
    yield from map(prose, judgement.report.names.notes)
    if settings:
        yield settings
    unread = [] if judgement.workspace.config.library else head.lacking(is_modelled)
    if unread:
        told = listing([code(path) for path in unread], limit=3)
        yield f"What only a whole project shows was not looked for, since {told} could not be read."
    elif judgement.report.unread:
        yield judgement.report.unread
