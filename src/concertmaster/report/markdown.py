"""Text as GitHub's Markdown, with everything that a repository wrote made inert.

Names, paths and messages may come from a stranger's pull request: no mention, reference, link, image or
tag in them may come to life, and nothing in them may hide or reorder what stands around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from msgspec import Struct

MAX_CODE = 300
MAX_PROSE = 600
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile(
    r"[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
#: A word that Markdown and GitHub leave as it is: letters and digits, inner marks, punctuation around.
_PLAIN = re.compile(r"[(\"'“‘]*(?:[^\W_]+(?:[-.'’/][^\W_]+)*)?[)\"'”’.,;:!?…]*|[–—-]")
#: Plain to look at, yet turned into a link: addresses, references such as GH-12, commits.
_LINKED = re.compile(r"www\.|[a-z]-\d|\b[0-9a-f]{7,40}\b", re.IGNORECASE)


class Links(Struct, frozen=True):
    """Where the files of a commit can be looked at; no server, no links. Paths are seen from `folder`."""

    server: str = ""
    repository: str = ""
    commit: str = ""
    folder: str = ""

    def to(self, path: str, line: int, end_line: int | None = None) -> str | None:
        """The permanent address of some lines."""
        if not self.server:
            return None
        span = f"L{line}" if end_line in (None, line) else f"L{line}-L{end_line}"
        name = quote(self.whole(path).encode("utf-8", "surrogateescape"), safe="/")
        return f"{self.server.rstrip('/')}/{self.repository}/blob/{self.commit}/{name}#{span}"

    def whole(self, path: str) -> str:
        """A path as seen from the repository's root."""
        return f"{self.folder}/{path}" if self.folder else path

    def place(self, path: str, line: int, end_line: int | None = None) -> str:
        """`path:line`, linked where that can be."""
        label, address = code(f"{self.whole(path)}:{line}"), self.to(path, line, end_line)
        return label if address is None else f"[{label}]({address})"


def visible(text: str) -> str:
    """One line without characters that hide, reorder or control."""
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _SPACE.sub(" ", _INVISIBLE.sub("", whole)).strip()


def code(text: str, *, limit: int = MAX_CODE) -> str:
    """A code span that nothing in it can end."""
    shown = _cut(visible(text), limit)
    if not shown:
        return "` `"
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if "`" in (shown[0], shown[-1]) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def prose(text: str) -> str:
    """A message: what it quotes between backticks as code, and every word that could come to life too."""
    pieces = list(_pieces(_cut(visible(text), MAX_PROSE)))
    return "".join(
        f" {piece}" if index and piece.startswith("`") and pieces[index - 1].endswith("`") else piece
        for index, piece in enumerate(pieces)
    )


def _pieces(text: str) -> Iterator[str]:
    parts = text.split("`")
    for index, part in enumerate(parts):
        is_quoted = index % 2 == 1 and index < len(parts) - 1
        if is_quoted and part.strip():
            yield code(part)
        elif not is_quoted:
            yield from (_word(word) for word in re.findall(r"\s+|\S+", part))


def _word(word: str) -> str:
    if word.isspace():
        return " "
    return word if _PLAIN.fullmatch(word) and not _LINKED.search(word) else code(word)


def suggestion(lines: Sequence[str]) -> str:
    """GitHub's block of replacing lines, none to delete; its fence is longer than any run of backticks."""
    longest = max((_longest_run(line) for line in lines), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}suggestion", *lines, fence))


def fenced(text: str, language: str = "") -> str:
    """A block of code that nothing in it can end; what would hide or reorder is left out."""
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    shown = _CONTROL.sub("", _INVISIBLE.sub("", whole)).rstrip("\n")
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def marker(*words: str) -> str:
    """A hidden note by which a comment is known again; `words` are our own."""
    return f"<!-- concertmaster:{','.join(words)} -->"


def lacks(what: Iterable[str]) -> str:
    """A hidden note of what a run could not have, for the next one to know what its text is about."""
    return "".join(marker("lacks", one) for one in what)


def listing(items: Sequence[object], *, limit: int = 8) -> str:
    """`1, 2 and 3`; what is too many is counted."""
    shown = [str(item) for item in items[:limit]]
    if len(items) > limit:
        return f"{', '.join(shown)} and {len(items) - limit} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else ""


def count(number: int, word: str, plural: str = "") -> str:
    """`1 error`, `2 errors`."""
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def joined(blocks: Iterable[str]) -> str:
    """Paragraphs; empty ones are left out."""
    return "\n\n".join(block for block in blocks if block)


def _longest_run(text: str) -> int:
    return max(map(len, re.findall(r"`+", text)), default=0)
