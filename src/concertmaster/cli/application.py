"""The commands as one program."""

from __future__ import annotations

from importlib import import_module

import click

from concertmaster import __version__
from concertmaster.cli import options
from concertmaster.messages import UserError
from concertmaster.outcome import CLEAN, INTERRUPTED, WRONG_USE

NAME = "concertmaster"
# Where each command is; the order is that of `--help`.
COMMANDS = {
    "check": "checking.check",
    "fix": "checking.fix",
    "review": "pull_requests.review",
    "upgrade": "pull_requests.upgrade",
    "init": "starting.init",
    "doctor": "starting.doctor",
    "plan": "looking.plan",
    "map": "looking.map_",
    "rules": "looking.rules",
    "explain": "looking.explain",
    "fleet": "fleet.fleet",
    "index": "index.index",
}
#: Those that have completions.
SHELLS = ("bash", "zsh", "fish")


class Commands(click.Group):
    """A group that loads a command's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - of the base class
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(".")
        found: click.Command = getattr(import_module(f"concertmaster.cli.{module}"), name)
        return found


def _show_completion(context: click.Context, _: click.Parameter, shell: str | None) -> None:
    from click.shell_completion import get_completion_class

    makes = get_completion_class(shell) if shell else None
    if makes is not None:
        click.echo(makes(context.command, {}, NAME, f"_{NAME.upper()}_COMPLETE").source())
        context.exit()


@click.command(cls=Commands, context_settings=options.SHOWN)
@click.version_option(__version__, message="%(prog)s %(version)s", help="Show the version and exit.")
@click.option(
    "--show-completion",
    type=click.Choice(SHELLS),
    callback=_show_completion,
    expose_value=False,
    is_eager=True,
    help="Print what completes commands and options in a shell, and exit.",
)
def application() -> None:
    """Review and upgrade projects built on orchestrator-core. Static: your code is never run."""


def run_application(given: list[str]) -> int:
    """Do what the arguments ask for; a command finds them as they were given in its context."""
    try:
        return application.main(given, prog_name=NAME, standalone_mode=False, obj=given) or CLEAN
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except UserError as error:
        click.echo("\n".join(error.lines), err=True)
        return WRONG_USE
