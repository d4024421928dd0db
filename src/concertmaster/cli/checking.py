"""`concertmaster check` and `concertmaster fix`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from concertmaster.cli.opening import open_project
from concertmaster.cli.options import From, Ignore, Jobs, Offline, Paths, Select, Target
from concertmaster.config import FailOn
from concertmaster.findings import Unanalysed
from concertmaster.outcome import CLEAN, NOT_ANALYSED, exit_code

if TYPE_CHECKING:
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
) -> None:
    """Find what an upgrade to the target breaks. Nothing is changed."""
    from concertmaster.runner import run

    workspace, tree = open_project(paths, from_release, target, select, ignore, offline=offline)
    report = run(workspace, tree, jobs=jobs, rewriting=False)
    _tell(report, tree, format_)
    raise typer.Exit(exit_code(report.findings, report.unanalysed, fail_on or workspace.config.fail_on))


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
    from concertmaster.report.difference import unified
    from concertmaster.runner import run
    from concertmaster.writer import write

    workspace, tree = open_project(paths, from_release, target, select, ignore, offline=offline)
    report = run(workspace, tree, jobs=jobs, unsafe=unsafe)
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


def _tell(report: Report, tree: WorkingTree, format_: Format) -> None:
    from concertmaster.report import json as json_report
    from concertmaster.report import terminal
    from concertmaster.report.annotations import render as workflow_commands

    told, notes = (report.window, report.findings, report.unanalysed), report.names.notes
    if format_ is Format.JSON:
        typer.echo(json_report.render(report, tree.read))
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
