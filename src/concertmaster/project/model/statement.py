"""What one statement in SQL does to the tables of workflows, products and product blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product as pairs
from typing import TYPE_CHECKING

from concertmaster.project.model.conditions import constant, holds
from concertmaster.project.model.helper_calls import Lost
from concertmaster.project.model.place import Place
from concertmaster.project.model.rows import BLOCKS, LINKS, PRODUCTS, WORKFLOWS, Database, Row
from concertmaster.project.model.tables import COLUMNS, TABLES, touched
from concertmaster.project.model.values import UNKNOWN, Value, place_of

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass
class Statement:
    """One statement under way; `made` holds the workflows that its `WITH` parts have inserted."""

    database: Database
    root: exp.Expr
    parameters: Mapping[str, Value]
    place: Place
    made: dict[str, list[Row]] = field(default_factory=dict)

    def apply(self) -> set[str]:
        lost: set[str] = set()
        around = self.root.args.get("with_") or self.root.args.get("with")
        for part in around.expressions if around is not None else ():
            lost |= self._one(part.this, part.alias)
        return lost | self._one(self.root, "")

    def _one(self, node: exp.Expr, alias: str) -> set[str]:
        from sqlglot import exp

        kinds: dict[type[exp.Expr], Callable[[exp.Expr, str], object]] = {
            exp.Insert: lambda one, table: self._insert(one, table, alias),
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

    # -- INSERT --------------------------------------------------------------------------------

    def _insert(self, node: exp.Expr, table: str, alias: str) -> None:
        if table == "products_workflows":
            return self._link(node)
        if table == "resource_types":
            return None
        from sqlglot import exp

        schema = node.this
        columns = [item.name.lower() for item in schema.expressions] if isinstance(schema, exp.Schema) else []
        if not columns:
            raise Lost(*TABLES[table])
        for values in self._tuples(node.expression, table):
            self._insert_row(table, dict(zip(columns, values, strict=False)), alias)
        return None

    def _tuples(self, source: exp.Expr | None, table: str) -> Iterator[list[exp.Expr]]:
        from sqlglot import exp

        if isinstance(source, exp.Values):
            yield from (
                item.expressions if isinstance(item, exp.Tuple) else [item] for item in source.expressions
            )
        elif isinstance(source, exp.Select) and not (source.args.get("from_") or source.args.get("from")):
            yield [item.this if isinstance(item, exp.Alias) else item for item in source.expressions]
        else:
            raise Lost(*TABLES[table])

    def _insert_row(self, table: str, given: dict[str, exp.Expr], alias: str) -> None:
        if table == "product_block_resource_types":
            return self._link_resource(given)
        columns = {name: constant(given.get(name), self.parameters) for name in COLUMNS[table]}
        if not isinstance(columns["name"], str):
            raise Lost(*TABLES[table])
        if columns["name"] in self._names(table) and self._overwrites():
            raise Lost(*TABLES[table])
        place = place_of(columns["name"]) or self.place
        if table == "workflows":
            if "is_task" not in given:
                columns["is_task"] = False
            self.made.setdefault(alias, []).append(self.database.add_workflow(columns, place))
        elif table == "products":
            self.database.add_product(columns, place)
        else:
            self.database.add_block(columns["name"], place)
        return None

    def _names(self, table: str) -> Iterable[str]:
        tables = {"workflows": self.database.workflows, "products": self.database.products}
        return tables.get(table, ())

    def _overwrites(self) -> bool:
        """`ON CONFLICT … DO UPDATE`."""
        from sqlglot import exp

        return any(conflict.expressions for conflict in self.root.find_all(exp.OnConflict))

    def _link_resource(self, given: dict[str, exp.Expr]) -> None:
        blocks = self._chosen(given.get("product_block_id"), "name")
        for name, resource in pairs(blocks, self._chosen(given.get("resource_type_id"), "resource_type")):
            if name in self.database.blocks:
                self.database.blocks[name].resources[resource] = self.place

    def _chosen(self, node: exp.Expr | None, column: str) -> list[str]:
        """The names that `(SELECT id FROM table WHERE name IN (…))` chooses."""
        from sqlglot import exp

        where = None if node is None else node.find(exp.Where)
        test = None if where is None else where.this
        if (
            isinstance(test, (exp.EQ, exp.In))
            and isinstance(test.this, exp.Column)
            and test.this.name == column
        ):
            right = test.expressions if isinstance(test, exp.In) else [test.expression]
            names = [constant(item, self.parameters) for item in right]
            if names and all(isinstance(name, str) for name in names):
                return names
        raise Lost(BLOCKS)

    def _link(self, node: exp.Expr) -> None:
        """`INSERT INTO products_workflows SELECT … FROM products p CROSS JOIN workflows w WHERE …`."""
        from sqlglot import exp

        source = node.expression
        if not isinstance(source, exp.Select):
            raise Lost(LINKS)
        start = source.args.get("from_") or source.args.get("from")
        tables = [start.this, *(join.this for join in source.args.get("joins") or ())] if start else []
        names = {item.alias_or_name: item.name.lower() for item in tables if isinstance(item, exp.Table)}
        rows = [self._rows(name) for name in names.values()]
        tests = [source.args.get("where"), *(join.args.get("on") for join in source.args.get("joins") or ())]
        if sorted(_kind(name) for name in names.values()) != [PRODUCTS, WORKFLOWS]:
            raise Lost(LINKS)
        for chosen in pairs(*rows):
            by_alias = dict(zip(names, chosen, strict=True))
            answers = [holds(test, _finder(by_alias), self.parameters) for test in tests]
            if None in answers:
                raise Lost(LINKS)
            if all(answers):
                product, workflow = sorted(
                    chosen, key=lambda row: row not in list(self.database.products.values())
                )
                self.database.links.add((product.name, workflow.name))

    def _rows(self, name: str) -> list[Row]:
        if name == "products":
            return list(self.database.products.values())
        if name == "workflows":
            return list(self.database.workflows.values())
        return self.made.get(name, [])

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
        resources = self._chosen(_inner(chosen.get("resource_type_id")), "resource_type")
        blocks = list(self.database.blocks)
        if "product_block_id" in chosen:
            blocks = self._chosen(_inner(chosen["product_block_id"]), "name")
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


def _kind(name: str) -> str:
    return PRODUCTS if name == "products" else WORKFLOWS


def _finder(by_alias: Mapping[str, Row]) -> Callable[[str, str], Value]:
    def find(column: str, alias: str) -> Value:
        if alias:
            return by_alias[alias][column] if alias in by_alias else UNKNOWN
        given = [row[column] for row in by_alias.values() if row[column] is not UNKNOWN]
        return given[0] if len(given) == 1 else UNKNOWN

    return find
