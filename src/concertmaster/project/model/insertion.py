"""What an `INSERT` in SQL adds to the tables of workflows, products and product blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product as pairs
from typing import TYPE_CHECKING

from msgspec import Struct, field

from concertmaster.project.model.conditions import constant, holds
from concertmaster.project.model.helper_calls import Lost
from concertmaster.project.model.place import Place
from concertmaster.project.model.rows import BLOCKS, LINKS, PRODUCTS, WORKFLOWS, Database, Row
from concertmaster.project.model.tables import COLUMNS, TABLES
from concertmaster.project.model.values import UNKNOWN, Value, place_of

if TYPE_CHECKING:
    from sqlglot import exp


class Insertion(Struct):
    """The insertions of one statement; `made` holds the workflows that its `WITH` parts have added."""

    database: Database
    root: exp.Expr
    parameters: Mapping[str, Value]
    place: Place
    made: dict[str, list[Row]] = field(default_factory=dict)

    def insert(self, node: exp.Expr, table: str, alias: str) -> None:
        """Add the rows of an `INSERT`; `alias` is the name that a `WITH` gives them."""
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
        blocks = chosen_names(given.get("product_block_id"), "name", self.parameters)
        for name, resource in pairs(
            blocks, chosen_names(given.get("resource_type_id"), "resource_type", self.parameters)
        ):
            if name in self.database.blocks:
                self.database.blocks[name].resources[resource] = self.place

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


def chosen_names(node: exp.Expr | None, column: str, parameters: Mapping[str, Value]) -> list[str]:
    """The names that `(SELECT id FROM table WHERE name IN (…))` chooses."""
    from sqlglot import exp

    where = None if node is None else node.find(exp.Where)
    test = None if where is None else where.this
    if isinstance(test, (exp.EQ, exp.In)) and isinstance(test.this, exp.Column) and test.this.name == column:
        right = test.expressions if isinstance(test, exp.In) else [test.expression]
        names = [constant(item, parameters) for item in right]
        if names and all(isinstance(name, str) for name in names):
            return names
    raise Lost(BLOCKS)


def _kind(name: str) -> str:
    return PRODUCTS if name == "products" else WORKFLOWS


def _finder(by_alias: Mapping[str, Row]) -> Callable[[str, str], Value]:
    def find(column: str, alias: str) -> Value:
        if alias:
            return by_alias[alias][column] if alias in by_alias else UNKNOWN
        given = [row[column] for row in by_alias.values() if row[column] is not UNKNOWN]
        return given[0] if len(given) == 1 else UNKNOWN

    return find
