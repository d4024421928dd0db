"""The commands as one program."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from concertmaster import __version__
from concertmaster.messages import UserError
from concertmaster.outcome import CLEAN, WRONG_USE

# The order of the modules is the order in which `--help` lists their commands.
MODULES = {
    "checking": ("check", "fix"),
    "pull_requests": ("review", "upgrade"),
    "starting": ("init", "doctor"),
    "looking": ("plan", "map", "rules", "explain"),
    "fleet": ("fleet",),
    "index": ("index",),
}


def run_application(given: list[str]) -> int:
    """Do what the arguments ask for; a command finds them as they were given in its context."""
    try:
        _application(given)(given, obj=given)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else CLEAN
    except UserError as error:
        typer.echo("\n".join(error.lines), err=True)
        return WRONG_USE
    return CLEAN


def _application(given: list[str]) -> typer.Typer:
    app = typer.Typer(
        name="concertmaster",
        help="Review and upgrade projects built on orchestrator-core. Static: your code is never run.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        callback=_main,
        invoke_without_command=True,
    )
    for module in _needed(given):
        app.add_typer(import_module(f"concertmaster.cli.{module}").app)
    return app


def _needed(given: list[str]) -> list[str]:
    """The module of the command that is called; all of them where none is, for `--help` and wrong names."""
    called = given[0] if given else ""
    return [module for module, commands in MODULES.items() if called in commands] or list(MODULES)


def _main(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"concertmaster {__version__}")
        raise typer.Exit
