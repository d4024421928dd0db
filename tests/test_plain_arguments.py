"""Arguments of a call changed as text come out as by libcst, wherever that way is taken."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertmaster.project.python import PythonFile, Surroundings
from concertmaster.rewrite.calls import as_keyword, change_arguments, edit_arguments
from concertmaster.rewrite.plain_arguments import can_be_named, changed, in_source_order
from concertmaster.rewrite.spans import replace
from concertmaster.versions import Mode, Window
from tests.properties import examples, parses

AROUND = Surroundings(Window("4.8.2", "5.5.0", Mode.UPGRADE))
ARGUMENTS = (
    *('"a, b"', "f(1, 2)", "x", "[1,\n 2]", "(y)", "*rest", "lambda: 0", "a if b else c", "k=1"),
    *('other = "é"', "**more", "x.y[0]", "not z", "x := 3", "(x for x in y)", '"""a\nb"""'),
)
PLAIN = (", ", ",", " , ", ",\n    ", ",  \n")
OTHERS = (", # c\n    ", ",  \n\n  ", ",\\\n ")
ENDS = ("", ",", " ,", ",\n", "\n", " ", " \n", ", # c\n", ",\n  # c\n")


@st.composite
def calls(draw: st.DrawFn) -> str:
    arguments = draw(st.lists(st.sampled_from(ARGUMENTS), max_size=4))
    gaps = st.sampled_from(PLAIN if draw(st.booleans()) else PLAIN + OTHERS)
    inner = "".join(f"{one}{draw(gaps)}" for one in arguments[:-1]) + "".join(arguments[-1:])
    head = draw(st.sampled_from(["f", "g.h", "(f)", "f ", "f[0]"]))
    start = draw(st.sampled_from(["", "\n    ", " ", "  # c\n  "]))
    end = draw(st.sampled_from(ENDS)) if arguments else ""
    return f"r = {head}({start}{inner}{end})\n".replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def opened(text: str) -> tuple[PythonFile, ast.Call]:
    file = PythonFile("a.py", text.encode(), AROUND)
    (statement,) = file.tree.body
    assert isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)  # noqa: PT018
    return file, statement.value


def test_what_is_more_than_commas_and_white_space_is_left_to_libcst() -> None:
    for text in ("f(a, # why\n b)", "f((a), b)", "f(a, b \\\n)", "f(x for x in y)", "f()", "(f)(a)"):
        assert changed(*opened(f"r = {text}\n"), {0}, {}) is None


@pytest.mark.parametrize("text", ["f(a, *b)", "f(a, x := 1)", "f(a, b, c)", "f(a, b, *c)"])
def test_a_name_goes_to_nothing_that_cannot_have_one(text: str) -> None:
    file, call = opened(f"r = {text}\n")
    assert change_arguments(file, call, {0}, {1: "name"}) is None


@examples(60)
@given(calls(), st.sets(st.integers(0, 3)), st.sets(st.integers(0, 3)))
def test_arguments_changed_as_text_are_those_of_libcst(text: str, gone: set[int], named: set[int]) -> None:
    if not parses(text.encode()):
        return
    file, call = opened(text)
    positional = (
        at for at, one in enumerate(in_source_order(call)) if not isinstance(one, (ast.keyword, ast.Starred))
    )
    names = {at: f"n{at}" for at in positional if at in named and at not in gone}
    plain = changed(file, call, gone, names)
    if plain is None or not can_be_named(call, gone, names):
        return
    edit = edit_arguments(
        file,
        call,
        lambda at, arg: None if at in gone else as_keyword(arg, names[at]) if at in names else arg,
    )
    text = file.text(call).replace("\r\n", "\n")
    assert (None if plain == text else replace(file, call, plain)) == edit
