"""Names resolve as Python resolves them; places are what editors and GitHub count."""

from __future__ import annotations

import ast
import sys
import textwrap

import pytest

from concertmaster.findings import apply
from concertmaster.project.names import canonical
from concertmaster.project.python import PythonFile, Surroundings, Unreadable
from concertmaster.rewrite import drop_statement
from concertmaster.versions import Window

AROUND = Surroundings(Window("4.8.2", "5.5.0"))


def file(text: str | bytes, around: Surroundings = AROUND) -> PythonFile:
    source = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
    return PythonFile("example.py", source, around)


def names(text: str, around: Surroundings = AROUND) -> list[str | None]:
    """What the callee of each call stands for, in source order."""
    found = file(text, around)
    return [found.qualified(call.func) for call in found.nodes(ast.Call)]


@pytest.mark.parametrize(
    "dotted",
    [
        "orchestrator_agent.tools",
        "orchestratorlib",
        "orchestrator.optical.services",
        "orchestrator2.db",
        "my.orchestrator.db",
        "orchestrator.corelib",
    ],
)
def test_names_that_only_look_alike_stay(dotted: str) -> None:
    assert canonical(dotted) == dotted


@pytest.mark.parametrize(
    ("dotted", "expected"),
    [
        ("orchestrator.db.models", "orchestrator.core.db.models"),
        ("orchestrator.core.db.models", "orchestrator.core.db.models"),
        ("orchestrator", "orchestrator.core"),
        ("orchestrator.step", "orchestrator.core.workflow.step"),
        ("orchestrator.core.workflow", "orchestrator.core.workflow.workflow"),
        ("orchestrator.OrchestratorCore", "orchestrator.core.app.OrchestratorCore"),
    ],
)
def test_both_layouts_have_one_spelling(dotted: str, expected: str) -> None:
    assert canonical(dotted) == expected


def test_a_module_of_an_exported_name_is_the_module() -> None:
    assert canonical("orchestrator.workflow", module=True) == "orchestrator.core.workflow"


def test_a_parameter_elsewhere_does_not_hide_an_import() -> None:
    text = """
        from orchestrator.workflow import step

        def other(step):
            return step("local")

        step("imported")
    """
    assert names(text) == [None, "orchestrator.core.workflow.step"]


def test_a_name_that_is_bound_again_is_not_certain() -> None:
    text = """
        from orchestrator.workflow import step
        step = wrap(step)
        step("x")
    """
    assert names(text) == [None, None]


@pytest.mark.parametrize(
    "binding",
    [
        "for step in rows: pass",
        "with open(x) as step: pass",
        "try: pass\nexcept Exception as step: pass",
        "if (step := 1): pass",
        "[y for y in z if (step := y)]",
        "def step(): pass",
        "class step: pass",
        "step += 1",
        "del step",
        "match x:\n    case {'a': step}: pass",
        "match x:\n    case [*step]: pass",
        "match x:\n    case {**step}: pass",
        "def f():\n    global step\n    step = 1",
    ],
)
def test_every_way_of_binding_again_is_seen(binding: str) -> None:
    assert names(f"from orchestrator.workflow import step\n{binding}\nstep('x')\n")[-1] is None


def test_a_comprehension_variable_stays_inside() -> None:
    text = "from orchestrator.workflow import step\nrows = [step(1) for step in rows]\nstep(2)\n"
    assert names(text) == [None, "orchestrator.core.workflow.step"] or names(text) == [
        "orchestrator.core.workflow.step",
        None,
    ]


def test_the_first_iterable_of_a_comprehension_is_evaluated_outside() -> None:
    text = "from orchestrator.workflow import step\nrows = [1 for step in step('x')]\n"
    assert names(text) == ["orchestrator.core.workflow.step"]


def test_decorators_defaults_and_annotations_belong_to_the_scope_around() -> None:
    text = """
        from orchestrator.workflow import step

        @step("a")
        def first(step=step("b")) -> step("c"):
            return step("d")

        class Second(step("e")):
            step = 1
            def method(self):
                return step("f")
    """
    name = "orchestrator.core.workflow.step"
    assert sorted(names(text), key=str) == [None, name, name, name, name, name]


