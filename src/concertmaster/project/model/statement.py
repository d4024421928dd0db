"""What one statement in SQL does to the tables of workflows, products and product blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product as pairs
from typing import TYPE_CHECKING

from concertmaster.project.model.conditions import constant, holds
from concertmaster.project.model.helper_calls import Lost
from concertmaster.project.model.insertion import Insertion, chosen_names
from concertmaster.project.model.place import Place
from concertmaster.project.model.rows import BLOCKS, LINKS, Database
from concertmaster.project.model.tables import COLUMNS, TABLES, touched
from concertmaster.project.model.values import UNKNOWN, Value

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass
class Statement:
    """One statement under way."""

    database: Database
    root: exp.Expr
    parameters: Mapping[str, Value]
    place: Place

    def __post_init__(self) -> None:
        self._insertion = Insertion(self.database, self.root, self.parameters, self.place)

    def apply(self) -> set[str]:
        lost: set[str] = set()
        around = self.root.args.get("with_") or self.root.args.get("with")
        for part in around.expressions if around is not None else ():
            lost |= self._one(part.this, part.alias)
        return lost | self._one(self.root, "")

    def _one(self, node: exp.Expr, alias: str) -> set[str]:
        from sqlglot import exp

        kinds: dict[type[exp.Expr], Callable[[exp.Expr, str], object]] = {
            exp.Insert: lambda one, table: self._insertion.insert(one, table, alias),
            exp.Update: self._update,
            exp.Delete: self._delete,
        }
        handler = kinds.get(type(node))
        if handler is None:
            harmless = isinstance(node, (exp.Select, exp.Create, exp.Alter, exp.Comment, exp.Union))
            return set() if harmless else set(touched(node.sql()))
        inner = node.find(exp.Table)
        table = inner.name.lower() if inner is not None else ""
        if table not in TABLES:
            return set()
        try:
            handler(node, table)
        except Lost as lost:
            return set(lost.topics)
        return set()

    # -- UPDATE and DELETE ---------------------------------------------------------------------

    def _matching(self, node: exp.Expr, table: str) -> Iterable[str]:
        """The names of the rows that a statement is about."""
        where = node.args.get("where")
        if table == "product_blocks":
            rows: dict[str, dict[str, Value]] = {name: {"name": name} for name in self.database.blocks}
        elif table == "resource_types":
            known = {name for block in self.database.blocks.values() for name in block.resources}
            rows = {name: {"resource_type": name} for name in sorted(known)}
        else:
            source = self.database.workflows if table == "workflows" else self.database.products
            rows = {name: row.columns for name, row in source.items()}
        for name, columns in list(rows.items()):
            answer = holds(where, _column_of(columns), self.parameters)
            if answer is None:
                raise Lost(*TABLES[table])
            if answer:
                yield name

    def _update(self, node: exp.Expr, table: str) -> None:
        if table not in COLUMNS:
            raise Lost(*TABLES[table])
        changes = {
            item.this.name.lower(): constant(item.expression, self.parameters) for item in node.expressions
        }
        changes = {name: value for name, value in changes.items() if name in COLUMNS[table]}
        if not changes or (set(changes) == {"description"} and changes["description"] is UNKNOWN):
            return
        identity = COLUMNS[table][0]
        if identity in changes and not isinstance(changes[identity], str):
            raise Lost(*TABLES[table])
        for name in self._matching(node, table):
            if table in ("workflows", "products"):
                rows = self.database.workflows if table == "workflows" else self.database.products
                rows[name].columns.update(changes)
            if identity in changes and changes[identity] != name:
                self._rename(table, name, changes[identity])

    def _rename(self, table: str, old: str, new: str) -> None:
        if table == "workflows":
            self.database.rename_workflow(old, new, self.place)
        elif table == "products":
            self.database.rename_product(old, new)
        elif table == "product_blocks":
            self.database.rename_block(old, new)
        else:
            self.database.rename_resource(old, new)

    def _delete(self, node: exp.Expr, table: str) -> None:
        if table == "products_workflows":
            raise Lost(LINKS)
        if table == "product_block_resource_types":
            return self._unlink_resources(node)
        for name in list(self._matching(node, table)):
            if table == "workflows":
                self.database.remove_workflow(name, self.place)
            elif table == "products":
                self.database.remove_product(name)
            elif table == "product_blocks":
                self.database.blocks.pop(name, None)
            else:
                self.database.drop_resource(name)
        return None

    def _unlink_resources(self, node: exp.Expr) -> None:
        from sqlglot import exp

        where = node.args.get("where")
        chosen = {
            test.this.name: test
            for test in (where.find_all(exp.EQ, exp.In) if where else ())
            if isinstance(test.this, exp.Column)
        }
        resources = chosen_names(_inner(chosen.get("resource_type_id")), "resource_type", self.parameters)
        blocks = list(self.database.blocks)
        if "product_block_id" in chosen:
            blocks = chosen_names(_inner(chosen["product_block_id"]), "name", self.parameters)
        if where is None or where.find(exp.Or, exp.Not):
            raise Lost(BLOCKS)
        for name, resource in pairs(blocks, resources):
            if name in self.database.blocks:
                self.database.blocks[name].resources.pop(resource, None)


def _inner(test: exp.Expr | None) -> exp.Expr | None:
    """The subquery that a column is compared with."""
    if test is None:
        return None
    query = test.args.get("query")
    return query if query is not None else test.args.get("expression")


def _column_of(columns: Mapping[str, Value]) -> Callable[[str, str], Value]:
    return lambda column, _: columns.get(column, UNKNOWN)
