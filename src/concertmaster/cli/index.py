"""`concertmaster index`: the public names of orchestrator-core, release by release."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from concertmaster.index import commands, refresh
from concertmaster.index.places import cache_folder

index_app = typer.Typer(
    name="index",
    short_help="Look up the public names of orchestrator-core by release.",
    help="The public names of orchestrator-core and its companions, release by release.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def _tell(text: str, *, json: bool = False) -> None:
    """A pipe gets every name whole."""
    is_read = sys.stdout.isatty() and not json
    typer.echo(commands.fitted(text, shutil.get_terminal_size().columns) if is_read else text)


@index_app.command()
def show(
    name: Annotated[
        str, typer.Argument(help="A full name, or the end of one: `step`, `AppSettings.TESTING`.")
    ],
    json: Json = False,
) -> None:
    """Tell the life of a name: added, moved, changed, removed."""
    index = refresh.best(_kept()).index
    found = commands.full_names(index, name)
    if json or len(found) <= commands.MANY:
        render = commands.show_json if json else commands.show_text
        _tell("\n".join(render(index, each) for each in found), json=json)
    else:
        _tell("\n".join((f"{len(found)} names end in {name}:", *(f"  {each}" for each in found))))


@index_app.command()
def diff(
    before: Annotated[str, typer.Argument(help="The release to come from.")],
    after: Annotated[str, typer.Argument(help="The release to go to.")],
    json: Json = False,
    everything: Annotated[bool, typer.Option("--all", help="Also names that modules only imported.")] = False,
) -> None:
    """Tell what an upgrade takes away."""
    found = refresh.best(_kept()).index.difference(before, after)
    _tell(commands.diff_json(found) if json else commands.diff_text(found, accidental=everything), json=json)


@index_app.command(short_help="Read new releases from the package index.")
def update(
    release: Annotated[list[str] | None, typer.Option(help="Also this release, such as 5.6.0a2.")] = None,
) -> None:
    """Read new releases from the package index; wheels only, and nothing of them is run."""
    from concertmaster.index.fetch import configured

    known = refresh.best(_kept())
    source = configured(os.environ, home=Path.home(), cache=_folder() / "wheels")
    outcome = refresh.update(known.index, source, kept=_kept(), wanted=release or ())
    for problem in (*known.problems, *outcome.problems):
        typer.echo(str(problem), err=True)
    for distribution, added in outcome.added:
        typer.echo(f"added {distribution} {added}")
    typer.echo(f"The index goes up to {outcome.index.newest()}.")
    if outcome.problems:
        raise typer.Exit(3)


@index_app.command()
def build(
    output: Annotated[
        Path | None, typer.Option(help="The file to write; else the one that `update` keeps.")
    ] = None,
) -> None:
    """Read every release anew and write the whole index."""
    from concertmaster.index.fetch import configured

    began = time.perf_counter()
    source = configured(os.environ, home=Path.home(), cache=_folder() / "wheels")
    content, problems, count = refresh.rebuild(source)
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        typer.echo("Nothing was written.", err=True)
        raise typer.Exit(3)
    path = output or _kept()
    current = refresh.is_current(content, path)
    if not current:
        refresh.save(content, path)
    took, verb = time.perf_counter() - began, "was current" if current else "written"
    typer.echo(f"{path} {verb}: {count} releases, {len(content):,} bytes, {took:.1f} seconds")


def _folder() -> Path:
    return cache_folder(os.environ, home=Path.home())


def _kept() -> Path:
    return _folder() / "names.index"


app = typer.Typer()
app.add_typer(index_app)
