"""What can be read off single statements and conditions without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def is_module_table(node: ast.expr) -> bool:
    """`sys.modules[…] = …` can put anything in this module's place."""
    return isinstance(node, ast.Attribute) and node.attr == "modules"


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def expressions(node: ast.AST, *, sure: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    """What can run with a statement, and whether it is sure to: not the bodies of functions in it."""
    yield node, sure
    if isinstance(node, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    for child in ast.iter_child_nodes(node):
        yield from expressions(child, sure=sure and _always(node, child))


def _always(node: ast.AST, child: ast.AST) -> bool:
    match node:
        case ast.BoolOp():
            return child is node.values[0]
        case ast.IfExp():
            return child is node.test
        case _:
            return not isinstance(node, COMPREHENSIONS)


def truth(test: ast.expr) -> bool | None:
    """What a condition is when the program runs, where that is plain to see."""
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return False
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return None if (known := truth(inner)) is None else not known
        case ast.Constant():
            return bool(test.value)
        case ast.Compare(
            left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]
        ):
            return False
        case _:
            return None


def runs(node: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Whether the body is sure to run at least once."""
    if isinstance(node, ast.While):
        return False
    if any(isinstance(inner, (ast.Break, ast.Continue)) for inner in ast.walk(node)):
        return False
    literal = isinstance(node.iter, (ast.Tuple, ast.List, ast.Set))
    return literal and bool(getattr(node.iter, "elts", ()))


def suppresses(item: ast.withitem) -> bool:
    return "suppress" in ast.unparse(item.context_expr)


def attributes_set(node: ast.ClassDef) -> Iterator[str]:
    """What the methods of a class set on their first parameter: `self.x = …`, `cls.x: int = …`."""
    for method in ast.walk(node):
        if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = next((each.arg for each in (*method.args.posonlyargs, *method.args.args)), None)
            yield from _set_on(method, first)


def _set_on(method: ast.AST, owner: str | None) -> Iterator[str]:
    for inner in ast.walk(method):
        match inner:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Store()) if name == owner:
                yield attribute


def sets_any_attribute(node: ast.ClassDef) -> bool:
    """Whether a class sets attributes by names that are only known at run time."""
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id="setattr") | ast.Attribute(attr="__setattr__"):
                return True
            case ast.Attribute(attr="__dict__", value=ast.Name()):
                return True
    return False
