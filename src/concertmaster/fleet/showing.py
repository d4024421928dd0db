"""Where many repositories stand, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from concertmaster.fleet.results import Standing
from concertmaster.fleet.telling import UNKNOWN, headline, result, state
from concertmaster.report.markdown import visible

NUMBERS = ("Errors", "Warnings", "Today", "Hand")


def _state(item: Standing, colour: str) -> Text:
    """How it went, and every pull request."""
    told = Text(visible(state(item)), colour)
    for one in item.upgrades:
        number = f" #{one.number}" if one.number else ""
        told.append(f"\n{visible(one.folder)}: {visible(result(one))}{number}" if one.folder else number, "")
    return told


def print_standings(on: Console, items: Sequence[Standing]) -> None:
    """A row a repository; what there is not the room for is in the page."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Repository", overflow="fold", min_width=16)
    table.add_column("From", justify="right")
    table.add_column("To", justify="right")
    for name in NUMBERS:
        table.add_column(name, justify="right")
    table.add_column("State", overflow="fold")
    for item in items:
        errors, warnings, _ = item.severities
        cells = [
            Text(f"{each:,}", "" if each else "dim") for each in (errors, warnings, item.today, item.by_hand)
        ]
        colour = (
            "red"
            if item.problem or item.unanalysed
            else "green"
            if item.installed == item.target
            else "yellow"
        )
        names = [visible(name or UNKNOWN) for name in (item.installed, item.target)]
        table.add_row(Text(visible(item.repository), "bold"), *names, *cells, _state(item, colour))
    on.print(Text(headline(items), "bold"))
    on.print()
    on.print(table)
