"""Turns SQLAlchemy's legacy queries on a model class, `Model.query.filter(…).all()`, into selects."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.needed import Needed
from concertmaster.rewrite.spans import replace_span
from concertmaster.rule import Import

#: What a query and a select both have, with the same meaning.
_SHARED = frozenset(
    "distinct filter filter_by join limit offset options order_by outerjoin where with_for_update".split()
)
_COUNTED = frozenset("filter filter_by where".split())
_ROWS = frozenset("all first one one_or_none".split())
_ASKING = _ROWS | {"count", "get"}
#: A query drops the repetitions that these bring, a select does not.
_REPEATING = frozenset("join options outerjoin".split())
_CONSUMERS = frozenset("frozenset list set sorted tuple".split())


class Asked(Struct, frozen=True):
    """The edits that turn a query into a select, and the imports that they need."""

    edits: tuple[Edit, ...] = ()
    imports: tuple[Import, ...] = ()


class Step(Struct, frozen=True):
    """One `.method(…)` of a chain."""

    name: ast.Attribute
    call: ast.Call

    @property
    def method(self) -> str:
        return self.name.attr


Plan = tuple[str, tuple[Edit, ...]]


def steps_behind(file: PythonFile, node: ast.expr) -> tuple[Step, ...]:
    """The method calls that follow an expression directly."""
    steps: list[Step] = []
    while True:
        name = file.parent(node)
        call = file.parent(name) if isinstance(name, ast.Attribute) else None
        if not isinstance(name, ast.Attribute) or not isinstance(call, ast.Call) or call.func is not name:
            return tuple(steps)
        steps.append(Step(name, call))
        node = call


def query_to_select(file: PythonFile, query: ast.Attribute, words: Mapping[str, Needed | None]) -> Asked:
    """`Model.query…` as a select that gives the same; nothing where that takes a person.

    The words are how `db`, `select` and `func` are written at this place.
    """
    start, model_end = file.span(query.value)
    in_string = any(isinstance(up, ast.JoinedStr) for up in file.ancestors(query))
    if in_string or file.source[model_end : file.span(query)[1]] != b".query":
        return Asked()
    between, final = _divided(steps_behind(file, query))
    plan = _plan(file, query, between, final)
    used = {name: word for name, word in words.items() if plan is not None and f"{{{name}}}" in plan[0]}
    texts = {name: word.text for name, word in used.items() if word is not None}
    if plan is None or len(texts) < len(used):
        return Asked()
    opening = replace_span(file, start, start, plan[0].format(**texts))
    imports = (wanted for word in used.values() if word is not None for wanted in word.imports)
    return Asked((opening, *plan[1]), tuple(imports))


def call_to_select(
    file: PythonFile, call: ast.Call, name: str, words: Mapping[str, Needed | None], *, repeats: bool
) -> Asked:
    """`query(…).all()` as `db.session.scalars(name(…)).all()`, where the function of the new name gives a select."""
    between, final = _divided(steps_behind(file, call))
    methods = {step.method for step in between}
    asks = final is not None or _is_consumed(file, between[-1].call if between else call)
    plain = final is None or (final.method in _ROWS and not final.call.args and not final.call.keywords)
    db = words["db"]
    if db is None or not asks or not plain or not methods <= _SHARED:
        return Asked()
    start, func_end = file.span(call)[0], file.span(call.func)[1]
    old = call.func.attr if isinstance(call.func, ast.Attribute) else file.text(call.func)
    closing = _closing(file, call, between, final, repeats=repeats)
    opening = replace_span(file, start, start, f"{db.text}.session.scalars(")
    renamed = replace_span(file, func_end - len(old), func_end, name)
    return Asked((opening, renamed, *_wheres(file, between), closing), db.imports)


def _divided(steps: Sequence[Step]) -> tuple[Sequence[Step], Step | None]:
    """The steps that build the query, and the one that asks the database."""
    for index, step in enumerate(steps):
        if step.method in _ASKING:
            return steps[:index], step
    return steps, None


def _plan(file: PythonFile, query: ast.Attribute, between: Sequence[Step], final: Step | None) -> Plan | None:
    """What stands before the model in the select, and the edits behind the model."""
    methods = {step.method for step in between}
    if final is not None and final.method == "get":
        return None if between else _get(file, query, final)
    if final is not None and (final.call.args or final.call.keywords):
        return None
    if final is not None and final.method == "count":
        return _count(file, query, between, final) if methods <= _COUNTED else None
    last = between[-1].call if between else query
    asks = final is not None or _is_consumed(file, last)
    return _select(file, query, between, final) if asks and methods <= _SHARED else None


def _is_consumed(file: PythonFile, node: ast.expr) -> bool:
    """Whether an expression is only iterated over, once and at once."""
    up = file.parent(node)
    if isinstance(up, (ast.For, ast.comprehension)):
        return up.iter is node
    by_name = isinstance(up, ast.Call) and isinstance(up.func, ast.Name) and up.func.id in _CONSUMERS
    return isinstance(up, ast.Call) and by_name and up.args[:1] == [node]


def _get(file: PythonFile, query: ast.Attribute, final: Step) -> Plan | None:
    call, model_end = final.call, file.span(query.value)[1]
    if len(call.args) != 1 or call.keywords or isinstance(call.args[0], ast.Starred):
        return None
    argument = file.span(call.args[0])[0]
    if file.source[model_end:argument].strip() != b".query.get(":
        return None
    return "{db}.session.get(", (replace_span(file, model_end, argument, ", "),)


def _count(file: PythonFile, query: ast.Attribute, between: Sequence[Step], final: Step) -> Plan:
    end = _end_of(file, query, between)
    closing = replace_span(file, end, file.span(final.call)[1], ")")
    opening = "{db}.session.scalar({select}({func}.count()).select_from("
    return opening, (*_body(file, query, between), closing)


def _select(file: PythonFile, query: ast.Attribute, between: Sequence[Step], final: Step | None) -> Plan:
    closing = _closing(file, query, between, final)
    return "{db}.session.scalars({select}(", (*_body(file, query, between), closing)


def _closing(
    file: PythonFile, base: ast.expr, between: Sequence[Step], final: Step | None, *, repeats: bool = False
) -> Edit:
    """The end of `scalars(…)`, and what makes its rows those that the query gave."""
    end = _end_of(file, base, between)
    one = ".limit(1)" if final is not None and final.method == "first" else ""
    unique = ".unique()" if repeats or any(step.method in _REPEATING for step in between) else ""
    return replace_span(file, end, end, f"{one}){unique}")


def _end_of(file: PythonFile, base: ast.expr, between: Sequence[Step]) -> int:
    return file.span(between[-1].call if between else base)[1]


def _body(file: PythonFile, query: ast.Attribute, between: Sequence[Step]) -> tuple[Edit, ...]:
    """`)` for `.query`, and the conditions behind it."""
    model_end, query_end = file.span(query.value)[1], file.span(query)[1]
    return (replace_span(file, model_end, query_end, ")"), *_wheres(file, between))


def _wheres(file: PythonFile, between: Sequence[Step]) -> Iterator[Edit]:
    for step in between:
        if step.method == "filter":
            end = file.span(step.name)[1]
            yield replace_span(file, end - len("filter"), end, "where")
