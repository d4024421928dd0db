"""Findings on a terminal: excerpt, caret, what breaks and since when, the cure, and tables of what there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from concertmaster.findings import Finding, Safety, Severity, Unanalysed
from concertmaster.project.files import UnreadableFileError
from concertmaster.report.difference import masked_difference
from concertmaster.report.excerpts import Row, Source, rows
from concertmaster.report.statistics import Tally, by_release, by_rule
from concertmaster.report.terminal import summary, visible
from concertmaster.versions import Window

Reader = Callable[[str], bytes]
COLOUR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}
_SIGN = {"-": "red", "+": "green", " ": ""}
_CURE = {
    Safety.SAFE: ("safe fix", "green"),
    Safety.SUGGESTED: ("fix to be checked (--unsafe)", "yellow"),
    Safety.MANUAL: ("by hand", "magenta"),
}
_COMMENT = re.compile(r"[ ]?<!-- concertmaster:[^>]*-->")
_ADDRESS = re.compile(r"<(https?://[^<>\s]+)>")
_LINKING = frozenset(("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "terminology", "rio", "zed"))


def console(environment: Mapping[str, str], *, stderr: bool = False) -> Console:
    """A console that obeys NO_COLOR: without colour there are no control sequences at all."""
    if environment.get("NO_COLOR"):
        return Console(color_system=None, stderr=stderr, highlight=False)
    return Console(stderr=stderr, highlight=False)


def can_link(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is known to show hyperlinks; FORCE_HYPERLINK says so itself."""
    forced = environment.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in ("", "0")
    vte = environment.get("VTE_VERSION", "")
    return (
        environment.get("TERM_PROGRAM") in _LINKING
        or environment.get("TERM") in ("xterm-kitty", "alacritty", "xterm-ghostty", "foot")
        or (vte.isdecimal() and int(vte) >= 5000)
        or any(environment.get(name) for name in ("WT_SESSION", "KONSOLE_VERSION"))
    )


