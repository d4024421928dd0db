"""Arguments and options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import click

from concertmaster.config import FailOn

Command = TypeVar("Command", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)


class Values(click.Choice[StrEnum]):
    """One of the values of an enumeration, as they are written on the command line."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        return super().normalize_choice(str(choice), ctx)


def in_format(default: StrEnum, help_: str) -> Callable[[Command], Command]:
    """`--format`, one of the values of the default's enumeration."""
    return click.option("--format", "format_", type=Values(type(default)), default=default.value, help=help_)


paths = click.argument(
    "paths", nargs=-1, type=PATH, metavar="[PATHS]...", help="Files and folders; the current folder if none."
)
project = click.argument("path", required=False, type=PATH, help="The project; the current folder if none.")
repository = click.argument(
    "path", required=False, type=PATH, help="The repository; that of the current folder if none."
)
from_release = click.option(
    "--from", "from_release", help="The release that is installed; else read from the project."
)
target = click.option("--target", help="The release to judge against; else the newest one known.")
offline = click.option(
    "--offline",
    is_flag=True,
    envvar="CONCERTMASTER_OFFLINE",
    show_envvar=True,
    help="Ask no package index for the names of releases that are not known yet.",
)
select = click.option(
    "--select", multiple=True, help="Only these rules. May be repeated, or comma-separated."
)
ignore = click.option("--ignore", multiple=True, help="Not these rules. May be repeated, or comma-separated.")
jobs = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Processes; as many as there are processors if not given.",
)
fail_on = click.option("--fail-on", type=Values(FailOn), help="The least severity that fails the run.")
unsafe = click.option("--unsafe", is_flag=True, help="Also make rewrites that ask to be checked.")
no_cache = click.option(
    "--no-cache",
    is_flag=True,
    envvar="CONCERTMASTER_NO_CACHE",
    show_envvar=True,
    help="Judge every file, whatever an earlier run has said of it.",
)
quiet = click.option(
    "--quiet", "-q", is_flag=True, help="Tell findings alone: no tables, no summary, no progress."
)
