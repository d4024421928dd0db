"""The commands as one program."""

from __future__ import annotations

import click

from concertmaster import __version__
from concertmaster.cli.groups import Lazy
from concertmaster.messages import UserError
from concertmaster.outcome import CLEAN, INTERRUPTED, WRONG_USE

NAME = "concertmaster"
# Where each command is; the order is that of `--help`.
COMMANDS = {
    "check": "concertmaster.cli.checking.check",
    "fix": "concertmaster.cli.checking.fix",
    "review": "concertmaster.cli.pull_requests.review",
    "upgrade": "concertmaster.cli.pull_requests.upgrade",
    "init": "concertmaster.cli.starting.init",
    "doctor": "concertmaster.cli.starting.doctor",
    "plan": "concertmaster.cli.looking.plan",
    "map": "concertmaster.cli.looking.map_",
    "rules": "concertmaster.cli.looking.rules",
    "explain": "concertmaster.cli.looking.explain",
    "fleet": "concertmaster.cli.fleet.fleet",
    "index": "concertmaster.cli.index.index",
}
#: Those that have completions.
SHELLS = ("bash", "zsh", "fish")


def _show_completion(context: click.Context, _: click.Parameter, shell: str | None) -> None:
    from click.shell_completion import get_completion_class

    makes = get_completion_class(shell) if shell else None
    if makes is not None:
        click.echo(makes(context.command, {}, NAME, f"_{NAME.upper()}_COMPLETE").source())
        context.exit()


@click.group(cls=Lazy, places=COMMANDS, context_settings={"show_default": True})
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
