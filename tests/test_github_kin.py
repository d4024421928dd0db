"""Lines that were edited and are still wrong, known again by where they stand."""

from __future__ import annotations

import pytest

from concertmaster.findings import kinship
from concertmaster.github.kin import Lost, relatives, still_free
from concertmaster.project.outline import Place, places

PYTHON = """\
import a

class First:
    def method(
        self,
    ) -> None:
        x = call(
            one,
            two,
        )

def second():
    if x:

        y = 1
"""


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (1, Place((), "", "class First:")),
        (8, Place(("class First", "x"), "x = call(", "two,")),
        (15, Place(("def second",), "if x:", "")),
    ],
)
def test_a_place_is_what_is_around_and_not_a_number(line: int, place: Place) -> None:
    assert places(PYTHON, [(line, line)]) == {(line, line): place}
    moved = line + 3
    assert places(f"# one\n# two\n# three\n{PYTHON}", [(moved, moved)])[moved, moved].home == place.home


def test_a_section_lasts_until_the_next_one() -> None:
    text = "[project]\nname = 'a'\ndependencies = [\n    'x',\n]\n[tool]\nb = 1\n"
    found = places(text, [(4, 4), (7, 7)])
    assert (found[4, 4].home, found[7, 7].home) == (("[project]", "dependencies"), ("[tool]",))


def test_lines_beyond_the_end_stand_nowhere() -> None:
    assert places("a\n", [(9, 9)]) == {(9, 9): Place((), "a", "")}
    assert places("a\n", []) == {}


def kin(home: str = "def f", before: str = "a", after: str = "b", rule: str = "rule") -> str:
    return kinship(rule, (home,) if home else (), before, after)


def test_nothing_is_a_relative_of_another_rule() -> None:
    assert list(relatives([Lost(1, kin(), 3)], [("x", kin(rule="other"))])) == []


@pytest.mark.parametrize(
    "heir",
    [kin(), kin(home="def renamed"), kin(before="edited"), kin(after="edited"), kin(before="c", after="d")],
    ids=["same place", "same neighbours", "same below", "same above", "same symbol"],
)
def test_what_stands_in_the_same_place_goes_on(heir: str) -> None:
    assert list(relatives([Lost(1, kin(), 3)], [("x", heir)])) == [(1, "x")]


def test_a_file_is_no_symbol() -> None:
    assert list(relatives([Lost(1, kin(home=""), 3)], [("x", kin(home="", before="c", after="d"))])) == []


def test_of_more_than_were_lost_none_is_guessed() -> None:
    found = [("x", kin(before="c", after="d")), ("y", kin(before="e", after="f"))]
    assert list(relatives([Lost(1, kin(), 3)], found)) == []
    both = [Lost(2, kin(), 9), Lost(1, kin(), 3)]
    assert list(relatives(both, found)) == [(1, "x"), (2, "y")]


def test_a_comment_without_a_place_has_no_relatives() -> None:
    assert list(relatives([Lost(1, "", 3), Lost(2, "odd-mark", 4)], [("x", kin()), ("y", "")])) == []


def test_of_equals_those_that_are_answered_for_are_the_first() -> None:
    assert still_free([("x", "1"), ("x", "2"), ("y", "3")], {"x": 1}) == [("x", "2")]
