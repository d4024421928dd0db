"""A unified difference of bytes, as `git diff` and `patch` understand it."""

from __future__ import annotations

import difflib

from concertmaster.project.masking import masked

NO_NEWLINE = "\\ No newline at end of file\n"


def unified(path: str, old: bytes | None, new: bytes) -> str:
    """What changes in a file, None standing for one that is not there; bytes that are no UTF-8 are replaced."""
    before = "/dev/null" if old is None else f"a/{path}"
    lines = difflib.unified_diff(_lines(old or b""), _lines(new), before, f"b/{path}", n=3)
    return "".join(line if line.endswith("\n") else f"{line}\n{NO_NEWLINE}" for line in lines)


def masked_difference(text: str) -> str:
    """The same to be looked at: without passwords, so that it cannot be applied any more."""
    head, lines = text.split("\n")[:2], text.split("\n")[2:]
    return "\n".join((*head, *(masked(line, head[-1]) for line in lines)))


def _lines(source: bytes) -> list[str]:
    """Lines that end at `\\n` only: other separators are part of a line for git."""
    text = source.decode("utf-8", "replace")
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
