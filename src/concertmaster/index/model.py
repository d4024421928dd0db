"""What the index knows about a name, and the short text that it is kept as."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from concertmaster.index.bindings import Bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SEPARATOR = ";"

#: Names of a module by their path inside it: `Step`, `Step.name`; the module itself is "".
Facts = Mapping[str, "Entry"]
#: Modules of one release by their canonical name.
Modules = Mapping[str, Facts]


class Kind(StrEnum):
    MODULE = "m"
    CLASS = "c"
    FUNCTION = "f"
    ATTRIBUTE = "a"
    IMPORT = "i"


class ParameterKind(StrEnum):
    POSITIONAL_ONLY = "positional-only"
    POSITIONAL_OR_KEYWORD = "positional or keyword"
    VAR_POSITIONAL = "variadic positional"
    KEYWORD_ONLY = "keyword-only"
    VAR_KEYWORD = "variadic keyword"


class Flag(StrEnum):
    """What else is known of a name; the values are what is stored."""

    ACCESSOR = "p"  # a property, however it is made
    CLASS_METHOD = "k"
    DATACLASS = "D"
    DECORATED = "d"  # by something that may change what the name is
    DYNAMIC = "o"  # may hold names that its source does not show
    EXPORTED = "e"  # named in `__all__`
    FIELD = "t"  # annotated in a class body
    HAS_ALL = "A"  # a module that has an `__all__`
    HAS_VALUE = "v"
    INSTANCE = "s"  # an attribute that methods set on `self`
    NAMESPACE = "n"  # a folder without `__init__.py`
    PACKAGE = "P"
    STATIC_METHOD = "S"


class Parameter(Struct, frozen=True):
    """One parameter of a signature."""

    name: str
    kind: ParameterKind = ParameterKind.POSITIONAL_OR_KEYWORD
    has_default: bool = False

    def __str__(self) -> str:
        stars = {ParameterKind.VAR_POSITIONAL: "*", ParameterKind.VAR_KEYWORD: "**"}
        return f"{stars.get(self.kind, '')}{self.name}{'=' if self.has_default else ''}"


class Entry(Struct, frozen=True):
    """What one release says about one name.

    `detail` is the signature of a function and the type of a field. `paths` are the base classes of
    a class, the target of an import, the star imports of a module, and the origin of an attribute:
    `=path` when it is another name for something, `()path` when it is what a call of that returns.
    """

    kind: Kind
    flags: str = ""
    bound: Bound = Bound.YES
    detail: str = ""
    paths: tuple[str, ...] = ()

    def has(self, flag: Flag) -> bool:
        return flag.value in self.flags

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return _parameters(self.detail)

    def encode(self) -> str:
        head = f"{self.kind}{self.flags}{self.bound}"
        return SEPARATOR.join((head, self.detail, " ".join(self.paths))).rstrip(SEPARATOR)


@lru_cache(maxsize=16_384)
def _parameters(detail: str) -> tuple[Parameter, ...]:
    return tuple(read_signature(detail))


@lru_cache(maxsize=16_384)
def decode_entry(text: str) -> Entry:
    """The reverse of `Entry.encode`.

    Raises:
        ValueError: the text was not written by it.
    """
    head, detail, paths = (*text.split(SEPARATOR), "", "")[:3]
    bound = Bound(head[-1]) if head[-1:] in (Bound.MAYBE, Bound.TYPING) else Bound.YES
    flags = head[1:].rstrip(Bound.MAYBE + Bound.TYPING)
    return Entry(Kind(head[:1]), flags, bound, detail, tuple(paths.split()))


def flags(*wanted: Flag | None) -> str:
    return "".join(sorted(flag.value for flag in wanted if flag))


def write_signature(parameters: Iterable[Parameter]) -> str:
    """The compact form of a signature: `a,/,b=,*,c,**rest`."""
    return ",".join(_signature_parts(tuple(parameters)))


def _signature_parts(parameters: tuple[Parameter, ...]) -> Iterator[str]:
    starred = any(each.kind is ParameterKind.VAR_POSITIONAL for each in parameters)
    for position, each in enumerate(parameters):
        if each.kind is ParameterKind.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        yield str(each)
        following = parameters[position + 1].kind if position + 1 < len(parameters) else None
        if each.kind is ParameterKind.POSITIONAL_ONLY and following is not ParameterKind.POSITIONAL_ONLY:
            yield "/"


def read_signature(text: str) -> list[Parameter]:
    """The reverse of `write_signature`."""
    found: list[Parameter] = []
    kind = ParameterKind.POSITIONAL_OR_KEYWORD
    for part in text.split(",") if text else ():
        if part == "/":
            found = [Parameter(each.name, ParameterKind.POSITIONAL_ONLY, each.has_default) for each in found]
        elif part.startswith("**"):
            found.append(Parameter(part[2:], ParameterKind.VAR_KEYWORD))
        elif part.startswith("*"):
            kind = ParameterKind.KEYWORD_ONLY
            if part != "*":
                found.append(Parameter(part[1:], ParameterKind.VAR_POSITIONAL))
        else:
            found.append(Parameter(part.removesuffix("="), kind, part.endswith("=")))
    return found
