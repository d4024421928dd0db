"""The fields that a GraphQL document in a string asks for, with the path to each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.project.python import PythonFile

_LITERAL = re.compile(r"[rRuU]?(?P<quote>\"\"\"|'''|\"|')(?P<text>[^\\]*)(?P=quote)\Z")
_TOKEN = re.compile(r"#[^\n]*|\"[^\"\n]*\"|\.\.\.(?:\s*on\s+\w+|\s*\w+)?|@\w+|\$?\w+|[{}():]")
_OPENING = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:query|mutation|subscription|fragment|\{)")


class Field(Struct, frozen=True):
    """A field by the names of the fields around it, its alias, and its place in bytes."""

    name: str
    path: tuple[str, ...]
    alias: str | None
    start: int
    end: int


def selections(file: PythonFile, node: ast.Constant) -> Iterator[Field]:
    """The fields of a string that is a GraphQL document from beginning to end, in order."""
    text = file.text(node)
    literal = _LITERAL.match(text)
    if literal is None or literal["quote"] in literal["text"] or not _OPENING.match(literal["text"]):
        return
    found = list(_fields(literal["text"]))
    begin = file.span(node)[0]
    for field in found:
        head = text[: literal.start("text") + field.start]
        start = begin + len(head.encode(file.encoding))
        yield Field(field.name, field.path, field.alias, start, start + len(field.name.encode(file.encoding)))


def _fields(text: str) -> Iterator[Field]:
    """The fields of a document; what stands in parentheses are arguments."""
    path: list[str] = []
    depth, last, alias = 0, "", None
    words = [match for match in _TOKEN.finditer(text) if not match[0].startswith("#")]
    for match, following in zip(words, [*(one[0] for one in words[1:]), ""], strict=True):
        word = match[0]
        depth += (word == "(") - (word == ")")
        if depth or word == ")":
            continue
        if word == "{":
            path.append(last if path else "")
            last = ""
        elif word == "}":
            last = path.pop() if path else ""
        elif word.startswith("..."):
            last = path[-1] if path else ""
        elif word.isidentifier() and following == ":":
            alias = word
        elif word.isidentifier():
            last = word
            if path:
                yield Field(word, tuple(one for one in path if one), alias, match.start(), match.end())
            alias = None
