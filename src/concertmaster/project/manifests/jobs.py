"""Whether a job of a pipeline installs or tests the project; jobs for documents or linters may run on anything."""

from __future__ import annotations

import re

_COMMANDS = re.compile(rb"^[ \t-]*(?:run|script|before_script)[ \t]*:", re.MULTILINE)
_INSTALLS = re.compile(
    rb"\bpip3?\b[^\n]*\binstall\b[^\n]*(?:-r\b|--requirement|-e\b|--editable|[ \"']\.|orchestrator)"
    rb"|\buv[ \t]+(?:sync|run)\b|\b(?:poetry|pdm|pipenv|hatch|tox|nox|pytest|make|just|docker|setup\.py|main\.py)\b"
    rb"|\bpython3?[ \t]+-m[ \t]+(?:build|unittest)\b|\buses:[ \t]*[\"']?\./"
)
_HEAD = re.compile(rb"^(?P<indent>[ \t]*)[\"']?[\w. -]+[\"']?[ \t]*:[ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE)


def leaves_project_alone(path: str, source: bytes, offset: int) -> bool:
    """Whether a place of a pipeline is in a job whose commands neither install nor run anything of the project."""
    job = _job(source, offset, 0 if "gitlab" in path else None)
    return bool(job and _COMMANDS.search(job)) and not _INSTALLS.search(job)


def _job(source: bytes, offset: int, indent: int | None) -> bytes:
    """The text of the job around a place; nothing where that is not to be seen."""
    if indent is None:
        jobs = re.search(
            rb"^jobs:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?P<indent>[ \t]+)\S", source, re.MULTILINE
        )
        if jobs is None or jobs.start() > offset:
            return b""
        indent = len(jobs["indent"])
    heads = [match.start() for match in _HEAD.finditer(source) if len(match["indent"]) == indent]
    before = [start for start in heads if start <= offset]
    behind = [start for start in heads if start > offset]
    return source[before[-1] : behind[0] if behind else len(source)] if before else b""
