"""Groups of commands: in the order in which they are written down, loaded when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from click.exceptions import NoSuchCommand


class Ordered(click.Group):
    """A group that lists its commands in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - of the base class
        return list(self.commands)


class Lazy(click.Group):
    """A group that knows where its commands are: `module.name` by the name of each."""

    def __init__(self, *, places: Mapping[str, str], **attrs: Any) -> None:
        super().__init__(**attrs)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - of the base class
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self._places:
            return None
        module, _, name = self._places[cmd_name].rpartition(".")
        found: click.Command = getattr(import_module(module), name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as error:  # which knows only of those that are loaded
            raise NoSuchCommand(error.command_name, possibilities=self._places, ctx=ctx) from None