def test_imports_inside_a_function_are_local_to_it() -> None:
    text = """
        def inner():
            from orchestrator.workflow import step
            return step("x")

        step("y")
    """
    assert names(text) == ["orchestrator.core.workflow.step", None]


def test_aliases_and_attribute_chains() -> None:
    text = """
        import orchestrator.workflow
        import orchestrator.types as ot
        from orchestrator import workflow as wf
        from orchestrator.workflow import step as s

        orchestrator.workflow.step("a"); ot.is_of_type(1); wf("b"); s("c")
    """
    assert names(text) == [
        "orchestrator.core.workflow.step",
        "orchestrator.core.types.is_of_type",
        "orchestrator.core.workflow.workflow",
        "orchestrator.core.workflow.step",
    ]


def test_the_same_name_from_both_layouts_is_one_name() -> None:
    text = """
        try:
            from orchestrator.core.workflow import step
        except ImportError:
            from orchestrator.workflow import step
        step("x")
    """
    assert names(text) == ["orchestrator.core.workflow.step"]


def test_different_origins_are_not_certain() -> None:
    text = """
        try:
            from orchestrator.workflow import step
        except ImportError:
            from compat import step
        step("x")
    """
    assert names(text) == [None]


def test_the_projects_own_package_is_not_the_framework() -> None:
    around = Surroundings(Window("4.8.2", "5.5.0"), frozenset({"workflow"}))
    text = "from orchestrator.workflow import step\nfrom orchestrator.types import is_of_type\nstep(1); is_of_type(2)\n"
    assert names(text, around) == ["<local>.orchestrator.workflow.step", "orchestrator.core.types.is_of_type"]


def test_offsets_in_a_file_with_byte_order_mark_crlf_and_wide_characters() -> None:
    found = file("\ufeffx = 'é✓'; call('ü')\r\ny = call(1)\r\n".encode())
    texts = [found.text(call) for call in found.nodes(ast.Call)]
    assert texts == ["call('ü')", "call(1)"]
    assert found.newline == "\r\n"


def test_offsets_in_a_file_in_another_encoding() -> None:
    found = file("# -*- coding: latin-1 -*-\nx = 'é'; call('ü')\n".encode("latin-1"))
    call = next(found.nodes(ast.Call))
    assert found.text(call) == "call('ü')"
    assert found.source[slice(*found.span(call))] == b"call('\xfc')"


def test_form_feeds_and_unicode_separators_do_not_end_a_line() -> None:
    found = file("x = 'a\u2028b'\n\x0c\ncall(1)\n")
    call = next(found.nodes(ast.Call))
    assert found.line_of(found.span(call)[0]) == 3


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"def broken(:\n", "syntax error, line 1"),
        (b"x = '\xff'\n", "encoding|not valid|utf-8"),
        (b"x = 1\0\n", "NUL"),
        (b"# coding: no-such-thing\nx = 1\n", "encoding|unknown"),
        (b"x = 1\ry = 2\n", "carriage return"),
        (b"(" * 5000 + b")" * 5000, "nested|parentheses"),
        (b"x = '" + b"a" * 5_000_000 + b"'\n", "larger than"),
        (b"x = " + b"-" * 100_000 + b"1\n", "nested"),
    ],
)
def test_a_file_that_cannot_be_judged_says_why(source: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        _ = file(source).tree


def test_a_first_line_is_dropped_and_the_byte_order_mark_stays() -> None:
    found = file("\ufeffimport a\nimport b\n".encode())
    assert apply(found.source, [drop_statement(found, found.tree.body[0])]) == "\ufeffimport b\n".encode()


@pytest.mark.skipif(sys.version_info < (3, 14), reason="template strings are of Python 3.14")
def test_names_in_template_strings_are_seen() -> None:
    found = file("from orchestrator.workflow import step\nx = t'a {step!r:>{step}} b'\n")
    used = [node for node in found.nodes(ast.Name) if isinstance(node.ctx, ast.Load)]
    assert [found.qualified(node) for node in used] == ["orchestrator.core.workflow.step"] * 2
