"""Which expressions are a pydantic model or an instance of one, as far as the file itself proves it."""

from __future__ import annotations

import ast

from msgspec.structs import replace

from concertmaster.project.bindings import binding, class_named, enclosing_function
from concertmaster.project.models import (
    MAX_DEPTH,
    Family,
    Model,
    annotated,
    class_model,
    defines,
    family_of,
    fields_of,
)
from concertmaster.project.python import PythonFile
from concertmaster.project.reexports import origin

_OBJECTS = {"orchestrator.core.settings.app_settings": Family.SETTINGS}
_FORM_GENERATORS = frozenset(
    f"{module}.types.{name}"
    for module in ("orchestrator.core", "pydantic_forms")
    for name in ("FormGenerator", "FormGeneratorAsync")
)
#: Class methods that give an instance of the class; the first ones only the framework has.
_DOMAIN_MAKERS = frozenset(("from_subscription", "from_other_lifecycle", "from_product_id"))
_MAKERS = _DOMAIN_MAKERS | frozenset(
    """
    new from_db construct from_orm parse_obj parse_raw parse_file model_construct model_validate
    model_validate_json
    """.split()
)
_COPIES = frozenset(("copy", "model_copy"))
#: Whose names in an annotation are no models of the project: `State` is a dict.
_LIBRARIES = ("orchestrator.", "typing.", "pydantic_forms.", "collections.")
_STEPS = frozenset(f"orchestrator.core.workflow.{name}" for name in ("step", "retrystep", "inputstep"))


