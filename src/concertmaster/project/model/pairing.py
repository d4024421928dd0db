"""Brings together what is called differently in code and database: products by name or tag, fields of blocks."""

from __future__ import annotations

import difflib

from msgspec import Struct

from concertmaster.project.model.products import RegisteredProduct
from concertmaster.project.model.project import ProjectModel
from concertmaster.project.model.resolution import imports_from_outside
from concertmaster.project.model.rows import PRODUCTS, Row

CLOSE = 0.6


class Products(Struct, frozen=True):
    """Keys without a row, each with the row that it seems to mean, and the rows that are left without a key."""

    keys: tuple[tuple[RegisteredProduct, Row | None], ...] = ()
    rows: tuple[Row, ...] = ()


def pair_products(model: ProjectModel) -> Products:
    """Compare the registry with the products in the database; nothing where either is not certain."""
    registry = model.products
    if not registry.paths or not model.knows(PRODUCTS):
        return Products()
    rows = model.replay.database.products
    free = {name: row for name, row in rows.items() if name not in registry.names}
    lonely = [product for product in registry.products if product.name not in rows]
    if not registry.is_certain or imports_from_outside(model, "product"):
        return Products(tuple((product, None) for product in lonely))
    pairs = []
    for product in lonely:
        meant = _meant(product.name, free)
        if meant is not None:
            free.pop(meant.name)
        pairs.append((product, meant))
    return Products(tuple(pairs), tuple(free.values()))


def _meant(name: str, rows: dict[str, Row]) -> Row | None:
    tagged = [row for row in rows.values() if row.text("tag") == name]
    if tagged:
        return tagged[0] if len(tagged) == 1 else None
    close = difflib.get_close_matches(name, rows, n=1, cutoff=CLOSE)
    return rows[close[0]] if close else None
