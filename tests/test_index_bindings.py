"""Which names exist after a module has run is what Python itself says."""

from __future__ import annotations

import ast
import sys
import types
from textwrap import dedent

import pytest

from concertmaster.index.bindings import Bound, scope

CERTAIN = {
    "nothing": "",
    "annotation without a value": "name: int",
    "assignments": "a = b = 1\nc, (d, *e) = 1, (2, 3)\nf: int = 1\na += 1",
    "definitions": "def f(): ...\nasync def g(): ...\nclass K:\n    inner = 1",
    "imports": "import os.path\nimport json as j\nfrom os import path as p, sep",
    "deleted": "a = b = 1\ndel a",
    "walrus": "(a := 1)\nlen((b := 2, 3))\n(c := 0) and 1\n1 if (d := 0) else 2",
    "walrus in a lambda stays there": "f = lambda: (inner := 1)",
    "comprehension variables stay there": "a = [n for n in (1, 2)]",
    "both branches": "import sys\nif sys.argv:\n    a = 1\nelse:\n    a = 2",
    "plain condition": "if True:\n    a = 1\nelse:\n    b = 1\nif 0:\n    c = 1",
    "script guard": "if __name__ == '__main__':\n    a = 1",
    "negated guard": "from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    a = 1",
    "try and fallback": "try:\n    import nothing_such as x\nexcept ImportError:\n    x = None",
    "handler names are deleted": "try:\n    a = 1\nexcept ZeroDivisionError as error:\n    a = 2",
    "handler that raises": "try:\n    a = 1\nexcept ValueError:\n    raise",
    "try with else and finally": "try: a = 1\nexcept OSError: a = b = 2\nelse: b = 1\nfinally: c = 1",
    "loop over a literal": "for i in (1, 2):\n    a = i",
    "loop else": "for i in (1,):\n    pass\nelse:\n    a = 1",
    "with": "import contextlib\nwith contextlib.nullcontext(1) as a, contextlib.nullcontext():\n    b = 1",
    "branch that raises": "import sys\nif not sys:\n    raise SystemExit\nelse:\n    a = 1",
}


@pytest.mark.parametrize("source", CERTAIN.values(), ids=CERTAIN)
def test_certain_names_are_those_that_python_binds(source: str) -> None:
    module = types.ModuleType("m")
    exec(source, module.__dict__)
    ran = {name for name in vars(module) if not name.startswith("__")}
    found = scope(ast.parse(source).body)
    assert {name for name, bound in found.names.items() if bound is Bound.YES} == ran
    assert Bound.MAYBE not in found.names.values()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="`type` statements are of Python 3.12")
def test_type_statements_bind() -> None:
    assert scope(ast.parse("type A = int").body).names == {"A": Bound.YES}


UNSURE = {
    "one branch": ("if settings:\n    x = 1", "x"),
    "one branch of an elif": ("if a:\n    x = 1\nelif b:\n    x = 2", "x"),
    "loop over something": ("for i in things:\n    x = i", "x"),
    "loop left early": ("for i in (1, 2):\n    if i:\n        break\n    x = 1", "x"),
    "while": ("while things:\n    x = 1\n    break", "x"),
    "handler that passes": ("try:\n    import x\nexcept ImportError:\n    pass", "x"),
    "suppressed": ("with suppress(ImportError):\n    import x", "x"),
    "one case": ("match thing:\n    case [x]:\n        pass\n    case {**x}:\n        pass", "x"),
    "global of a function": ("def f():\n    global x\n    x = 1", "x"),
    "deleted in a branch": ("x = 1\nif settings:\n    del x", "x"),
    "walrus after and": ("a = settings and (x := 1)", "x"),
    "walrus in one of two": ("a = 1 if settings else (x := 1)", "x"),
    "walrus in a comprehension": ("[x := n for n in things]", "x"),
}


@pytest.mark.parametrize(("source", "name"), UNSURE.values(), ids=UNSURE)
def test_names_that_depend_on_the_run_are_unsure(source: str, name: str) -> None:
    assert scope(ast.parse(source).body).names[name] is Bound.MAYBE


def test_names_for_type_checkers_are_marked_unless_the_other_branch_has_them() -> None:
    source = """
        if typing.TYPE_CHECKING:
            from a import Only, Both
        else:
            Both = object
        if not TYPE_CHECKING:
            Real = 1
        else:
            Never = 1
    """
    names = scope(ast.parse(dedent(source)).body).names
    assert names == {"Both": "", "Only": "!", "Real": "", "Never": "!"}


@pytest.mark.parametrize(
    "source",
    [
        "def __getattr__(name): ...",
        "globals()['x'] = 1",
        "globals().update(x=1)",
        "exec('x = 1')",
        "import sys\nsys.modules[__name__] = object()",
        "if settings:\n    vars()['x'] = 1",
    ],
)
def test_a_body_that_can_bind_anything_is_dynamic(source: str) -> None:
    assert scope(ast.parse(source).body).dynamic


@pytest.mark.parametrize("source", ["def f():\n    globals()['x'] = 1", "import sys\nsys.path[0] = ''"])
def test_a_body_that_only_looks_like_it_is_not(source: str) -> None:
    assert not scope(ast.parse(source).body).dynamic


def test_star_imports_and_declarations_are_kept_apart() -> None:
    found = scope(ast.parse("from a import *\nfrom .b import *\nname: int").body)
    assert [(node.module, node.level) for node in found.stars] == [("a", 0), ("b", 1)]
    assert (found.names, found.declared) == ({}, {"name"})


def test_classes_have_a_scope_of_their_own() -> None:
    found = scope(ast.parse("class K:\n    a = 1\n    b: int\n    class L:\n        c = 1").body)
    assert found.classes["K"].names.keys() == {"a", "L"}
    assert found.classes["K"].declared == {"b"}
    assert found.classes["K"].classes["L"].names.keys() == {"c"}
