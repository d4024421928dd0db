"""`concertmaster check` and `concertmaster fix`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from concertmaster.cli import options
from concertmaster.cli.checked import Checking, checked
from concertmaster.cli.opening import open_projects
from concertmaster.cli.telling import Format, tell_difference, tell_fixed
from concertmaster.config import FailOn
from concertmaster.outcome import CLEAN, NOT_ANALYSED


@click.command()
@options.paths
@options.from_release
@options.target
@options.in_format(Format.TERMINAL, "How to tell the findings.")
@options.fail_on
@options.select
@options.ignore
@options.jobs
@options.offline
@options.no_cache
@options.quiet
@click.option("--report", type=options.PATH, help="Also write the findings as an HTML page.")
@click.option("--statistics", is_flag=True, help="Count by rule and by release; tell no single finding.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C.")
@click.pass_obj
def check(
    command_line: list[str],
    /,
    *,
    paths: tuple[Path, ...],
    format_: Format,
    fail_on: FailOn | None,
    report: Path | None,
    **asked: Any,
) -> int:
    """Find what an upgrade to the target breaks. Nothing is changed."""
    checking = Checking(
        paths=tuple(map(str, paths)),
        format=format_.value,
        fail_on=fail_on and fail_on.value,
        report=None if report is None else str(report),
        **asked,
    )
    return checked(checking, command_line)


@click.command()
@options.paths
@options.from_release
@options.target
@options.unsafe
@click.option("--diff", is_flag=True, help="Show what would change; write nothing.")
@options.select
@options.ignore
@options.jobs
@options.offline
@options.quiet
def fix(
    *,
    paths: tuple[Path, ...],
    from_release: str | None,
    target: str | None,
    unsafe: bool,
    diff: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    jobs: int | None,
    offline: bool,
    quiet: bool,
) -> int:
    """Rewrite files in place, or show the difference."""
    from concertmaster.cli.progress import progress
    from concertmaster.report.difference import unified
    from concertmaster.reports import in_repository, merged
    from concertmaster.runner import run
    from concertmaster.writer import write

    opened, tree = open_projects(paths, from_release, target, select, ignore, offline=offline)
    if not opened:
        return CLEAN
    told_of = None if quiet else progress()
    report = merged(
        [
            in_repository(
                run(one.workspace, one.tree, jobs=jobs, unsafe=unsafe, progress=told_of),
                one.folder,
                is_one=len(opened) == 1,
            )
            for one in opened
        ]
    )
    for path, new in sorted(report.rewritten.items()):
        if diff:
            tell_difference(unified(path, None if path in report.created else tree.read(path), new))
        else:
            write(tree.root, path, new)
    tell_fixed(report, unsafe=unsafe, diff=diff, quiet=quiet)
    return NOT_ANALYSED if report.unanalysed else CLEAN