class Screen:
    """What is told to a person; `quiet` tells findings alone."""

    def __init__(self, on: Console, *, links: bool = False, quiet: bool = False) -> None:
        self._console, self._links, self._quiet = on, links, quiet

    def report(
        self,
        window: Window,
        findings: Iterable[Finding],
        unanalysed: Iterable[Unanalysed],
        read: Reader,
        notes: Iterable[str] = (),
    ) -> None:
        """Every finding with its lines, then the tables, then one sentence."""
        shown, missed = list(findings), list(unanalysed)
        for path, group in groupby(shown, key=lambda finding: finding.path):
            source = Source(_content(read, path))
            for finding in group:
                self._finding(finding, source, window)
        self._missed(missed)
        if not self._quiet:
            self.tables(window, shown, least=4)
            self._end(window, shown, missed, notes)

    def statistics(
        self,
        window: Window,
        findings: Sequence[Finding],
        unanalysed: Sequence[Unanalysed],
        notes: Iterable[str] = (),
    ) -> None:
        """The tables alone."""
        self._missed(unanalysed)
        self.tables(window, findings)
        self._end(window, list(findings), list(unanalysed), notes)

    def tables(self, window: Window, findings: Sequence[Finding], *, least: int = 1) -> None:
        """Findings by rule and by release, where there are at least so many."""
        if len(findings) < least:
            return
        links = {finding.rule: finding.url for finding in findings}
        self._console.print(self._table("Rule", by_rule(findings, window), links, since=True))
        self._console.print()
        releases = by_release(findings, window)
        if len(releases) > 1:
            self._console.print(self._table("Since release", releases, {}))
            self._console.print()

    def _table(
        self, head: str, tallies: list[Tally], links: Mapping[str, str], *, since: bool = False
    ) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
        table.add_column(head, overflow="fold")
        if since:
            table.add_column("Since", justify="right")
        for name in ("All", "Safe", "Check", "Hand", "Today"):
            table.add_column(name, justify="right")
        for one in tallies:
            label = Text(one.name, Style.parse(COLOUR[one.worst]) + self._link(links.get(one.name, "")))
            numbers = (one.total, one.safe, one.suggested, one.manual, one.today)
            cells = [Text(str(number), "" if number else "dim") for number in numbers]
            table.add_row(label, *([one.since] if since else []), *cells)
        return table

    def _finding(self, finding: Finding, source: Source, window: Window) -> None:
        colour = COLOUR[finding.severity]
        head = Text.assemble(
            (finding.severity.value, f"bold {colour}"),
            ("[", colour),
            (finding.rule, Style.parse(colour) + self._link(finding.url)),
            ("] ", colour),
            (visible(finding.message), "bold"),
        )
        self._console.print(head)
        cure, shade = _CURE[finding.safety]
        place = f"{visible(finding.path)}:{finding.line}:{finding.column}"
        where = Text.assemble(
            "  ", (place, "underline"), ("  ", ""), (f"since {finding.since}", ""), " · ", (cure, shade)
        )
        if window.is_ready(finding.works_from):
            where.append(" · can be changed today")
        self._console.print(where, soft_wrap=True)
        self._excerpt(*rows(finding, source))
        self._console.print()

    def _excerpt(self, found: Sequence[Row], left: int) -> None:
        width = max((len(str(row.number)) for row in found if row.number), default=1)
        for row in found:
            gutter = f"  {row.number or '':>{width}} {row.sign if row.sign != ' ' else '│'} "
            self._row(row, gutter, self._console.width - len(gutter) - 1)
        if left:
            more = "1 more line" if left == 1 else f"{left} more lines"
            self._console.print(Text(f"  {'':>{width}} … {more}: concertmaster fix --diff", "dim"))

    def _row(self, row: Row, gutter: str, room: int) -> None:
        colour = _SIGN[row.sign]
        start, end = row.caret or (0, 0)
        before, marked, after = map(_flat, (row.text[:start], row.text[start:end], row.text[end:]))
        before = _shifted(before, room - min(cell_len(marked), room // 2)) if row.caret else before
        line = Text.assemble((gutter, f"dim {colour}"), (before + marked + after, colour))
        line.truncate(self._console.width - 1, overflow="ellipsis")
        self._console.print(line, soft_wrap=True)
        if row.caret:
            arrows = "^" * max(1, min(cell_len(marked), room - cell_len(before)))
            margin = " " * (len(gutter) - 2) + ("│" if row.sign == " " else " ")
            blank = " " * (len(gutter) + cell_len(before) - len(margin))
            self._console.print(Text.assemble((margin, "dim"), blank, (arrows, "bold")), soft_wrap=True)

    def _link(self, url: str) -> Style:
        return Style(link=url) if self._links and url.startswith("https://") else Style()

    def _missed(self, unanalysed: Iterable[Unanalysed]) -> None:
        for item in unanalysed:
            parts = (
                (visible(item.path), "bold"),
                " ",
                ("could not be analysed", "red"),
                f": {visible(item.reason)}",
            )
            self._console.print(Text.assemble(*parts))

    def _end(
        self, window: Window, shown: list[Finding], missed: list[Unanalysed], notes: Iterable[str]
    ) -> None:
        for note in notes:
            self._console.print(Text(visible(note), "yellow"))
        is_bad = missed or any(finding.severity is Severity.ERROR for finding in shown)
        self._console.print(
            Text(summary(shown, missed, window), "bold red" if is_bad else "yellow" if shown else "green")
        )
        if shown:
            self._console.print(Text(f"Why, and what to do: concertmaster explain {shown[0].rule}", "dim"))


def print_difference(on: Console, difference: str) -> None:
    """A unified difference, coloured, without passwords, and with nothing in it that the terminal would obey."""
    for line in masked_difference(difference).removesuffix("\n").split("\n"):
        style = "bold" if line.startswith(("---", "+++")) else "cyan" if line.startswith("@@") else ""
        on.print(Text(visible(line), style or _SIGN.get(line[:1], "")), soft_wrap=True)


def print_markdown(on: Console, text: str, *, links: bool) -> None:
    """The text of a pull request as it will look, without the marks that are there for later runs."""
    from rich.markdown import Markdown

    bare = _ADDRESS.sub(r"\1", _COMMENT.sub("", text))  # an address would be told twice
    shown = "\n".join(visible(line) for line in bare.split("\n"))
    theme = Theme({"markdown.code": "bold cyan", "markdown.code_block": "cyan"})
    with on.use_theme(theme):  # of its own, code would be on black, also where all else is on white
        on.print(Markdown(shown, hyperlinks=links, code_theme="ansi_light"))


def _shifted(before: str, room: int) -> str:
    """What stands before the place that is pointed at, cut at its beginning where that would not be seen."""
    if cell_len(before) <= room:
        return before
    return "…" + before[-max(1, room // 2) :]


def _flat(text: str) -> str:
    return visible(text.expandtabs(4))


def _content(read: Reader, path: str) -> bytes:
    try:
        return read(path)
    except (UnreadableFileError, OSError):
        return b""
