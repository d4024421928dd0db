"""A diagnosis on a terminal: how each check ended in a colour, what was seen, and the remedy below it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from concertmaster.onboarding.diagnosis import Check, State
from concertmaster.report.terminal import visible

COLOUR = {State.OK: "green", State.WARNING: "yellow", State.FAILURE: "bold red", State.UNKNOWN: "cyan"}


def print_checks(on: Console, checks: Iterable[Check]) -> None:
    """Every check as soon as it is made: some of them ask the network."""
    for check in checks:
        row = Table.grid(padding=(0, 1))
        row.add_column(width=len(State.WARNING) + 1)
        row.add_column()
        said = Text.assemble((check.topic, "bold"), ": ", visible(check.what))
        row.add_row(Text(check.state.value, COLOUR[check.state]), said)
        if check.remedy:
            row.add_row("", Text(f"→ {visible(check.remedy)}"))
        on.print(row)
