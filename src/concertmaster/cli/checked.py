"""What `check` does, once it is known what is asked for: by this command line, or by the same one before."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

from concertmaster.cli.opening import open_projects, wanted_paths
from concertmaster.cli.telling import Format, Telling, tell_all
from concertmaster.config import FailOn
from concertmaster.messages import UserError
from concertmaster.outcome import CLEAN, INTERRUPTED, WRONG_USE, exit_code

if TYPE_CHECKING:
    from concertmaster.cli.remembering import Answer


class Checking(Struct, frozen=True):
    """All that can be asked of `check`, in values that are written as they are read."""

    paths: tuple[str, ...]
    from_release: str | None
    target: str | None
    format: str
    fail_on: str | None
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    jobs: int | None
    offline: bool
    no_cache: bool
    quiet: bool
    report: str | None
    statistics: bool
    watch: bool

    @property
    def telling(self) -> Telling:
        page = None if self.report is None else Path(self.report)
        return Telling(Format(self.format), quiet=self.quiet, statistics=self.statistics, page=page)

    @property
    def chosen(self) -> list[Path] | None:
        """The paths; None for the current folder."""
        return [Path(path) for path in self.paths] or None

    @property
    def is_kept(self) -> bool:
        """Whether an answer may be kept, and be said again when the same is asked."""
        return not (self.no_cache or self.report or self.watch)


def checked_again(understood: str, command_line: Sequence[str]) -> int:
    """Check as a command line was understood before, and return how it ended."""
    try:
        return checked(Checking(**ast.literal_eval(understood)), command_line)
    except UserError as error:
        from concertmaster.cli.saying import note

        note("\n".join(error.lines))
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED


def checked(asked: Checking, command_line: Sequence[str]) -> int:
    """Check, or say what is known already; `command_line` is what was understood as this.

    Raises:
        UserError: a path is not there, or the project cannot be judged.
    """
    from concertmaster.cli.remembering import Question, keep_understood, remembered

    told = (asked.paths, asked.from_release, asked.target, asked.format, asked.quiet, asked.statistics)
    rules = (asked.fail_on, asked.select, asked.ignore, asked.offline)

    def question() -> Question:
        wanted = tuple(str(path) for path in wanted_paths(asked.chosen))
        return Question(repr((*told, *rules)), wanted)

    def once() -> int:
        return (
            run(asked).code if asked.no_cache or asked.report else remembered(question(), lambda: run(asked))
        )

    if not asked.no_cache:
        keep_understood(question() if asked.is_kept else None, repr(asdict(asked)), command_line)
    if not asked.watch:
        return once()
    from concertmaster.cli.watching import watched

    return watched(asked.chosen, once)


def run(asked: Checking) -> Answer:
    """Judge the files, and tell.

    Raises:
        UserError: a path is not there, or the project cannot be judged.
    """
    from concertmaster.cli.progress import progress
    from concertmaster.cli.remembering import Answer
    from concertmaster.reports import in_repository
    from concertmaster.runner import run as judge

    telling, fail_on = asked.telling, None if asked.fail_on is None else FailOn(asked.fail_on)
    opened, tree = open_projects(
        asked.chosen,
        asked.from_release,
        asked.target,
        list(asked.select),
        list(asked.ignore),
        offline=asked.offline,
    )
    told_of = None if telling.quiet else progress()
    told = []
    for one in opened:
        report = judge(
            one.workspace,
            one.tree,
            jobs=asked.jobs,
            unsafe=telling.rewrites,
            rewriting=telling.rewrites,
            progress=told_of,
        )
        told.append((one, in_repository(report, one.folder, is_one=len(opened) == 1)))
    tell_all(told, tree, telling)
    codes = (
        exit_code(report.findings, report.unanalysed, fail_on or one.workspace.config.fail_on)
        for one, report in told
    )
    return Answer(max(codes, default=CLEAN), lasting=not any(report.names.notes for _, report in told))
