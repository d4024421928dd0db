"""Generated Python: it is never broken, never touched without a finding, and mended only once.

The inputs are pieces of the rules' own examples, old forms and look-alikes, put together, respelt and damaged.
"""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st
from tools.shown import examples as shown

from concertmaster.project.python import Surroundings
from concertmaster.rule import load_rules
from concertmaster.versions import RELEASES, Window
from tests.properties import examples, firing, held, parses
from tests.spellings import SPELLINGS

NEWLINES = ("\n", "\r\n", "\r")
DAMAGE = (
    "(",
    ")",
    "\\\n",
    '"""',
    "'",
    ":",
    "\t",
    "    ",
    "#",
    ",",
    "\n",
    "é",
    "\0",
    "\x0c",
    "=",
    "*",
    "async ",
)
PATHS = (
    "network/a.py",
    "tests/conftest.py",
    "main.py",
    "migrations/versions/schema/2024-01-01_a.py",
    "a.pyi",
)


@cache
def texts() -> tuple[str, ...]:
    """Every Python text that a rule changes, tells, or leaves alone."""
    return tuple(
        sorted(
            {one.before for rule in load_rules() for one in shown(rule) if one.path.endswith((".py", ".pyi"))}
        )
    )


@st.composite
def statements(draw: st.DrawFn) -> str:
    """Top-level statements of one example, or of a part of it."""
    text = draw(st.sampled_from(texts()))
    lines = text.splitlines(keepends=True)
    if len(lines) > 3 and draw(st.integers(0, 3)) == 0:
        first = draw(st.integers(0, len(lines) - 1))
        lines = lines[first : draw(st.integers(first, len(lines)))]
    return "".join(lines)


@st.composite
def modules(draw: st.DrawFn) -> bytes:
    parts = [draw(statements()) for _ in range(draw(st.integers(1, 3)))]
    text = draw(st.sampled_from(["\n", "\n\n\n", ""])).join(parts)
    for spelling in draw(st.lists(st.sampled_from(SPELLINGS), max_size=2, unique=True)):
        text = spelling(text) or text
    newline = draw(st.sampled_from(NEWLINES[:2]))
    text = text.replace("\r\n", "\n").replace("\n", newline)
    coding = draw(st.sampled_from(["", "", "", "\ufeff", "# -*- coding: latin-1 -*-" + newline]))
    return f"{coding}{text}".encode("latin-1" if "latin" in coding else "utf-8", "replace")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Text that a person is in the middle of writing."""
    text = draw(modules()).decode("utf-8", "replace")
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(text)))
        gone = draw(st.sampled_from([0, 0, 1, 5]))
        text = text[:place] + draw(st.sampled_from(DAMAGE)) + text[place + gone :]
    return text.encode()


@st.composite
def windows(draw: st.DrawFn) -> Window:
    numbers = sorted(draw(st.lists(st.sampled_from(range(len(RELEASES))), min_size=2, max_size=2)))
    usual = Window("1.3.6", "5.5.0")
    return draw(
        st.sampled_from([usual, Window("4.8.2", "5.5.0"), Window(RELEASES[numbers[0]], RELEASES[numbers[1]])])
    )


def test_python_stays_python_and_is_mended_once() -> None:
    @given(st.sampled_from(PATHS), modules(), windows())
    @examples(60)
    def property_holds(path: str, source: bytes, window: Window) -> None:
        held(path, source, Surroundings(window), parses=parses, fired=fired)

    with firing(rewritten=0.3, rules=10) as fired:
        property_holds()


def test_what_is_no_python_is_named_and_left_alone() -> None:
    broken: list[bool] = []

    @given(st.sampled_from(PATHS), damaged())
    @examples(60)
    def property_holds(path: str, source: bytes) -> None:
        result = held(path, source, Surroundings(Window("1.3.6", "5.5.0")), parses=parses)
        broken.append(not parses(source))
        if broken[-1]:
            assert result.rewritten is None

    property_holds()
    assert sum(broken) > 0.2 * len(broken)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"orchestrator", b"from orchestrator.db import db\n", b"\xff\xfe"]),
)
@examples(40)
def test_any_bytes_are_judged_or_named(noise: bytes, word: bytes) -> None:
    held("a.py", word + noise, Surroundings(Window("1.3.6", "5.5.0")), parses=parses)
