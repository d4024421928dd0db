"""Code in documents: fences of Markdown, code blocks of reStructuredText, with the place of every line."""

from __future__ import annotations

import bisect
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt

from concertmaster.findings import Edit

LIMIT = 256 * 1024
_DOCUMENT = re.compile(r"\.(?:md|markdown|mdx|rst)\Z", re.IGNORECASE)
#: What tells of the past shows old code on purpose.
_HISTORY = re.compile(
    r"(?:^|/)(?:change(?:s|log)|history|news|releases?|release[-_]notes|upgrad\w*|migrat\w*|adrs?|decisions)(?:[./_-]|\Z)",
    re.IGNORECASE,
)
#: What a file with this code would be called.
_NAMES = {
    "python": "snippet.py",
    "py": "snippet.py",
    "python3": "snippet.py",
    "sh": "snippet.sh",
    "bash": "snippet.sh",
    "shell": "snippet.sh",
    "zsh": "snippet.sh",
    "env": ".env",
    "dotenv": ".env",
    "yaml": "snippet.yaml",
    "yml": "snippet.yaml",
    "toml": "pyproject.toml",
    "ini": "snippet.ini",
    "cfg": "setup.cfg",
    "dockerfile": "Dockerfile",
    "docker": "Dockerfile",
    "makefile": "Makefile",
    "make": "Makefile",
}
_DIRECTIVE = re.compile(
    r"^(?P<indent>[ \t]*)\.\.[ \t]+(?:code-block|code|sourcecode)::[ \t]*(?P<language>\w+)[ \t]*\r?$"
)
_OPTION = re.compile(r"^[ \t]+:[\w-]+:")
_LANGUAGE = re.compile(r"\{?\.?(?P<language>[\w+-]+)")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of code in a document: what a file with it would be called, and where each of its lines is.

    `lines` are spans of bytes in the document without what stands before the code (`prefix`), and `end` is
    where more code would go.
    """

    path: str
    lines: tuple[tuple[int, int], ...]
    first: int
    prefix: bytes
    end: int

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

    def edit(self, edit: Edit) -> Edit:
        """The same edit on the document."""
        text = re.sub(rb"\n", lambda _: b"\n" + self.prefix, edit.text)
        return Edit(self.offset(edit.start), self.offset(edit.end), text)

    def rewritten(self, code: bytes) -> bytes:
        """New code as it stands in the document, from the first line's prefix on."""
        lines = code.splitlines(keepends=True)
        return b"".join((self.prefix if line.strip() else b"") + line for line in lines)


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
    blocks = _rst(lines) if path.lower().endswith(".rst") else _markdown(text)
    found = (_snippet(path, block, lines, starts) for block in blocks if block.last <= len(lines))
    return [snippet for snippet in found if snippet is not None]


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of code in a document, from 0; `texts` are they as code where the document's own syntax is known."""

    language: str
    first: int
    last: int
    texts: tuple[str, ...]


def _snippet(path: str, block: _Block, lines: Sequence[bytes], starts: Sequence[int]) -> Snippet | None:
    """Every line must end with its code: what stands before is the document's."""
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
    name = posixpath.join(posixpath.dirname(path), _NAMES[block.language])
    return Snippet(name, tuple(spans), block.first + 1, prefix, end)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _markdown(text: str) -> Iterator[_Block]:
    for token in _parser().parse(text):
        language = _LANGUAGE.match(token.info.strip()) if token.type == "fence" else None
        name = language["language"].lower() if language else ""
        if name in _NAMES and token.map is not None and token.content:
            texts = tuple(token.content.removesuffix("\n").split("\n"))
            yield _Block(name, token.map[0] + 1, token.map[0] + 1 + len(texts), texts)


def _rst(lines: Sequence[bytes]) -> Iterator[_Block]:
    number = 0
    while number < len(lines):
        match = _DIRECTIVE.match(lines[number].decode("utf-8", "replace").rstrip("\n"))
        number += 1
        if match is None or match["language"].lower() not in _NAMES:
            continue
        while number < len(lines) and _OPTION.match(lines[number].decode("utf-8", "replace")):
            number += 1
        while number < len(lines) and not lines[number].strip():
            number += 1
        first, texts = number, []
        indent = _indent(lines[number]) if number < len(lines) else b""
        if len(indent) <= len(match["indent"]):
            continue
        while number < len(lines) and (lines[number].startswith(indent) or not lines[number].strip()):
            texts.append(lines[number].removeprefix(indent).decode("utf-8", "replace").rstrip("\r\n"))
            number += 1
        while texts and not texts[-1].strip():
            texts.pop()
        yield _Block(match["language"].lower(), first, first + len(texts), tuple(texts))


def _indent(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t"))]
