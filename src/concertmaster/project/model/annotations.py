"""The names in annotations of fields, and in lists of bases."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def plain_base(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Subscript) else node


def is_scalar(name: str) -> bool:
    """Types of the framework and of its forms hold values, unless they are models."""
    return name.startswith(("orchestrator.core.", "pydantic_forms.", "nwastdlib.")) and not name.endswith(
        "Model"
    )


def names_in(node: ast.expr) -> Iterator[ast.expr]:
    """The names in an annotation, those in quotes included; metadata of `Annotated` is left out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            yield from names_in(ast.parse(node.value, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError):
            yield node
    elif isinstance(node, (ast.Name, ast.Attribute)):
        yield node
    elif isinstance(node, ast.Subscript):
        yield from names_in(node.value)
        last = getattr(node.value, "attr", getattr(node.value, "id", ""))
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for part in inner[:1] if last == "Annotated" else () if last == "Literal" else inner:
            yield from names_in(part)
    elif isinstance(node, ast.BinOp):
        yield from names_in(node.left)
        yield from names_in(node.right)
    elif isinstance(node, ast.Call):
        yield from names_in(node.func)
