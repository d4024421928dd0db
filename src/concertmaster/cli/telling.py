"""What `check` and `fix` write: to a terminal, to a pipe, to a program."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from concertmaster.cli.saying import note, say
from concertmaster.findings import Safety

if TYPE_CHECKING:
    from concertmaster.cli.opening import Opened
    from concertmaster.project.files import WorkingTree
    from concertmaster.runner import Report


class Format(StrEnum):
    """How findings are told."""

    TERMINAL = "terminal"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    HTML = "html"


class Telling(Struct, frozen=True):
    """The format, and how much of it."""

    format: Format
    quiet: bool = False
    statistics: bool = False
    page: Path | None = None

    @property
    def rewrites(self) -> bool:
        """Whether it also shows what files look like afterwards."""
        return self.page is not None or self.format is Format.HTML


def tell_all(told: list[tuple[Opened, Report]], tree: WorkingTree, telling: Telling) -> None:
    """People get a section for each project; programs get all findings at once."""
    from concertmaster.cli.paging import page_of, write_page
    from concertmaster.reports import merged

    if telling.page is not None and told:
        write_page(telling.page, told, tree)
        if not telling.quiet:
            note(f"The page to open in a browser: {telling.page}")
    if told and telling.format is Format.HTML:
        say(page_of(told, tree))
    elif len(told) > 1 and telling.format is Format.TERMINAL:
        for one, report in told:
            say(f"\n{one.folder or ('.' if one.is_project else 'Outside of the projects')}:")
            _tell(report, tree, telling)
    elif told:
        _tell(merged([report for _, report in told]), tree, telling, [one for one, _ in told])


def _tell(report: Report, tree: WorkingTree, telling: Telling, opened: Sequence[Opened] = ()) -> None:
    if telling.format is not Format.TERMINAL:
        _lines(_for_programs(report, tree, telling.format, opened))
    elif sys.stdout.isatty():
        from concertmaster.report.screen import Screen, can_link, console

        screen = Screen(console(os.environ), links=can_link(os.environ), quiet=telling.quiet)
        if telling.statistics:
            screen.statistics(report.window, report.findings, report.unanalysed, report.names.notes)
        else:
            screen.report(report.window, report.findings, report.unanalysed, tree.read, report.names.notes)
    else:
        _lines(_plain(report, telling))


def _plain(report: Report, telling: Telling) -> Iterable[str]:
    from concertmaster.report import statistics, terminal

    if telling.statistics:
        missed = terminal.concise((), report.unanalysed)
        return (*statistics.lines(report.findings, report.window), *missed)
    lines = tuple(terminal.plain(report.window, report.findings, report.unanalysed, report.names.notes))
    return lines[: len(report.findings) + len(report.unanalysed)] if telling.quiet else lines


def _for_programs(
    report: Report, tree: WorkingTree, format_: Format, opened: Sequence[Opened]
) -> Iterable[str]:
    """A report in a form that programs read."""
    if format_ is Format.JSON:
        from concertmaster.report import json as json_report

        windows = {one.folder: one.workspace.window for one in opened}
        return (json_report.render(report, tree.read, windows),)
    if format_ is Format.SARIF:
        from concertmaster.report import sarif
        from concertmaster.rule import load_rules

        told, notes = (report.window, report.findings, report.unanalysed), report.names.notes
        kept = report.suppressed
        return (sarif.render(*told, tree.read, load_rules(), notes=notes, suppressed=kept),)
    if format_ is Format.GITHUB:
        from concertmaster.report.annotations import render as workflow_commands

        return workflow_commands(report.findings, report.unanalysed, notes=report.names.notes)
    if format_ is Format.GITLAB:
        from concertmaster.report import gitlab

        return (gitlab.render(report.findings, report.unanalysed),)
    from concertmaster.report import terminal

    return terminal.concise(report.findings, report.unanalysed)


def tell_difference(difference: str) -> None:
    """A unified difference: as it is for `patch`, coloured and harmless on a terminal."""
    if not sys.stdout.isatty():
        sys.stdout.write(difference)
        return
    from concertmaster.report.screen import console, print_difference

    print_difference(console(os.environ), difference)


def tell_fixed(report: Report, *, unsafe: bool, diff: bool, quiet: bool) -> None:
    """What was changed, and what is left for a person, on the side of errors: the rest is for `patch`."""
    from concertmaster.report.markdown import count
    from concertmaster.report.terminal import visible

    for item in report.unanalysed:
        note(f"{visible(item.path)}: could not be analysed: {visible(item.reason)}")
    if quiet:
        return
    note(f"{count(len(report.rewritten), 'file')} {'would change' if diff else 'changed'}.")
    left = [finding for finding in report.findings if finding.safety is not Safety.SAFE]
    asking = sum(finding.safety is Safety.SUGGESTED for finding in left)
    if asking and not unsafe:
        note(f"{asking} more would be made with --unsafe; look at them with `fix --unsafe --diff`.")
    if manual := len(left) - asking:
        note(f"{manual} to be done by hand; `concertmaster check` tells where and how.")
    for told in report.names.notes:
        note(told)


def _lines(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)