def model_of(file: PythonFile, node: ast.expr, depth: int = 0) -> Model | None:
    """The model that an expression is an instance of, or names; None where the file does not prove it."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(node, ast.Call):
        return _made_by(file, node, depth + 1)
    if isinstance(node, ast.Yield):
        return _answered(file, node, depth + 1)
    if isinstance(node, (ast.Await, ast.NamedExpr)):
        return model_of(file, node.value, depth + 1)
    if isinstance(node, ast.IfExp):
        ways = {model_of(file, node.body, depth + 1), model_of(file, node.orelse, depth + 1)}
        return ways.pop() if len(ways) == 1 else None
    if isinstance(node, ast.Attribute) and node.attr == "__class__":
        return _class_of(model_of(file, node.value, depth + 1))
    if isinstance(node, ast.Attribute) and (known := _field(file, node, depth + 1)) is not None:
        return known
    return _named(file, node, depth + 1)


def _named(file: PythonFile, node: ast.expr, depth: int) -> Model | None:
    family = _OBJECTS.get(file.qualified(node) or "")
    if family is not None:
        return Model(family)
    known = class_model(file, node, depth)
    if known is not None or not isinstance(node, ast.Name):
        return known
    bound = binding(file, node)
    return None if bound is None else _bound(file, bound, depth)


def _bound(file: PythonFile, bound: ast.AST, depth: int) -> Model | None:
    """What a parameter, an assignment or a walrus gives its name."""
    if isinstance(bound, ast.arg):
        return _own_instance(file, bound, depth) or annotated(file, bound.annotation, depth)
    up = file.parent(bound)
    if isinstance(up, ast.AnnAssign):
        declared = annotated(file, up.annotation, depth)
        return declared if declared is not None or up.value is None else model_of(file, up.value, depth)
    if isinstance(up, ast.Assign) and bound in up.targets:
        return model_of(file, up.value, depth)
    return model_of(file, up.value, depth) if isinstance(up, ast.NamedExpr) else None


def _own_instance(file: PythonFile, argument: ast.arg, depth: int) -> Model | None:
    """`self` and `cls` in a method of a model."""
    function = enclosing_function(file, argument)
    around = None if function is None else file.parent(function)
    if not isinstance(around, ast.ClassDef) or isinstance(function, ast.Lambda) or function is None:
        return None
    arguments = [*function.args.posonlyargs, *function.args.args]
    decorators = {_last_part(decorator) for decorator in function.decorator_list}
    if not arguments or arguments[0] is not argument or "staticmethod" in decorators:
        return None
    family = family_of(file, around, depth)
    if family is None:
        return None
    of_class = argument.arg == "cls" or "classmethod" in decorators
    return Model(family, around, is_class=of_class)


def _last_part(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _made_by(file: PythonFile, call: ast.Call, depth: int) -> Model | None:
    """What a call gives: a constructor, a class method that makes one, a copy, or an annotated function."""
    func = call.func
    if isinstance(func, ast.Attribute):
        if func.attr in _COPIES:
            known = model_of(file, func.value, depth)
            return known if known is not None and not known.is_class else None
        if func.attr in _MAKERS:
            known = model_of(file, func.value, depth)
            if known is not None and known.is_class:
                return known.instance
            return (
                Model(Family.DOMAIN) if func.attr in _DOMAIN_MAKERS and _is_class_name(func.value) else None
            )
    if isinstance(func, ast.Name) and func.id == "type" and len(call.args) == 1:
        return _class_of(model_of(file, call.args[0], depth))
    known = model_of(file, func, depth)
    if known is not None:
        return known.instance if known.is_class else None
    return _returned(file, func, depth)


def _class_of(model: Model | None) -> Model | None:
    return None if model is None or model.is_class else replace(model, is_class=True)


def _is_class_name(node: ast.expr) -> bool:
    return _last_part(node)[:1].isupper()


def _returned(file: PythonFile, func: ast.expr, depth: int) -> Model | None:
    """The annotated result of a function of this file."""
    bound = binding(file, func) if isinstance(func, ast.Name) else None
    if not isinstance(bound, (ast.FunctionDef, ast.AsyncFunctionDef)) or bound.decorator_list:
        return None
    return annotated(file, bound.returns, depth)


def _answered(file: PythonFile, node: ast.Yield, depth: int) -> Model | None:
    """`x = yield Form` in a form generator: the framework sends back the filled-in form."""
    if node.value is None:
        return None
    known = class_model(file, node.value, depth)
    if known is not None and known.family is Family.FORM:
        return known.instance
    function = enclosing_function(file, node)
    returns = None if function is None or isinstance(function, ast.Lambda) else function.returns
    if returns is None or origin(file, returns) not in _FORM_GENERATORS:
        return None
    return Model(Family.FORM)


def _field(file: PythonFile, node: ast.Attribute, depth: int) -> Model | None:
    """`subscription.node` where the class in this file says what `node` is."""
    owner = model_of(file, node.value, depth)
    if owner is None or owner.is_class:
        return None
    declared = fields_of(file, owner.definition).get(node.attr)
    return None if declared is None else annotated(file, declared.annotation, depth)


def is_likely_model(file: PythonFile, node: ast.expr) -> bool:
    """Whether a name strongly looks like a model: a step's subscription, the answer to a form from elsewhere."""
    bound = binding(file, node) if isinstance(node, ast.Name) else None
    if isinstance(bound, ast.arg):
        return _is_injected(file, bound)
    up = None if bound is None else file.parent(bound)
    asked = up.value.value if isinstance(up, ast.Assign) and isinstance(up.value, ast.Yield) else None
    return asked is not None and _last_part(asked).endswith(("Form", "Page", "FormPage"))


def _is_injected(file: PythonFile, argument: ast.arg) -> bool:
    """A parameter of a step that the framework fills with a subscription: `subscription: Node`."""
    function = enclosing_function(file, argument)
    if function is None or isinstance(function, ast.Lambda) or argument.annotation is None:
        return False
    steps = (
        file.qualified(one.func if isinstance(one, ast.Call) else one) for one in function.decorator_list
    )
    name = file.qualified(argument.annotation) or ""
    is_product = any(part.startswith(("product", "domain")) for part in name.split(".")[:-1])
    is_class = _is_class_name(argument.annotation) and not name.startswith(_LIBRARIES)
    known = argument.arg == "subscription" or is_product
    return is_class and known and any(step in _STEPS for step in steps)


def is_own_class(file: PythonFile, node: ast.expr, method: str) -> bool:
    """Whether the project shows what a class is, and that a method of it is none of pydantic's."""
    if isinstance(node, ast.Name) and (found := class_named(file, node)):
        return all(defines(file, one, method) or not one.bases for one in found)
    dotted, definitions = file.dotted(node), file.around.definitions
    if dotted is None or definitions is None:
        return False
    origins = (origin.rpartition(":") for origin in definitions.ancestors(dotted, file.path))
    whole = all(path and name in definitions.module(path).classes for path, _, name in origins)
    return whole or method in definitions.methods(dotted, file.path)
