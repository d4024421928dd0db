"""The tables of workflows, products and product blocks, and which facts hang on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from concertmaster.project.model.helper_calls import Topics
from concertmaster.project.model.rows import BLOCKS, LINKS, PRODUCTS, WORKFLOWS

if TYPE_CHECKING:
    pass

#: What is not known any more when a statement on a table cannot be followed.
TABLES: Mapping[str, frozenset[str]] = {
    "workflows": frozenset((WORKFLOWS, LINKS)),
    "products": frozenset((PRODUCTS, LINKS)),
    "product_blocks": frozenset((BLOCKS,)),
    "resource_types": frozenset((BLOCKS,)),
    "product_block_resource_types": frozenset((BLOCKS,)),
    "products_workflows": frozenset((LINKS,)),
}
COLUMNS = {
    "workflows": ("name", "target", "is_task", "description"),
    "products": ("name", "product_type", "tag", "status"),
    "product_blocks": ("name",),
    "resource_types": ("resource_type",),
}
_WORDS = {table: re.compile(rf"\b{table}\b", re.IGNORECASE) for table in TABLES}


def touched(text: str) -> Topics:
    """The tables that a text of SQL, or of code, may change, by its words."""
    found = [topics for table, topics in TABLES.items() if _WORDS[table].search(text)]
    return frozenset().union(*found)
