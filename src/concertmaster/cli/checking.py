"""`concertmaster check` and `concertmaster fix`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from concertmaster.cli.opening import Opened, open_projects
from concertmaster.cli.options import From, Ignore, Jobs, NoCache, Offline, Paths, Select, Target
from concertmaster.config import FailOn
from concertmaster.findings import Unanalysed
from concertmaster.outcome import CLEAN, NOT_ANALYSED, exit_code

if TYPE_CHECKING:
    from concertmaster.cli.remembering import Answer
    from concertmaster.project.files import WorkingTree
    from concertmaster.runner import Report

app = typer.Typer()


class Format(StrEnum):
    """How findings are told."""

    TERMINAL = "terminal"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


@app.command()
def check(
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
) -> None:
    """Find what an upgrade to the target breaks. Nothing is changed."""
    from concertmaster.cli.opening import remembered

    question = (paths, from_release, target, format_, fail_on, select, ignore, offline)

    def run() -> Answer:
        return _check(
            paths, from_release, target, format_, fail_on, select, ignore, jobs=jobs, offline=offline
        )

    raise typer.Exit(run().code if no_cache else remembered(paths, question, run))


def _check(
    paths: Paths,
    from_release: From,
    target: Target,
    format_: Format,
    fail_on: FailOn | None,
    select: Select,
    ignore: Ignore,
    *,
    jobs: Jobs,
    offline: bool,
) -> Answer:
    from concertmaster.cli.progress import progress
    from concertmaster.cli.remembering import Answer
    from concertmaster.projects import in_repository
    from concertmaster.runner import run

    opened, tree = open_projects(paths, from_release, target, select, ignore, offline=offline)
    is_one = len(opened) == 1
    told = [
        (
            one,
            in_repository(
                run(one.workspace, one.tree, jobs=jobs, rewriting=False, progress=progress()),
                one.folder,
                is_one=is_one,
            ),
        )
        for one in opened
    ]
    _tell_all(told, tree, format_)
    codes = (
        exit_code(report.findings, report.unanalysed, fail_on or one.workspace.config.fail_on)
        for one, report in told
    )
    return Answer(max(codes, default=CLEAN), lasting=not any(report.names.notes for _, report in told))


@app.command()
def fix(
    paths: Paths = None,
    from_release: From = None,
    target: Target = None,
    unsafe: Annotated[bool, typer.Option(help="Also make rewrites that ask to be checked.")] = False,
    diff: Annotated[bool, typer.Option(help="Show what would change; write nothing.")] = False,
    select: Select = None,
    ignore: Ignore = None,
    jobs: Jobs = None,
    offline: Offline = False,
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
    report = merged(
        [
            in_repository(
                run(one.workspace, one.tree, jobs=jobs, unsafe=unsafe, progress=progress()),
                one.folder,
                is_one=len(opened) == 1,
            )
            for one in opened
        ]
    )
    for path, new in sorted(report.rewritten.items()):
        if diff:
            sys.stdout.write(unified(path, None if path in report.created else tree.read(path), new))
        else:
            write(tree.root, path, new)
    verb = "would change" if diff else "changed"
    _note(f"{len(report.rewritten)} file(s) {verb}.")
    _tell_missed(report.unanalysed)
    for note in report.names.notes:
        _note(note)
    raise typer.Exit(NOT_ANALYSED if report.unanalysed else CLEAN)


def _tell_all(told: list[tuple[Opened, Report]], tree: WorkingTree, format_: Format) -> None:
    """People get a section for each project; programs get all findings at once."""
    from concertmaster.projects import merged

    if len(told) > 1 and format_ is Format.TERMINAL:
        for one, report in told:
            typer.echo(f"\n{one.folder or 'Outside of the projects'}:")
            _tell(report, tree, format_)
    elif told:
        _tell(merged([report for _, report in told]), tree, format_, [one for one, _ in told])


def _tell(report: Report, tree: WorkingTree, format_: Format, opened: Sequence[Opened] = ()) -> None:
    from concertmaster.report import json as json_report
    from concertmaster.report import terminal
    from concertmaster.report.annotations import render as workflow_commands

    told, notes = (report.window, report.findings, report.unanalysed), report.names.notes
    if format_ is Format.JSON:
        windows = {one.folder: one.workspace.window for one in opened}
        typer.echo(json_report.render(report, tree.read, windows))
    elif format_ is Format.SARIF:
        from concertmaster.report import sarif
        from concertmaster.rule import load_rules

        typer.echo(sarif.render(*told, tree.read, load_rules(), notes=notes))
    elif format_ is Format.GITHUB:
        _lines(workflow_commands(report.findings, report.unanalysed, notes=notes))
    elif sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        from rich.console import Console

        terminal.rich_report(Console(), *told, tree.read, notes)
    else:
        _lines(terminal.plain(*told, notes))


def _lines(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _tell_missed(unanalysed: tuple[Unanalysed, ...]) -> None:
    from concertmaster.report.terminal import visible

    for item in unanalysed:
        _note(f"{visible(item.path)}: could not be analysed: {visible(item.reason)}")


def _note(text: str) -> None:
    typer.echo(text, err=True)
