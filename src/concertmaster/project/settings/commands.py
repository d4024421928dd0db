"""Commands of the framework wherever a file runs them: in scripts, Dockerfiles, compose files and workflows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Kind

#: What stands between two words of a command: blanks, in a list of words quotes and a comma, or the next item's dash.
GAP = (
    r"(?:[ \t]+|[ \t]*[\"'][ \t]*,[ \t]*(?:\r?\n[ \t]*)?[\"']"
    r"|[\"']?[ \t]*\r?\n[ \t]*-[ \t]+[\"']?)"
)
MAIN = rf"(?<![\w-])main\.py{GAP}"
_COMMENT = re.compile(r"(?:^|[ \t])#")
_NEAR = 500


def find(file: SettingsFile, pattern: re.Pattern[str], *, prose: bool = False) -> Iterator[re.Match[str]]:
    """Where a pattern matches, but for comments; in the prose of a document only where that is asked for.

    Raises:
        Unreadable: the file is no text, or too large.
    """
    text = file.manifest.text if prose or file.kind is not Kind.TABLE else ""
    for match in pattern.finditer(text):
        start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - _NEAR)
        if not _COMMENT.search(text[start : match.start()]):
            yield match


def command(*words: str) -> re.Pattern[str]:
    """A call of the project's `main.py` with these words."""
    return re.compile(MAIN + GAP.join(words) + r"(?![\w-])")
