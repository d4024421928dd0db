"""`concertmaster check` and `concertmaster fix`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from concertmaster.cli.checked import Checking, checked
from concertmaster.cli.opening import open_projects
from concertmaster.cli.options import From, Ignore, Jobs, NoCache, Offline, Paths, Quiet, Select, Target
from concertmaster.cli.telling import Format, tell_difference, tell_fixed
from concertmaster.config import FailOn
from concertmaster.outcome import CLEAN, NOT_ANALYSED

app = typer.Typer()


@app.command()
def check(
    context: typer.Context,
    paths: Paths = None,
    from_release: From = None,
    target: Target = None,
    format_: Annotated[Format, typer.Option("--format", help="How to tell the findings.")] = Format.TERMINAL,
    fail_on: Annotated[FailOn | None, typer.Option(help="The least severity that fails the run.")] = None,
    select: Select = None,
    ignore: Ignore = None,
    jobs: Jobs = None,
    offline: Offline = False,
    no_cache: NoCache = False,
    quiet: Quiet = False,
    report: Annotated[Path | None, typer.Option(help="Also write the findings as an HTML page.")] = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Count by rule and by release; tell no single finding.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever a file changes, until Ctrl-C.")
    ] = False,
) -> None:
    """Find what an upgrade to the target breaks. Nothing is changed."""
    asked = Checking(
        paths=tuple(map(str, paths or ())),
        from_release=from_release,
        target=target,
        format=format_.value,
        fail_on=fail_on and fail_on.value,
        select=tuple(select or ()),
        ignore=tuple(ignore or ()),
        jobs=jobs,
        offline=offline,
        no_cache=no_cache,
        quiet=quiet,
        report=None if report is None else str(report),
        statistics=statistics,
        watch=watch,
    )
    raise typer.Exit(checked(asked, context.obj))


@app.command()
def fix(
    paths: Paths = None,
    from_release: From = None,
    target: Target = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Also make rewrites that ask to be checked.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change; write nothing.")] = False,
    select: Select = None,
    ignore: Ignore = None,
    jobs: Jobs = None,
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Rewrite files in place, or show the difference."""
    from concertmaster.cli.progress import progress
    from concertmaster.projects import in_repository, merged
    from concertmaster.report.difference import unified
    from concertmaster.runner import run
    from concertmaster.writer import write

    opened, tree = open_projects(paths, from_release, target, select, ignore, offline=offline)
    if not opened:
        raise typer.Exit(CLEAN)
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
    raise typer.Exit(NOT_ANALYSED if report.unanalysed else CLEAN)
