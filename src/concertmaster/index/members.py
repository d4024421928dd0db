"""One module or class as griffe reads it, turned into entries of the index."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import TYPE_CHECKING, Any

from concertmaster.index.bindings import Bound, Scope
from concertmaster.index.model import Entry, Flag, Kind, Parameter, ParameterKind, flags, write_signature
from concertmaster.index.names import from_root
from concertmaster.messages.index import no_griffe

if TYPE_CHECKING:
    from collections.abc import Iterator

    import griffe

#: Decorators that leave the signature of what they decorate as it is written, by their last name.
TRANSPARENT = frozenset(
    """
    abstractmethod asynccontextmanager cache classmethod contextmanager deprecated final lru_cache overload
    override property staticmethod wraps
    command callback get post put patch delete head options websocket websocket_route exception_handler
    """.split()
)
ACCESSORS = frozenset(
    {"property", "cached_property", "hybrid_property", "computed_field", "abstractproperty"}
)
#: Class decorators that add no public name.
PLAIN_CLASS_DECORATORS = frozenset(
    "dataclass dataclasses.dataclass strawberry.type strawberry.input strawberry.enum strawberry.interface "
    "strawberry.federation.type strawberry.federation.input strawberry.federation.enum "
    "strawberry.federation.interface functools.total_ordering typing.runtime_checkable enum.unique "
    "pydantic.dataclasses.dataclass typing_extensions.deprecated deprecated.deprecated warnings.deprecated".split()
)
PLAIN_METACLASSES = frozenset({"abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"})
UNKNOWN_BASE = "?"
MAX_TYPE = 200


class Reader:
    """Reads one module; holds what every entry of it needs to be named."""

    def __init__(self, path: str, code: str, *, package: bool, renamed: bool) -> None:
        self.path, self.renamed = path, renamed
        self.module = parse(path, code, package=package)
        exports = self.module.exports
        self.exported = None if exports is None else frozenset(map(str, exports))

    def absolute(self, path: str) -> str:
        return from_root(path) if self.renamed else path

    def members(self, found: Scope, exported: frozenset[str]) -> Iterator[tuple[str, Entry]]:
        for name, bound in found.names.items():
            yield from self._named(name, bound, self.module.members.get(name), found, exported)

    def _named(
        self, name: str, bound: Bound, member: Any, found: Scope, exported: frozenset[str]
    ) -> Iterator[tuple[str, Entry]]:
        mark = Flag.EXPORTED if name in exported else None
        if member is None:
            yield name, Entry(Kind.ATTRIBUTE, flags(mark), bound)
        elif member.is_alias:
            yield name, Entry(Kind.IMPORT, flags(mark), bound, paths=(self.absolute(member.target_path),))
        elif member.is_class:
            yield from self._class(name, bound, member, found.classes.get(name, Scope(dynamic=True)), mark)
        elif member.is_function:
            yield name, self._function(member, bound, mark)
        else:
            yield (
                name,
                self._attribute(member, bound, mark, in_body=name in found.names or name in found.declared),
            )

    def _class(
        self, name: str, bound: Bound, member: griffe.Class, found: Scope, mark: Flag | None
    ) -> Iterator[tuple[str, Entry]]:
        known = not found.dynamic and is_plain_class(member)
        marks = flags(
            mark,
            Flag.DATACLASS if "dataclass" in member.labels else None,
            None if known else Flag.DYNAMIC,
        )
        bases = tuple(self._path(base) or UNKNOWN_BASE for base in member.bases)
        yield name, Entry(Kind.CLASS, marks, bound, paths=bases)
        for each in dict.fromkeys((*member.members, *found.names)):
            certain = found.names.get(each, Bound.YES)
            for inner, entry in self._named(each, certain, member.members.get(each), found, frozenset()):
                yield f"{name}.{inner}", entry
        later = (each for each in found.on_self if each not in member.members and each not in found.names)
        yield from ((f"{name}.{each}", Entry(Kind.ATTRIBUTE, flags(Flag.INSTANCE))) for each in later)
        written = "dataclass" in member.labels and not bases and "__init__" not in member.members
        if written and not any("init=False" in str(decorator.value) for decorator in member.decorators):
            yield (
                f"{name}.__init__",
                Entry(Kind.FUNCTION, detail=write_signature(dataclass_init(member, found))),
            )

    def _function(self, member: griffe.Function, bound: Bound, mark: Flag | None) -> Entry:
        names = {decorator.callable_path.rpartition(".")[2] for decorator in member.decorators}
        marks = flags(
            mark,
            Flag.STATIC_METHOD if "staticmethod" in member.labels else None,
            Flag.CLASS_METHOD if "classmethod" in member.labels else None,
            Flag.ACCESSOR if names & ACCESSORS else None,
            None if names <= TRANSPARENT else Flag.DECORATED,
        )
        return Entry(Kind.FUNCTION, marks, bound, write_signature(map(parameter, member.parameters)))

    def _attribute(
        self, member: griffe.Attribute, bound: Bound, mark: Flag | None, *, in_body: bool
    ) -> Entry:
        in_class = bool(member.parent and member.parent.is_class)
        annotated = member.annotation is not None and member.labels != {"class-attribute"}
        typed = in_class and in_body and annotated
        marks = flags(
            mark,
            Flag.FIELD if typed else None,
            Flag.HAS_VALUE if has_default(member.value) else None,
            Flag.ACCESSOR if "property" in member.labels else None,
            Flag.INSTANCE if in_class and not in_body else None,
        )
        origin = "" if in_class else self._origin(member.value)
        detail = plain_text(str(member.annotation)) if typed else ""
        return Entry(Kind.ATTRIBUTE, marks, bound, detail, (origin,) if origin else ())

    def _origin(self, value: Any) -> str:
        """`=path` for another name of something, `()path` for what a call of that returns."""
        function = getattr(value, "function", None)
        subscript = type(value).__name__ == "ExprSubscript"
        path = None if subscript else self._path(value if function is None else function)
        return "" if path is None else f"{'=' if function is None else '()'}{path}"

    def _path(self, expression: Any) -> str | None:
        """The full name that an expression stands for, where it is one."""
        kind = type(expression).__name__
        if kind == "ExprSubscript":
            return self._path(expression.left)
        if kind not in ("ExprName", "ExprAttribute"):
            return None
        path: str = expression.canonical_path
        if "." not in path:
            return f"builtins.{path}" if hasattr(builtins, path) else None
        return self.absolute(path) if all(part.isidentifier() for part in path.split(".")) else None


def parse(path: str, code: str, *, package: bool) -> griffe.Module:
    """Let griffe read a module; its packages are given by name alone, for relative imports."""
    try:
        import griffe
    except ImportError:
        raise no_griffe() from None
    *above, last = path.split(".")
    parent = None
    for depth, name in enumerate(above):
        parent = griffe.Module(name, filepath=Path(*above[: depth + 1], "__init__.py"), parent=parent)
    file = Path(*path.split("."))
    where = file / "__init__.py" if package else file.with_suffix(".py")
    return griffe.visit(last, filepath=where, code=code, parent=parent)


def is_plain_class(member: griffe.Class) -> bool:
    """Whether a class body shows all the public names of the class."""
    decorators = {decorator.callable_path for decorator in member.decorators}
    metaclass = member.keywords.get("metaclass")
    metaclasses = set() if metaclass is None else {getattr(metaclass, "canonical_path", UNKNOWN_BASE)}
    return decorators <= PLAIN_CLASS_DECORATORS and metaclasses <= PLAIN_METACLASSES


def parameter(read: griffe.Parameter) -> Parameter:
    kind = ParameterKind(read.kind.value if read.kind else ParameterKind.POSITIONAL_OR_KEYWORD)
    variadic = kind in (ParameterKind.VAR_POSITIONAL, ParameterKind.VAR_KEYWORD)
    return Parameter(read.name, kind, read.default is not None and not variadic)


def dataclass_init(member: griffe.Class, found: Scope) -> Iterator[Parameter]:
    """The constructor that `@dataclass` writes for a class without bases: its annotated names, in their order."""
    keyword_only = any("kw_only=True" in str(decorator.value) for decorator in member.decorators)
    yield Parameter("self")
    ordered: list[Parameter] = []
    for each in member.attributes.values():
        said = str(each.annotation or "").rpartition(".")[2]
        keyword_only |= said == "KW_ONLY"
        in_body = each.name in found.names or each.name in found.declared
        on_class = each.labels == {"class-attribute"} or "property" in each.labels
        if in_body and not on_class and said not in ("", "KW_ONLY", "ClassVar"):
            ordered += _init_parameter(each, keyword_only=keyword_only)
    yield from sorted(ordered, key=lambda one: one.kind is ParameterKind.KEYWORD_ONLY)


def _init_parameter(each: griffe.Attribute, *, keyword_only: bool) -> Iterator[Parameter]:
    """Nothing for `field(init=False)`; a field can also be keyword-only by itself."""
    value = str(each.value or "")
    if "init=False" not in value:
        own = "kw_only=True" in value or (keyword_only and "kw_only=False" not in value)
        kind = ParameterKind.KEYWORD_ONLY if own else ParameterKind.POSITIONAL_OR_KEYWORD
        yield Parameter(each.name, kind, has_default(each.value))


def has_default(value: Any) -> bool:
    """Whether a field can be left out: it has a value, and that is not a `Field(...)` without a default."""
    if value is None or str(value) == "...":
        return False
    if not str(getattr(value, "function", "")).lower().endswith("field"):
        return True
    named = {argument.name: argument.value for argument in value.arguments if hasattr(argument, "name")}
    if named.keys() & {"default", "default_factory", "factory"}:
        return str(named.get("default", "")) != "..."
    positional = [argument for argument in value.arguments if not hasattr(argument, "name")]
    return bool(positional) and str(positional[0]) != "..."


def plain_text(text: str) -> str:
    """Source text as one printable line of bounded length, free of what separates stored fields."""
    printable = "".join(char for char in " ".join(text.split()) if char.isprintable() and char != ";")
    return printable[:MAX_TYPE]
