"""The names of one module, read by patterns: imports, classes with their bases and methods, other names for things.

Modules are not parsed: only top-level `import`, `class` and `name = other` lines matter here, and every file of a
project may be asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

_IMPORT = re.compile(
    r"^from[ \t]+(?P<module>[.\w]+)[ \t]+import[ \t]*(?P<names>\([^)]*\)|[^\n\\]*)", re.MULTILINE
)
PLAIN_IMPORTS = re.compile(rb"\bimport[ \t]+(?P<names>[\w., \t]+)")
#: Begins with what the search can leap to; whether it stands at the head of a line is looked at afterwards.
_IMPORT_BYTES = re.compile(rb"from[ \t]+(?P<module>[.\w]+)[ \t]+import[ \t]*(?P<names>\([^)]*\)|[^\n\\]*)")
_PLAIN_IMPORT = re.compile(r"^import[ \t]+(?P<names>[^\n;#]+)", re.MULTILINE)
_CLASS = re.compile(r"^class[ \t]+(?P<name>\w+)[ \t]*(?:\((?P<bases>[^)]*)\))?[ \t]*:", re.MULTILINE)
_ALIAS = re.compile(r"^(?P<name>\w+)[ \t]*=[ \t]*(?P<other>[A-Za-z_][\w.]*)[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_TOP_LEVEL = re.compile(r"^[^\s#)\]}]", re.MULTILINE)
_NEWLINE = ord("\n")
_METHOD = re.compile(r"^[ \t]+(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*")


class Module(Struct, frozen=True):
    """The names of one module: where imported ones come from, and the bases of its classes."""

    imports: dict[str, str] = field(default_factory=dict)
    classes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    methods: dict[str, frozenset[str]] = field(default_factory=dict)


def read_module(text: str) -> Module:
    """The top-level names of a module, by its lines."""
    text = text.replace("\r\n", "\n")
    imports: dict[str, str] = {}
    stars = []
    for match in _PLAIN_IMPORT.finditer(text):
        imports.update(_plain(match["names"]))
    for match in _IMPORT.finditer(text):
        for name, alias in _names(match["names"]):
            if name == "*":
                stars.append(match["module"])
            else:
                module = match["module"]
                imports[alias] = f"{module}{name}" if module.endswith(".") else f"{module}.{name}"
    classes = {match["name"]: tuple(_bases(match["bases"] or "")) for match in _CLASS.finditer(text)}
    aliases = {match["name"]: match["other"] for match in _ALIAS.finditer(text)}
    return Module(imports, classes, aliases, tuple(stars), dict(_methods(text)))


def _methods(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The methods of each top-level class."""
    for match in _CLASS.finditer(text):
        end = _TOP_LEVEL.search(text, match.end())
        body = text[match.end() : end.start() if end else len(text)]
        yield match["name"], frozenset(_METHOD.findall(body))


def _plain(names: str) -> Iterator[tuple[str, str]]:
    for part in names.split(","):
        words = part.split()
        if len(words) == 3 and words[1] == "as":
            yield words[2], words[0]
        elif len(words) == 1:
            root = words[0].partition(".")[0]
            yield root, root


def imported(source: bytes) -> Iterator[tuple[str, Iterable[str]]]:
    """The modules that a file imports names from, wherever in it, with the names."""
    at, search = 0, _IMPORT_BYTES.search
    while (match := search(source, at)) is not None:
        start = match.start()
        if start and source[start - 1] != _NEWLINE and not _begins_line(source, start):
            at = start + 1
        else:
            at = match.end()
            yield match["module"].decode("ascii", "replace"), _names_in(match["names"])


def _begins_line(source: bytes, at: int) -> bool:
    return not source[source.rfind(b"\n", 0, at) + 1 : at].strip(b" \t")


def _names_in(names: bytes) -> Iterator[str]:
    for name, _ in _names(names.decode("utf-8", "replace")):
        yield name


def _names(names: str) -> Iterator[tuple[str, str]]:
    """`a, b as c` as pairs of name and local name."""
    for part in _COMMENT.sub("", names).strip("()").replace("\n", " ").split(","):
        words = part.strip("() ").split()
        if len(words) == 1:
            yield words[0], words[0]
        elif len(words) == 3 and words[1] == "as":
            yield words[0], words[2]


def _bases(text: str) -> Iterator[str]:
    """Names of base classes; keywords and subscripts are left out of them."""
    depth = 0
    word = ""
    for char in f"{_COMMENT.sub('', text)},":
        if char in "[(":
            depth += 1
        elif char in "])":
            depth -= 1
        elif char == "," and not depth:
            base = word.strip()
            if re.fullmatch(r"[A-Za-z_][\w.]*", base):
                yield base
            word = ""
        elif not depth:
            word += char
