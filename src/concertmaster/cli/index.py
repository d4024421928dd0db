"""`concertmaster index`: the public names of orchestrator-core, release by release."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import click

from concertmaster.cli import options
from concertmaster.cli.groups import Ordered
from concertmaster.index import commands, refresh
from concertmaster.index.places import cache_folder
from concertmaster.outcome import CLEAN, NOT_ANALYSED

as_json = click.option("--json", is_flag=True, help="Answer in JSON.")


@click.group(cls=Ordered, short_help="Look up the public names of orchestrator-core by release.")
def index() -> None:
    """Look up the public names of orchestrator-core and its companions, release by release."""


def _tell(text: str, *, json: bool = False) -> None:
    """A pipe gets every name whole."""
    is_read = sys.stdout.isatty() and not json
    click.echo(commands.fitted(text, shutil.get_terminal_size().columns) if is_read else text)


@index.command()
@click.argument("name", help="A full name, or the end of one: `step`, `AppSettings.TESTING`.")
@as_json
def show(*, name: str, json: bool) -> None:
    """Tell the life of a name: added, moved, changed, removed."""
    names = refresh.best(_kept()).index
    found = commands.full_names(names, name)
    if json or len(found) <= commands.MANY:
        render = commands.show_json if json else commands.show_text
        _tell("\n".join(render(names, each) for each in found), json=json)
    else:
        _tell("\n".join((f"{len(found)} names end in {name}:", *(f"  {each}" for each in found))))


@index.command()
@click.argument("before", help="The release to come from.")
@click.argument("after", help="The release to go to.")
@as_json
@click.option("--all", "everything", is_flag=True, help="Also names that modules only imported.")
def diff(*, before: str, after: str, json: bool, everything: bool) -> None:
    """Tell what an upgrade takes away."""
    found = refresh.best(_kept()).index.difference(before, after)
    _tell(commands.diff_json(found) if json else commands.diff_text(found, accidental=everything), json=json)


@index.command(short_help="Read new releases from the package index.")
@click.option("--release", multiple=True, help="Also this release, such as 5.6.0a2.")
def update(*, release: tuple[str, ...]) -> int:
    """Read new releases from the package index; wheels only, and nothing of them is run."""
    from concertmaster.index.fetch import configured

    known = refresh.best(_kept())
    source = configured(os.environ, home=Path.home(), cache=_folder() / "wheels")
    outcome = refresh.update(known.index, source, kept=_kept(), wanted=release)
    for problem in (*known.problems, *outcome.problems):
        click.echo(str(problem), err=True)
    for distribution, added in outcome.added:
        click.echo(f"added {distribution} {added}")
    click.echo(f"The index goes up to {outcome.index.newest()}.")
    return NOT_ANALYSED if outcome.problems else CLEAN


@index.command()
@click.option("--output", type=options.PATH, help="The file to write; else the one that `update` keeps.")
def build(*, output: Path | None) -> int:
    """Read every release anew and write the whole index."""
    from concertmaster.index.fetch import configured

    began = time.perf_counter()
    source = configured(os.environ, home=Path.home(), cache=_folder() / "wheels")
    content, problems, count = refresh.rebuild(source)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        click.echo("Nothing was written.", err=True)
        return NOT_ANALYSED
    path = output or _kept()
    current = refresh.is_current(content, path)
    if not current:
        refresh.save(content, path)
    took, verb = time.perf_counter() - began, "was current" if current else "written"
    click.echo(f"{path} {verb}: {count} releases, {len(content):,} bytes, {took:.1f} seconds")
    return CLEAN


def _folder() -> Path:
    return cache_folder(os.environ, home=Path.home())


def _kept() -> Path:
    return _folder() / "names.index"
