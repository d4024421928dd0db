"""The command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from concertmaster import __version__
from concertmaster.config import FailOn
from concertmaster.findings import Unanalysed
from concertmaster.messages import UserError, missing_path, unknown_rule
from concertmaster.outcome import CLEAN, NOT_ANALYSED, WRONG_USE, exit_code

if TYPE_CHECKING:
    from concertmaster.project.files import WorkingTree
    from concertmaster.runner import Report
    from concertmaster.workspace import Workspace

app = typer.Typer(
    name="concertmaster",
    help="Review and upgrade projects built on orchestrator-core. Static: your code is never run.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Format(StrEnum):
    """How findings are told."""

    TERMINAL = "terminal"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


Paths = Annotated[list[Path] | None, typer.Argument(help="Files and folders; the current folder if none.")]
From = Annotated[
    str | None, typer.Option("--from", help="The release that is installed; else read from the project.")
]
Target = Annotated[str | None, typer.Option(help="The release to judge against; else the newest one known.")]
Select = Annotated[
    list[str] | None, typer.Option(help="Only these rules. May be repeated, or comma-separated.")
]
Ignore = Annotated[
    list[str] | None, typer.Option(help="Not these rules. May be repeated, or comma-separated.")
]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Processes; as many as there are processors if not given.")
]


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"concertmaster {__version__}")
        raise typer.Exit


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
) -> None:
    """Find what an upgrade to the target breaks. Nothing is changed."""
    workspace, tree = _open(paths, from_release, target, select, ignore)
    report = _run(workspace, tree, jobs=jobs)
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
) -> None:
    """Rewrite files in place, or show the difference."""
    from concertmaster.report.difference import unified
    from concertmaster.writer import write

    workspace, tree = _open(paths, from_release, target, select, ignore)
    report = _run(workspace, tree, jobs=jobs, unsafe=unsafe)
    for path, new in sorted(report.rewritten.items()):
        if diff:
            sys.stdout.write(unified(path, None if path in report.created else tree.read(path), new))
        else:
            write(tree.root, path, new)
    verb = "would change" if diff else "changed"
    _note(f"{len(report.rewritten)} file(s) {verb}.")
    _tell_missed(report.unanalysed)
    raise typer.Exit(NOT_ANALYSED if report.unanalysed else CLEAN)


@app.command()
def review(
    base: Annotated[
        str | None, typer.Option(help="Review HEAD against this revision of the local repository.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Print the plan; post nothing.")] = False,
    preview: Annotated[Path | None, typer.Option(help="Write the review as an HTML page.")] = None,
    from_release: From = None,
    target: Target = None,
    fail_on: Annotated[FailOn | None, typer.Option(help="The least severity that fails the run.")] = None,
) -> None:
    """Review a pull request: in an Action from its environment, else a local branch with --base."""
    if base is None:
        from concertmaster.action import run_action

        raise typer.Exit(run_action(os.environ, dry_run=dry_run, preview=preview))
    from concertmaster.local_review import review_locally

    raise typer.Exit(
        review_locally(
            Path.cwd(), base, installed_release=from_release, target=target, fail_on=fail_on, preview=preview
        )
    )


@app.command()
def upgrade(
    path: Annotated[Path | None, typer.Argument(help="The project; the current folder if none.")] = None,
    from_release: From = None,
    target: Annotated[
        str | None, typer.Option(help="A release, `newest`, `newest-of-major` or `next-hop`; newest if none.")
    ] = None,
    unsafe: Annotated[bool, typer.Option(help="Also make rewrites that ask to be checked.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Print the plan; write nothing. As without --write.")] = False,
    write: Annotated[
        bool, typer.Option(help="Write the changes of all commits to the working tree.")
    ] = False,
) -> None:
    """Plan the upgrade of a project: the pins, a commit for each rule, and what is left for a person.

    In an Action it opens or renews the pull request, as the input `mode: upgrade` does.
    """
    if path is None and "INPUT_GITHUB-TOKEN" in os.environ:
        from concertmaster.action_upgrade import run_upgrade

        raise typer.Exit(run_upgrade(os.environ, dry_run=dry_run))
    from concertmaster.local_upgrade import upgrade_locally

    root = (path or Path.cwd()).absolute()
    if not root.is_dir():
        raise missing_path(str(root))
    apply = write and not dry_run
    raise typer.Exit(
        upgrade_locally(
            _root([root]), installed_release=from_release, target=target, unsafe=unsafe, apply=apply
        )
    )


class PlanFormat(StrEnum):
    """How a plan is told."""

    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


@app.command()
def plan(
    path: Annotated[Path | None, typer.Argument(help="The project; the current folder if none.")] = None,
    from_release: From = None,
    target: Target = None,
    format_: Annotated[
        PlanFormat, typer.Option("--format", help="How to tell the plan.")
    ] = PlanFormat.MARKDOWN,
) -> None:
    """Say what a person must do around the upgrade: the hops, and the operations that this project needs."""
    from concertmaster.plan import make_plan
    from concertmaster.report.plan import as_html, as_json, as_markdown

    workspace, tree = _open([path] if path else None, from_release, target, None, None)
    shown = {PlanFormat.JSON: as_json, PlanFormat.HTML: as_html}.get(format_, as_markdown)
    typer.echo(shown(make_plan(tree, workspace.window)), nl=False)


class MapFormat(StrEnum):
    """How a map is told."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


