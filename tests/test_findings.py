"""Edits are taken whole or not at all, and trimmed to what changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertmaster.findings import Edit, EditSet, Intervals, apply, fingerprint

SPANS = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def test_no_edit_changes_nothing() -> None:
    assert apply(b"abc", []) == b"abc"


def test_edits_are_applied_by_place() -> None:
    assert apply(b"abcdef", [Edit(4, 5, b"X"), Edit(0, 1, b"YY"), Edit(2, 2, b"-")]) == b"YYb-cdXf"


def test_the_same_edit_twice_is_one() -> None:
    assert apply(b"abc", [Edit(1, 1, b"-"), Edit(1, 1, b"-")]) == b"a-bc"


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply(b"abcdef", [Edit(0, 3, b"x"), Edit(2, 4, b"y")])


@given(st.binary(max_size=40), st.binary(max_size=12), SPANS)
def test_trimming_keeps_the_result(source: bytes, text: bytes, span: tuple[int, int]) -> None:
    edit = Edit(min(span[0], len(source)), min(span[1], len(source)), text)
    small = edit.trimmed(source)
    assert apply(source, [small]) == apply(source, [edit])
    assert small.end - small.start <= edit.end - edit.start


def test_a_group_is_taken_whole_or_not_at_all() -> None:
    chosen = EditSet()
    assert chosen.add([Edit(0, 2, b"x"), Edit(8, 9, b"y")])
    assert not chosen.add([Edit(4, 5, b"z"), Edit(1, 3, b"w")])
    assert chosen.add([Edit(8, 9, b"y"), Edit(4, 5, b"z")])
    assert list(chosen) == [Edit(0, 2, b"x"), Edit(4, 5, b"z"), Edit(8, 9, b"y")]


@given(st.lists(st.lists(SPANS, max_size=3), max_size=12))
def test_what_is_taken_can_be_applied(groups: list[list[tuple[int, int]]]) -> None:
    chosen = EditSet()
    for number, group in enumerate(groups):
        edits = [Edit(start, end, str(number).encode()) for start, end in group]
        if not any(one.overlaps(other) for i, one in enumerate(edits) for other in edits[:i] if one != other):
            chosen.add(edits)
    apply(b"." * 100, chosen)


@given(st.lists(SPANS, max_size=10), SPANS)
def test_intervals_know_what_they_touch(spans: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    intervals = Intervals()
    for span in spans:
        intervals.add(span)
    assert intervals.touch(asked) is any(start <= asked[1] and asked[0] <= end for start, end in spans)


def test_identity_survives_indentation_and_tells_equal_lines_apart() -> None:
    assert fingerprint("rule", "a.py", "  x = 1\n", 0) == fingerprint("rule", "a.py", "x = 1  \n", 0)
    assert fingerprint("rule", "a.py", "x = 1\n", 0) != fingerprint("rule", "a.py", "x = 1\n", 1)
