"""The migrations of a project: their revisions, the order in which they run, and what each does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from posixpath import dirname

from msgspec import Struct

from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.place import Parsed, Place, Sources
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import Effect, Function, Value

_DOCUMENTED = re.compile(rb"^(?P<key>Revision ID|Revises)[ \t]*:[ \t]*(?P<value>[^\r\n]*)", re.MULTILINE)
_DATE = re.compile(r"Create Date:[ \t]*(?P<date>\d{4}-\d\d-\d\d)(?P<time>[^\r\n]*)")


class Documented(Struct, frozen=True):
    """What a migration's docstring says of its revision, and where."""

    value: str
    place: Place


class Revision(Struct, frozen=True):
    """One migration. None for a name that its code does not tell."""

    file: Parsed
    scope: Scope
    id: str
    down: tuple[str, ...]
    depends: tuple[str, ...]
    labels: tuple[str, ...]
    places: dict[str, Place]
    is_followed: bool

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def documented(self) -> dict[str, Documented]:
        """`Revision ID` and `Revises` of the docstring."""
        docstring = self.file.tree.body[0] if ast.get_docstring(self.file.tree) else None
        if docstring is None:
            return {}
        place = self.file.place(docstring)
        found = {}
        for match in _DOCUMENTED.finditer(self.file.source, place.start, place.end):
            start, end = match.span("value")
            value = match["value"].decode("utf-8", "replace").strip().strip("\"'")
            found[match["key"].decode()] = Documented(value, Place(self.path, start, end))
        return found

    @property
    def date(self) -> str:
        match = _DATE.search(ast.get_docstring(self.file.tree) or "")
        return match["date"] if match else ""

    @property
    def created(self) -> str:
        """Day and time of `Create Date`, as written."""
        match = _DATE.search(ast.get_docstring(self.file.tree) or "")
        return f"{match['date']}{match['time']}".rstrip() if match else ""

    def effects(self, interpreter: Interpreter, name: str) -> tuple[Effect, ...] | None:
        """What `upgrade` or `downgrade` calls; None where there is no such function."""
        function = self.scope.names.get(name)
        if not isinstance(function, Function):
            return None
        fresh, _ = interpreter.module(self.path)  # values that a run changes must not change the next
        again = fresh.names.get(name) if fresh is not None else None
        return interpreter.function(again) if isinstance(again, Function) else None


def folders_of(sources: Sources) -> tuple[str, ...]:
    """The folders that hold a `versions` folder with migrations."""
    found = set()
    for path in sources.holding(b"down_revision"):
        parts = dirname(path).split("/")
        if "versions" in parts:
            found.add("/".join(parts[: len(parts) - 1 - parts[::-1].index("versions")]))
    return tuple(sorted(found))


def read_revisions(sources: Sources, interpreter: Interpreter) -> tuple[Revision, ...]:
    """Every migration of the project, in the order in which they run."""
    found = [
        revision
        for path in sources.holding(b"down_revision")
        if "versions" in dirname(path).split("/")
        for revision in _read(path, interpreter)
    ]
    return tuple(_ordered(found))


def _read(path: str, interpreter: Interpreter) -> Iterator[Revision]:
    scope, _ = interpreter.module(path)
    if scope is None or not isinstance(scope.names.get("revision"), str):
        return
    names = {
        key: _identifiers(scope.names.get(key)) for key in ("down_revision", "depends_on", "branch_labels")
    }
    yield Revision(
        scope.file,
        scope,
        str(scope.names["revision"]),
        names["down_revision"] or (),
        names["depends_on"] or (),
        names["branch_labels"] or (),
        dict(_assignments(scope.file)),
        all(value is not None for value in names.values()),
    )


def _identifiers(value: Value) -> tuple[str, ...] | None:
    """One or several identifiers; None where they are not known."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (str(value),)
    if isinstance(value, (list, tuple, set)) and all(isinstance(item, str) for item in value):
        return tuple(str(item) for item in value)
    return None


def _assignments(file: Parsed) -> Iterator[tuple[str, Place]]:
    for node in file.tree.body:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, file.place(node)


def _ordered(revisions: Iterable[Revision]) -> Iterator[Revision]:
    """Parents before children; what goes round in circles comes last."""
    left = sorted(revisions, key=lambda revision: revision.path)
    known = {revision.id for revision in left}
    done: set[str] = set()
    while left:
        ready = [one for one in left if not ((set(one.down) | set(one.depends)) & known) - done]
        chosen = ready or left
        yield from chosen
        done |= {one.id for one in chosen}
        left = [one for one in left if one not in chosen]
