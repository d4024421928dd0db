"""Replays migrations on an empty database, and notes what could not be followed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct, field

from concertmaster.project.model.calls import EXECUTE
from concertmaster.project.model.core_revisions import WITH_IS_TASK
from concertmaster.project.model.helper_calls import EVERYTHING, NOTHING, PREFIX, Topics, apply_helper
from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.place import Place
from concertmaster.project.model.revisions import Revision
from concertmaster.project.model.rows import BLOCKS, LINKS, PRODUCTS, WORKFLOWS, Database
from concertmaster.project.model.statements import apply_sql
from concertmaster.project.model.tables import touched
from concertmaster.project.model.values import UNKNOWN, Call, Effect, Sql, Symbol

_CONNECTIONS = ("alembic.op", "alembic.context")
_BUILT = ("sqlalchemy.select", "sqlalchemy.sql.select", "sqlalchemy.inspect")
_DATABASE = ("alembic.", "sqlalchemy.")
#: Packages whose functions change no rows unless they are given a connection, or a table.
_HARMLESS = frozenset(
    (
        *sys.stdlib_module_names,
        *"alembic sqlalchemy orchestrator structlog pydantic pydantic_forms nwastdlib raise".split(),
    )
)
_CORE_TABLES = "orchestrator.core.db."
_TABLE_CLASSES = {
    "WorkflowTable": frozenset((WORKFLOWS, LINKS)),
    "ProductTable": frozenset((PRODUCTS, LINKS)),
    "ProductBlockTable": frozenset((BLOCKS,)),
    "ResourceTypeTable": frozenset((BLOCKS,)),
    "db": EVERYTHING,
}
_BY_WORD = {
    "workflow": (WORKFLOWS, LINKS),
    "task": (WORKFLOWS,),
    "product": (PRODUCTS, LINKS),
    "block": (BLOCKS,),
    "resource": (BLOCKS,),
}


_WHOLE = re.compile(r"\b(?:create|delete)\s*\(")


class Unfollowed(Struct, frozen=True):
    """A place of a migration that could not be followed, and the tables that are not known because of it."""

    place: Place
    topics: Topics


class Undo(Struct, frozen=True):
    """A revision whose downgrade leaves something of its upgrade, or takes too much: what, by table."""

    revision: Revision
    left: tuple[str, ...]


class Replay(Struct):
    """The database after every migration, and everything that was noticed on the way."""

    database: Database = field(default_factory=Database)
    unfollowed: list[Unfollowed] = field(default_factory=list)
    undone: list[Undo] = field(default_factory=list)

    def knows(self, *topics: str) -> bool:
        """Whether these tables are known for certain."""
        lost = {topic for item in self.unfollowed for topic in item.topics}
        return not lost.intersection(topics)


def replay(revisions: Iterable[Revision], interpreter: Interpreter, *, before_4: bool = False) -> Replay:
    """Run every upgrade in order, and every downgrade on what its upgrade gives.

    `before_4` says that the migrations that are there have run before release 4.0.
    """
    result = Replay(Database(has_is_task=not before_4))
    for revision in revisions:
        if WITH_IS_TASK.intersection(revision.depends):
            result.database.has_is_task = True
        before = result.database.copy()
        lost = list(_apply(result.database, revision, interpreter, "upgrade"))
        result.unfollowed += lost
        if not lost:
            result.undone += _undone(before, result.database, revision, interpreter)
    return result


def _undone(
    before: Database, after: Database, revision: Revision, interpreter: Interpreter
) -> Iterator[Undo]:
    """Only where both directions could be followed, and the downgrade does not refuse."""
    effects = revision.effects(interpreter, "downgrade")
    if effects is None or any(isinstance(effect, Call) and effect.symbol == "raise" for effect in effects):
        return
    back = after.copy()
    if list(_apply(back, revision, interpreter, "downgrade")):
        return
    left = tuple(_differences(before.snapshot(), back.snapshot(), after.snapshot()))
    if left:
        yield Undo(revision, left)


def _differences(before: dict[str, Any], back: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for topic, rows in before.items():
        for name in sorted({*rows, *back[topic]}):
            if rows.get(name) != back[topic].get(name) and rows.get(name) != after[topic].get(name):
                yield name


def _apply(
    database: Database, revision: Revision, interpreter: Interpreter, function: str
) -> Iterator[Unfollowed]:
    effects = revision.effects(interpreter, function)
    for effect in effects or ():
        topics = _one(database, effect)
        if topics:
            yield Unfollowed(effect.place, topics)


def _one(database: Database, effect: Effect) -> Topics:
    """Do what an effect does; the tables that are not known afterwards."""
    if not isinstance(effect, Call):
        return EVERYTHING if effect.is_open else about(effect.text)
    if effect.symbol.startswith(PREFIX):
        return apply_helper(database, effect)
    last = effect.symbol.rpartition(".")[2]
    if last in EXECUTE and effect.symbol != "alembic.op.execute()":
        return _execute(database, effect)
    if last == "bulk_insert":
        return about(effect.file.text(effect.node)) or touched(effect.file.text(effect.node))
    given = (effect.symbol, *(value.name for value in _symbols(effect)))
    tables = [topics for name in given for topics in _of_table(name)]
    if tables:
        return frozenset(tables)
    takes_connection = any(_is_connection(value) for value in _symbols(effect))
    is_foreign = effect.symbol.partition(".")[0] not in _HARMLESS and not effect.symbol.endswith("()")
    return (
        EVERYTHING
        if is_foreign or (takes_connection and not effect.symbol.startswith(_DATABASE))
        else NOTHING
    )


def _symbols(call: Call) -> Iterator[Symbol]:
    """The names of the outside among what is given to a call, in lists too."""
    for value in (*call.args, *call.keywords.values()):
        listed = value if isinstance(value, (list, tuple)) else (value,)
        yield from (item for item in listed if isinstance(item, Symbol))


def _of_table(name: str) -> Topics:
    """The facts that hang on a table which the framework defines as a class."""
    return (
        _TABLE_CLASSES.get(name.split("(")[0].rpartition(".")[2], NOTHING)
        if name.startswith(_CORE_TABLES)
        else NOTHING
    )


def _is_connection(value: Symbol) -> bool:
    return value.name.startswith(_CONNECTIONS) and value.name.endswith("()")


def _execute(database: Database, call: Call) -> Topics:
    statement = call.argument(0, "statement")
    statement = call.argument(0, "sqltext") if statement is UNKNOWN else statement
    given = call.argument(1, "parameters")
    if isinstance(statement, Symbol) and statement.name.startswith(_BUILT):
        return NOTHING
    if isinstance(statement, (str, Sql)):
        text = statement.text if isinstance(statement, Sql) else str(statement)
        bound = dict(statement.parameters) if isinstance(statement, Sql) else {}
        rows = given if isinstance(given, (list, tuple)) else [given]
        lost: set[str] = set()
        for row in rows:
            values = {**bound, **row} if isinstance(row, dict) else bound
            lost |= apply_sql(database, text, values, call.place)
        return frozenset(lost)
    text = call.file.text(call.node)
    return touched(text) or about(text) or EVERYTHING


def about(text: str) -> Topics:
    """What a piece of code that is not followed may change, by its words."""
    if not any(
        word in text
        for word in ("execute", "create", "delete", "insert", "update", "remove", "add_", "conn", "session")
    ):
        return NOTHING
    if _WHOLE.search(text):
        return EVERYTHING
    found = touched(text)
    for word, topics in _BY_WORD.items():
        if word in text.lower():
            found |= frozenset(topics)
    return found
