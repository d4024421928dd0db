"""Code in documents: fences of Markdown, code blocks of reStructuredText, with the place of every line."""

from __future__ import annotations

import bisect
import operator
import posixpath
import re
from collections.abc import Sequence

from msgspec import Struct

from concertmaster.findings import Edit
from concertmaster.project.code_blocks import NAMES, Block, markdown_blocks, rst_blocks

LIMIT = 256 * 1024
_DOCUMENT = re.compile(r"\.(?:md|markdown|mdx|rst)\Z", re.IGNORECASE)
#: What tells of the past shows old code on purpose.
_HISTORY = re.compile(
    r"(?:^|/)(?:change(?:s|log)|history|news|releases?|release[-_]notes|upgrad\w*|migrat\w*|adrs?|decisions)(?:[./_-]|\Z)",
    re.IGNORECASE,
)


class Snippet(Struct, frozen=True):
    """A piece of code in a document: what a file with it would be called, and where each of its lines is.

    `lines` are spans of bytes in the document without what stands before the code (`prefix`), and `end` is
    where more code would go. In a session each line has a prompt of its own (`prefixes`), so that lines can
    neither come nor go.
    """

    path: str
    lines: tuple[tuple[int, int], ...]
    first: int
    prefix: bytes
    end: int
    prefixes: tuple[bytes, ...] = ()

    def code(self, source: bytes) -> bytes:
        """The code as a file of its own."""
        return b"".join(source[start:end] for start, end in self.lines)

    def _starts(self) -> list[int]:
        starts, position = [], 0
        for start, end in self.lines:
            starts.append(position)
            position += end - start
        return starts

    def offset(self, position: int) -> int:
        """The place in the document of a place in the code."""
        starts = self._starts()
        index = bisect.bisect_right(starts, position) - 1
        start, end = self.lines[index]
        inside = start + position - starts[index]
        return self.end if inside >= end and index + 1 == len(self.lines) else inside

    def can_hold(self, code: bytes) -> bool:
        """Whether new code can stand where the old one does."""
        return not self.prefixes or len(code.splitlines()) == len(self.prefixes)

    def edit(self, edit: Edit) -> Edit:
        """The same edit on the document."""
        text = re.sub(rb"\n", lambda _: b"\n" + self.prefix, edit.text)
        return Edit(self.offset(edit.start), self.offset(edit.end), text)

    def rewritten(self, code: bytes) -> bytes:
        """New code as it stands in the document, from the first line's prefix on."""
        lines = code.splitlines(keepends=True)
        if self.prefixes:
            return b"".join(map(operator.add, self.prefixes, lines))
        empty = self.prefix.rstrip()  # a quotation would end at a line without its mark
        return b"".join((self.prefix if line.strip() else empty) + line for line in lines)


def is_document(path: str) -> bool:
    """Whether a file is prose with code in it, and not about the past."""
    return _DOCUMENT.search(path) is not None and not _HISTORY.search(path)


def snippets(path: str, source: bytes) -> list[Snippet]:
    """The code in a document, in its order; none where it is no text."""
    lines = source.splitlines(keepends=True) if b"\r" not in source.replace(b"\r\n", b"") else []
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        return []
    blocks = rst_blocks(lines) if path.lower().endswith(".rst") else markdown_blocks(text)
    found = (_snippet(path, block, lines, starts) for block in blocks if block.last <= len(lines))
    return [snippet for snippet in found if snippet is not None]


def _snippet(path: str, block: Block, lines: Sequence[bytes], starts: Sequence[int]) -> Snippet | None:
    """Every line must end with its code: what stands before is the document's."""
    if block.prompts:
        return _session(path, block, lines, starts)
    spans = []
    prefixes = set()
    for number, text in zip(range(block.first, block.last), block.texts, strict=True):
        line = lines[number]
        code = text.encode()
        bare = line.rstrip(b"\r\n")
        if not bare.endswith(code):
            return None
        prefix = bare[: len(bare) - len(code)]
        if code:
            prefixes.add(prefix)
        spans.append((starts[number] + len(prefix), starts[number + 1]))
    if len(prefixes) != 1:
        return None
    prefix = prefixes.pop()
    closing = lines[block.last] if block.last < len(lines) else b""
    end = starts[block.last] + (len(prefix) if closing.startswith(prefix) else 0)
    name = posixpath.join(posixpath.dirname(path), NAMES[block.language])
    return Snippet(name, tuple(spans), block.first + 1, prefix, end)


def _session(path: str, block: Block, lines: Sequence[bytes], starts: Sequence[int]) -> Snippet | None:
    """Every line must end with its prompt and its code: what stands before is the document's."""
    spans, prefixes = [], []
    for number, text in zip(range(block.first, block.last), block.texts, strict=True):
        bare = lines[number].rstrip(b"\r\n")
        prompt = block.prompts[number - block.first]
        if not bare.endswith((prompt + text).encode()):
            return None
        prefixes.append(bare[: len(bare) - len(text.encode())])
        spans.append((starts[number] + len(prefixes[-1]), starts[number + 1]))
    name = posixpath.join(posixpath.dirname(path), NAMES[block.language])
    return Snippet(name, tuple(spans), block.first + 1, prefixes[0], starts[block.last], tuple(prefixes))
