"""Builders of edits; the only importer of libcst, and only when there is something to write."""

from __future__ import annotations

from concertmaster.rewrite.calls import as_keyword, change_arguments, drop_arguments, edit_arguments
from concertmaster.rewrite.imports import (
    add_import,
    add_imports,
    block_of,
    drop_aliases,
    drop_statement,
)
from concertmaster.rewrite.new_imports import top_level_imports
from concertmaster.rewrite.requirements import (
    add_requirements,
    drop_extras,
    drop_requirement,
    replace_requirement,
    replace_version,
)
from concertmaster.rewrite.settings import (
    add_setting,
    drop_setting,
    quote_value,
    rename_key,
    replace_value,
)
from concertmaster.rewrite.spans import (
    attribute_name_span,
    insert_after,
    insert_before,
    rename_attribute,
    replace,
    replace_span,
)

__all__ = [
    "add_import",
    "add_imports",
    "add_requirements",
    "add_setting",
    "as_keyword",
    "attribute_name_span",
    "block_of",
    "change_arguments",
    "drop_aliases",
    "drop_arguments",
    "drop_extras",
    "drop_requirement",
    "drop_setting",
    "drop_statement",
    "edit_arguments",
    "insert_after",
    "insert_before",
    "quote_value",
    "rename_attribute",
    "rename_key",
    "replace",
    "replace_requirement",
    "replace_span",
    "replace_value",
    "replace_version",
    "top_level_imports",
]
