"""Small questions about syntax that the interpreter asks."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import Function, Value

#: The functions of `orchestrator.core.migrations.helpers` in any release.
HELPERS = frozenset(
    """
    add_product_block_relation_between_products_by_id add_products_to_workflow_by_product_tag
    backfill_resource_type_with_default convert_instance_relations_to_resource_type_relations_by_domain_model_attr
    convert_resource_type_relations_to_instance_relations create create_fixed_inputs create_product_blocks
    create_products create_resource_types_for_product_blocks create_task create_workflow create_workflows delete
    delete_product delete_product_block delete_products_by_tag delete_resource_type delete_resource_type_by_id
    delete_resource_types delete_resource_types_from_product_blocks delete_workflow ensure_default_workflows
    get_all_active_products_and_ids get_fixed_input_id_by_name get_fixed_inputs_by_product_id
    get_product_block_id_by_name get_product_by_id get_product_id_by_name get_product_ids_by_product_type
    get_product_name_by_id get_resource_type_id_by_name has_table_column insert_resource_type
    remove_product_block_relation_between_products_by_id remove_products_from_workflow_by_product_tag
    remove_resource_type_from_subscription_instance
    """.split()
)


def bound(function: Function, args: tuple[Value, ...], keywords: dict[str, Value]) -> dict[str, Value] | None:
    """The parameters of a call by name, defaults as expressions; None where they do not fit."""
    spec = function.node.args
    names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
    if len(args) > len(names) and spec.vararg is None:
        return None
    found: dict[str, Value] = dict(zip(names, args, strict=False))
    if spec.vararg is not None:
        found[spec.vararg.arg] = tuple(args[len(names) :])
    allowed = {*names, *(arg.arg for arg in spec.kwonlyargs)}
    extra = {name: value for name, value in keywords.items() if name not in allowed}
    if extra and spec.kwarg is None:
        return None
    found.update({name: value for name, value in keywords.items() if name in allowed})
    if spec.kwarg is not None:
        found[spec.kwarg.arg] = extra
    defaults = dict(zip(reversed(names), reversed(spec.defaults), strict=False))
    later = {arg.arg: value for arg, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if value}
    found = {**defaults, **later, **found}
    return found if allowed <= found.keys() else None


def is_generator(node: ast.AST) -> bool:
    return any(isinstance(inner, (ast.Yield, ast.YieldFrom, ast.Await)) for inner in ast.walk(node))


def is_main(test: ast.Compare) -> bool:
    """`__name__ == "__main__"`."""
    return isinstance(test.left, ast.Name) and test.left.id == "__name__"


def changed_names(statement: ast.stmt, scope: Scope) -> Iterator[str]:
    """The names whose values a statement may change, or give for the first time."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and (isinstance(node.ctx, ast.Store) or _is_mutable(scope, node.id)):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            given = (alias.asname or alias.name.partition(".")[0] for alias in node.names)
            yield from (name for name in given if name not in scope.names)


def _is_mutable(scope: Scope, name: str) -> bool:
    return isinstance(scope.names.get(name), (list, dict, set))


def is_builtin(node: ast.expr) -> bool:
    """Whether a name is a function of Python itself that does nothing beyond what it returns."""
    return (
        isinstance(node, ast.Name)
        and hasattr(builtins, node.id)
        and node.id not in ("exec", "eval", "__import__")
    )
