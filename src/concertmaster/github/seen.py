"""What the plan of a review is made of besides the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from concertmaster.findings import Finding, Unanalysed
from concertmaster.github.diff import FileDiff
from concertmaster.github.moving import Move
from concertmaster.github.parts import Part
from concertmaster.github.posted import Posted
from concertmaster.github.suggestions import Cure
from concertmaster.report.markdown import Links

MAX_COMMENTS = 100
KNOWN = FileDiff("", "unchanged")


class Seen(Struct, frozen=True):
    """What a plan is made of besides the report: the head's texts, what the diff shows, what stands already.

    `parts` are the projects where they are told of by themselves; `move` is that of a single one. `cures`
    keeps what was worked out for a file, for the next plan of the same review.
    """

    read: Callable[[str], bytes]
    diffs: Mapping[str, FileDiff]
    links: Links
    posted: Posted = field(default_factory=Posted)
    notes: tuple[str, ...] = ()
    move: Move | None = None
    follow_up_url: str | None = None
    exists: Callable[[str], bool] = lambda _: True
    parts: tuple[Part, ...] = ()
    failed: tuple[Unanalysed, ...] = ()
    cures: dict[FileDiff, Cure] = field(default_factory=dict)


def key_of(finding: Finding) -> tuple[str, str, int, int, str]:
    """A finding without its edits, which may be many."""
    return (finding.path, finding.rule, finding.line, finding.column, finding.message)
