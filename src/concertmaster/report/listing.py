"""The list of rules on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from concertmaster.findings import Safety
from concertmaster.rule import Rule

COLOUR = {Safety.SAFE: "green", Safety.SUGGESTED: "yellow", Safety.MANUAL: "magenta"}


def print_rules(on: Console, rules: Iterable[Rule]) -> None:
    """A row a rule, in columns that the terminal has room for."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Rule", no_wrap=True)
    table.add_column("Rewrite")
    table.add_column("Since", justify="right")
    table.add_column("What is wrong")
    for rule in rules:
        safety = Text(rule.safety.value, COLOUR[rule.safety])
        table.add_row(Text(rule.id, "bold"), safety, rule.change.since, Text(rule.documentation.title))
    on.print(table)
