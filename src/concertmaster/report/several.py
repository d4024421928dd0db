"""The summary of a repository that holds several projects: one text with a section for each."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.findings import Finding, Unanalysed
from concertmaster.report.markdown import Links, code, count, joined, listing
from concertmaster.report.summary import MAX_COMMENT, Summary, render, verdict

OUTSIDE = "Outside of the projects"
#: A section with less room than this says nothing that can be used.
_LEAST = 600


class Chapter(Struct, frozen=True):
    """One project: its folder, empty for what belongs to none, and what is told of it."""

    folder: str
    summary: Summary

    @property
    def title(self) -> str:
        return code(self.folder) if self.folder else OUTSIDE

    @property
    def is_silent(self) -> bool:
        told = self.summary
        return not (told.findings or told.unanalysed or told.notes or told.created or told.operations)


def render_all(
    chapters: Sequence[Chapter],
    links: Links,
    *,
    notes: Sequence[str] = (),
    failed: Sequence[Unanalysed] = (),
    limit: int = MAX_COMMENT,
) -> str:
    """One project as it always was; of several one section each, the largest cut first where room is short."""
    if len(chapters) == 1 and not failed:
        (only,) = chapters
        return render(replace(only.summary, notes=(*only.summary.notes, *notes)), links, limit=limit)
    told = [chapter for chapter in chapters if not chapter.is_silent]
    head = joined((_headline(chapters, failed), *notes, *map(_failed, failed), _silent(chapters)))
    return joined((head, *_fitting(told, links, limit - len(head) - 2)))


def _headline(chapters: Sequence[Chapter], failed: Sequence[Unanalysed]) -> str:
    findings: list[Finding] = [item for chapter in chapters for item in chapter.summary.findings]
    missed = [*failed, *(item for chapter in chapters for item in chapter.summary.unanalysed)]
    number = len([chapter for chapter in chapters if chapter.folder]) + len(failed)
    return f"**Concertmaster: {verdict(findings, missed)}** in {count(number, 'project')}."


def _failed(item: Unanalysed) -> str:
    return f"{code(item.path)} could not be analysed: {code(item.reason)}."


def _silent(chapters: Sequence[Chapter]) -> str:
    quiet = [
        f"{chapter.title} (orchestrator-core {code(chapter.summary.window.installed)})"
        for chapter in chapters
        if chapter.is_silent
    ]
    return f"Nothing to say of {listing(quiet)}." if quiet else ""


def _text(chapter: Chapter, links: Links, room: int) -> str:
    title = f"## {chapter.title}"
    return joined((title, render(chapter.summary, links, limit=max(room - len(title) - 2, _LEAST))))


def _fitting(chapters: Sequence[Chapter], links: Links, room: int) -> list[str]:
    """Each whole where it is not longer than its share, and the rest of the room among the others."""
    texts = [_text(chapter, links, room) for chapter in chapters]
    left = room
    for place, index in enumerate(sorted(range(len(texts)), key=lambda index: len(texts[index]))):
        share = left // (len(texts) - place) - 2
        if len(texts[index]) > share:
            texts[index] = _text(chapters[index], links, share)
        left -= len(texts[index]) + 2
    return texts