@app.command("map")
def map_(
    path: Annotated[Path | None, typer.Argument(help="The project; the current folder if none.")] = None,
    from_release: From = None,
    format_: Annotated[MapFormat, typer.Option("--format", help="How to tell the map.")] = MapFormat.TERMINAL,
) -> None:
    """Draw products, product blocks, workflows and their steps, as code and migrations define them."""
    from concertmaster.project.model import models_of
    from concertmaster.project.model.mapping import map_of
    from concertmaster.report.map import as_json, as_markdown, as_text
    from concertmaster.workspace import readable

    workspace, tree = _open([path] if path else None, from_release, from_release, None, None)
    models = models_of(tree.paths, lambda name: readable(tree, name), workspace.window)
    shown = {MapFormat.JSON: as_json, MapFormat.MARKDOWN: as_markdown}.get(format_, as_text)
    typer.echo(shown([map_of(model) for model in models]), nl=False)


@app.command()
def rules() -> None:
    """List every rule: its name, safety, the release that makes it matter, and what is wrong."""
    from concertmaster.rule import load_rules

    for rule in sorted(load_rules(), key=lambda rule: rule.id):
        typer.echo(f"{rule.id:36} {rule.safety.value:9} {rule.change.since:7} {rule.documentation.title}")


@app.command()
def explain(name: Annotated[str, typer.Argument(metavar="RULE", help="A rule's name.")]) -> None:
    """Say what a rule finds, why it matters, and what it leaves alone."""
    import difflib

    from concertmaster.report.explanation import render
    from concertmaster.rule import load_rules

    found = {rule.id: rule for rule in load_rules()}
    if name not in found:
        raise unknown_rule(name, close=tuple(difflib.get_close_matches(name, found, n=3)))
    typer.echo(render(found[name]))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code; wrong use ends in one message, without a traceback."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        _complete(given)(given)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else CLEAN
    except UserError as error:
        typer.echo(f"{error.what}\n{error.why}\n{error.remedy}", err=True)
        return WRONG_USE
    return CLEAN


def _complete(given: list[str]) -> typer.Typer:
    """The commands; those of the index, which load a lot, only where they are used or listed."""
    if given[:1] not in (["index"], ["--help"], []):
        return app
    from concertmaster.cli_index import index_app

    whole = typer.Typer(name="concertmaster", help=app.info.help, no_args_is_help=True, rich_markup_mode=None)
    whole.registered_commands, whole.registered_callback = app.registered_commands, app.registered_callback
    whole.pretty_exceptions_enable = False
    whole.add_typer(index_app)
    return whole


# -- plumbing ------------------------------------------------------------------------------------


def _open(
    paths: list[Path] | None,
    from_release: str | None,
    target: str | None,
    select: list[str] | None,
    ignore: list[str] | None,
) -> tuple[Workspace, WorkingTree]:
    from concertmaster.project.files import WorkingTree
    from concertmaster.workspace import open_workspace

    wanted = [path.absolute() for path in paths or [Path.cwd()]]
    for path in wanted:
        if not path.exists():
            raise missing_path(str(path))
    root = _root(wanted)
    tree = WorkingTree.open(root)
    workspace = open_workspace(
        tree,
        installed_release=from_release,
        target=target,
        select=_split(select),
        ignore=_split(ignore),
        name=str(root),
    )
    return workspace, tree.below(os.path.relpath(path.resolve(), tree.root) for path in wanted)


def _root(wanted: list[Path]) -> Path:
    """The repository around the wanted paths; without one, the folder that holds them all."""
    from concertmaster.project.git import Repository

    common = Path(os.path.commonpath(wanted))
    folder = common if common.is_dir() else common.parent
    try:
        return Repository.around(folder).root
    except UserError:
        return folder


def _run(workspace: Workspace, tree: WorkingTree, *, jobs: int | None, unsafe: bool = False) -> Report:
    from concertmaster.runner import run as run_rules

    return run_rules(workspace, tree, jobs=jobs, unsafe=unsafe)


def _split(values: list[str] | None) -> list[str]:
    return [name.strip() for value in values or () for name in value.split(",") if name.strip()]


def _tell(report: Report, tree: WorkingTree, format_: Format) -> None:
    from concertmaster.report import json as json_report
    from concertmaster.report import terminal
    from concertmaster.report.annotations import render as workflow_commands

    if format_ is Format.JSON:
        typer.echo(json_report.render(report.window, report.findings, report.unanalysed, tree.read))
    elif format_ is Format.SARIF:
        from concertmaster.report import sarif
        from concertmaster.rule import load_rules

        typer.echo(sarif.render(report.window, report.findings, report.unanalysed, tree.read, load_rules()))
    elif format_ is Format.GITHUB:
        _lines(workflow_commands(report.findings, report.unanalysed))
    elif sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        from rich.console import Console

        terminal.rich_report(Console(), report.findings, report.unanalysed, report.window, tree.read)
    else:
        _lines(terminal.plain(report.findings, report.unanalysed, report.window))


def _lines(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _tell_missed(unanalysed: tuple[Unanalysed, ...]) -> None:
    from concertmaster.report.terminal import visible

    for item in unanalysed:
        _note(f"{visible(item.path)}: could not be analysed: {visible(item.reason)}")


def _note(text: str) -> None:
    typer.echo(text, err=True)
