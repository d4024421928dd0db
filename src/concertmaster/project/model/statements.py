"""Does to the known tables what a text of SQL does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from concertmaster.project.model.helper_calls import NOTHING, Topics
from concertmaster.project.model.place import Place
from concertmaster.project.model.rows import Database
from concertmaster.project.model.statement import Statement
from concertmaster.project.model.tables import touched
from concertmaster.project.model.values import Value

if TYPE_CHECKING:
    pass

MAX_LENGTH = 64 * 1024
_CHANGES = re.compile(r"\b(?:insert|update|delete|truncate|merge|call|copy|do)\b", re.IGNORECASE)


def apply_sql(database: Database, text: str, parameters: Mapping[str, Value], place: Place) -> Topics:
    """Do what a text of SQL does; the tables that are not known afterwards."""
    topics = touched(text)
    if not topics or not _CHANGES.search(text):
        return NOTHING
    if len(text) > MAX_LENGTH:
        return topics
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        parsed = sqlglot.parse(text, read="postgres")
    except (SqlglotError, RecursionError):
        return topics
    lost: set[str] = set()
    for statement in parsed:
        if statement is not None:
            lost |= Statement(database, statement, parameters, place).apply()
    return frozenset(lost)
