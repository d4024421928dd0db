"""Suggestions, applied as GitHub applies them, write byte for byte what `fix --unsafe` writes."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tools.shown import examples

from concertmaster.engine import FileResult, analyse_python
from concertmaster.findings import Edit, Finding, Safety, Severity, apply
from concertmaster.github.diff import ChangedFile, DiffHunk, FileDiff, rebuild_diff
from concertmaster.github.suggestions import Cure, Suggestion, Unsuggested, suggest
from concertmaster.project.python import Surroundings
from concertmaster.rule import load_rules
from concertmaster.versions import Mode, Window
from tests.github_server.apply import Replacement as Pressed
from tests.github_server.apply import replaced
from tests.spellings import SPELLINGS, Spelling, spell

RULES = load_rules()
WINDOW = Window("5.5.0", "5.5.0", Mode.REVIEW)


def whole(text: bytes, path: str = "a.py") -> FileDiff:
    """The diff of a pull request that adds the file."""
    return rebuild_diff(ChangedFile(filename=path, status="added"), b"", text)


def showing(*places: tuple[int, int], path: str = "a.py") -> FileDiff:
    """A diff that shows some stretches (first and last line) of a file."""
    hunks = tuple(DiffHunk(first, last - first + 1, ((first, last),)) for first, last in places)
    return FileDiff(path, "modified", None, hunks)


def judged(text: bytes) -> FileResult:
    result = analyse_python("a.py", text, Surroundings(WINDOW), RULES, unsafe=True)
    assert result.unanalysed is None, result.unanalysed
    return result


def pressed(old: bytes, suggestions: Sequence[Suggestion]) -> bytes:
    """The file after all suggestions as one batch, by the rules of GitHub's button."""
    return replaced(old, [_pressed(item) for item in suggestions])


def _pressed(item: Suggestion) -> Pressed:
    wanted = item.replacement
    return Pressed("a.py", wanted.first, wanted.last, tuple(line.encode() for line in wanted.lines))


def finding(line: int, *edits: Edit, message: str = "old", end_line: int | None = None) -> Finding:
    return Finding(
        rule="some-rule",
        rows=("1",),
        path="a.py",
        line=line,
        end_line=end_line or line,
        column=1,
        severity=Severity.ERROR,
        safety=Safety.SAFE,
        message=message,
        since="5.0.0",
        edits=edits,
    )


def outside(cure: Cure) -> dict[Finding, tuple[int, ...]]:
    return {item.finding: item.outside for item in cure.unsuggested}


def spans(cure: Cure) -> list[tuple[int, int]]:
    return [(item.replacement.first, item.replacement.last) for item in cure.suggestions]


# -- the law: all suggestions together are the rewrite ------------------------------------------------


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: spelling.__name__)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_example_of_a_rule_can_be_mended_by_pressing_the_buttons(
    rule: object, spelling: Spelling
) -> None:
    for example in examples(rule):  # type: ignore[arg-type]
        text = spell(example.before, spelling) if example.path.endswith(".py") else None
        if text is None:
            continue
        old = text.encode()
        result = judged(old)
        cure = suggest(old, result.rewritten, result.findings, whole(old))
        mended = {one for item in cure.suggestions for one in item.findings}
        assert mended | set(outside(cure)) == {one for one in result.findings if one.edits}
        if result.rewritten is None:
            assert cure.suggestions == ()
            continue
        if old.endswith(b"\n") != result.rewritten.endswith(b"\n"):
            ast.parse(pressed(old, cure.suggestions))  # no suggestion writes a newline at the end of a file
            continue
        assert pressed(old, cure.suggestions) == result.rewritten
        assert cure.unsuggested == ()


TEXTS = st.lists(st.sampled_from(["a", "b", "", "    x = 1", "é"]), min_size=1, max_size=12)


@given(TEXTS, TEXTS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_any_rewrite_comes_out_byte_for_byte(
    old: list[str], new: list[str], ending: str, is_open: bool
) -> None:
    last = "" if is_open else ending
    before, after = (f"{ending.join(lines)}{last}".encode() for lines in (old, new))
    assume(before and after and before.endswith(b"\n") == after.endswith(b"\n"))
    assume(len(old) > 1 or not is_open)  # a lone line without an ending does not tell how the next one ends
    cure = suggest(before, after, [], whole(before, "a.txt"))
    assert pressed(before, cure.suggestions) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"a\nb", b"a\nb\n"), (b"a\nb\n", b"a\nb"), (b"a\nb", b"a\n"), (b"a\nb\n", b"a"), (b"a", b"")],
)
def test_a_newline_at_the_end_of_a_file_is_not_suggested_away(before: bytes, after: bytes) -> None:
    assert suggest(before, after, [], whole(before)).suggestions == ()


@pytest.mark.parametrize(
    "after", ["a\rb", "a\x0cb", "a\x00", "\x1b[31m", "a\x85b", "a\u202eb", "a\u2028b", "a\u2066"]
)
def test_text_that_a_comment_cannot_show_is_not_suggested(after: str) -> None:
    new = f"1\n{after}\n3\n".encode()
    assert suggest(b"1\n2\n3\n", new, [], whole(b"1\n2\n3\n")).suggestions == ()


@pytest.mark.parametrize(
    "old",
    [b"1\n2\r\n3\n", b"1\r2\n3\n", b"\xef\xbb\xbf1\n2\n", "1\né\n".encode("latin-1")],
    ids=["mixed endings", "lone CR", "byte order mark", "latin-1"],
)
def test_a_file_that_would_not_keep_its_bytes_gets_no_suggestion(old: bytes) -> None:
    cure = suggest(old, old.replace(b"1", b"one"), [finding(1, Edit(0, 4, b"one"))], whole(old))
    assert cure.suggestions == ()
    assert list(outside(cure).values()) == [()]


def test_a_suggestion_that_no_comment_can_hold_is_not_made() -> None:
    new = b"x = '" + b"a" * 70_000 + b"'\n"
    assert suggest(b"x = 1\n", new, [], whole(b"x = 1\n")).suggestions == ()


# -- what a suggestion covers ------------------------------------------------------------------------


def test_lines_outside_the_diff_are_not_suggested() -> None:
    old = b"1\n2\n3\n4\n5\n"
    new = old.replace(b"2", b"two").replace(b"5", b"five")
    two, five = finding(2, Edit(2, 3, b"two")), finding(5, Edit(8, 9, b"five"))
    cure = suggest(old, new, [two, five], showing((1, 3), path="a.txt"))
    assert spans(cure) == [(2, 2)]
    assert cure.suggestions[0].findings == (two,)
    assert outside(cure) == {five: (5,)}


def test_an_insertion_hangs_on_a_line_that_the_diff_shows() -> None:
    old = b"1\n2\n3\n"
    edit = Edit(2, 2, b"one and a half\n")
    new = apply(old, [edit])
    assert spans(suggest(old, new, [finding(1, edit)], showing((1, 1)))) == [(1, 1)]
    assert spans(suggest(old, new, [finding(1, edit)], showing((2, 3)))) == [(2, 2)]
    assert spans(suggest(old, new, [finding(1, edit)], showing((3, 3)))) == []


def test_insertions_around_one_line_are_one_suggestion() -> None:
    old, new = b"a\nb\nc\n", b"a\nX\nb\nY\nc\n"
    cure = suggest(old, new, [], whole(old, "a.txt"))
    assert spans(cure) == [(2, 2)]
    assert pressed(old, cure.suggestions) == new


def test_what_one_edit_does_in_several_lines_is_one_suggestion() -> None:
    old = b"f(\n    1,\n    2,\n    3,\n)\n"
    edit = Edit(7, 22, b"one,\n    2,\n    three")
    cure = suggest(old, apply(old, [edit]), [finding(1, edit, end_line=5)], whole(old))
    assert spans(cure) == [(2, 4)]
    apart = suggest(old, apply(old, [edit]), [finding(1, edit, end_line=5)], showing((1, 2), (4, 5)))
    assert spans(apart) == [(2, 2), (4, 4)], "the line between is not shown"
    assert [item.together for item in apart.suggestions] == [(2, 4), (2, 4)]


def test_an_insertion_at_the_end_of_a_file_hangs_on_the_last_line_if_on_any() -> None:
    old, edit = b"1\n2\n", Edit(4, 4, b"3\n")
    assert spans(suggest(old, b"1\n2\n3\n", [finding(2, edit)], showing((1, 2)))) == [(2, 2)]
    assert spans(suggest(old, b"1\n2\n3\n", [finding(2, edit)], showing((1, 1)))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"1\r\n2\r\n", b"one\n2\r\n"), (b"1\n2\n", b"one\r\n2\n"), (b"1\n2\n", b"\xe9\n2\n")],
    ids=["LF into CRLF", "CRLF into LF", "other encoding"],
)
def test_a_line_that_would_not_fit_into_its_file_is_not_suggested(old: bytes, new: bytes) -> None:
    assert suggest(old, new, [finding(1, Edit(0, 1, b"one"))], whole(old)).suggestions == ()


def test_lines_are_deleted_by_an_empty_suggestion() -> None:
    old = b"1\n2\n3\n"
    cure = suggest(old, b"1\n3\n", [finding(2, Edit(2, 4, b""))], whole(old))
    assert [item.replacement.lines for item in cure.suggestions] == [()]
    assert pressed(old, cure.suggestions) == b"1\n3\n"


def test_one_of_two_equal_lines_is_deleted_for_the_finding_that_wants_it() -> None:
    """Which of the two goes makes no difference, so a comparison may well name the other one."""
    old = b"x\nsame\nsame\ny\n"
    for line, start in ((2, 2), (3, 7)):
        gone = finding(line, Edit(start, start + 5, b""))
        cure = suggest(old, b"x\nsame\ny\n", [gone], whole(old))
        assert [item.findings for item in cure.suggestions] == [(gone,)]
    more = finding(3, Edit(7, 7, b"same\n"))
    cure = suggest(old, b"x\nsame\nsame\nsame\ny\n", [more], whole(old))
    assert [item.findings for item in cure.suggestions] == [(more,)]


# -- what belongs together -----------------------------------------------------------------------------

USE = b"import os\nfrom old import thing\n\nA = 1\nB = 2\n\nprint(thing)\n"


def test_two_places_of_one_finding_are_suggested_together_or_not_at_all() -> None:
    old = b"a\nb\nc\n"
    both = finding(1, Edit(0, 1, b"A"), Edit(4, 5, b"C"))
    together = suggest(old, b"A\nb\nC\n", [both], whole(old))
    assert [item.together for item in together.suggestions] == [(1, 3), (1, 3)]
    assert [item.findings for item in together.suggestions] == [(both,), ()]
    apart = suggest(old, b"A\nb\nC\n", [both], showing((1, 2)))
    assert apart == Cure(unsuggested=(Unsuggested(both, (3,)),))


def test_an_import_that_nobody_needs_any_more_goes_with_its_last_use() -> None:
    new = b"import os\n\nA = 1\nB = 2\n\nprint(1)\n"
    use = finding(7, Edit(63, 68, b"1"))
    cure = suggest(USE, new, [use], whole(USE))
    assert spans(cure) == [(2, 2), (7, 7)]
    assert [item.findings for item in cure.suggestions] == [(), (use,)]
    assert [item.together for item in cure.suggestions] == [(2, 7), (7,)], "the use may go without the import"
    hidden_use = suggest(USE, new, [use], showing((1, 3)))
    assert hidden_use == Cure(unsuggested=(Unsuggested(use, (7,)),))
    hidden_import = suggest(USE, new, [use], showing((5, 7)))
    assert spans(hidden_import) == [(7, 7)]


def test_a_use_goes_only_along_with_the_import_of_its_name() -> None:
    """The import is one finding's, the second use of the name another's."""
    old = b"import os\n\nA = 1\nB = 2\n\nprint(A)\n\n\nprint(B)\n"
    bring, first, second = (
        Edit(10, 10, b"from new import name\n"),
        Edit(30, 31, b"name"),
        Edit(41, 42, b"name"),
    )
    new = apply(old, [bring, first, second])
    one, other = finding(6, bring, first, message="one"), finding(9, second, message="other")
    shown = suggest(old, new, [one, other], whole(old))
    assert [item.together for item in shown.suggestions] == [(1, 6), (1, 6), (1, 6, 9)]
    hidden = suggest(old, new, [one, other], showing((6, 9)))
    assert hidden.suggestions == ()
    assert set(outside(hidden)) == {one, other}


def test_a_change_that_is_no_finding_waits_for_all_others() -> None:
    """It comes of what the first round of rewrites left, so it may mean nothing without them."""
    old, new = b"a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n", b"a = 9\nb = 2\nc = 8\nd = 4\ne = 7\n"
    first, last = finding(1, Edit(4, 5, b"9")), finding(5, Edit(28, 29, b"7"), message="last")
    shown = suggest(old, new, [first, last], whole(old))
    assert [item.together for item in shown.suggestions] == [(1,), (1, 3, 5), (5,)]
    assert spans(suggest(old, new, [first, last], showing((1, 4)))) == [(1, 1)]


def test_a_part_that_leaves_no_python_is_not_suggested() -> None:
    old, new = b"x = (\n    1,\n    2\n)\n", b"x = [\n    1,\n    2\n]\n"
    opening, closing = finding(1, Edit(4, 5, b"[")), finding(4, Edit(21, 22, b"]"), message="closing")
    assert spans(suggest(old, new, [opening, closing], whole(old))) == [(1, 1), (4, 4)]
    assert suggest(old, new, [opening, closing], showing((1, 2))).suggestions == ()


def test_without_a_rewrite_nothing_is_suggested() -> None:
    mendable = finding(1, Edit(0, 1, b"A"))
    assert suggest(b"a\n", None, [mendable], whole(b"a\n")) == Cure(unsuggested=(Unsuggested(mendable, ()),))


def test_thousands_of_places_of_one_finding_take_bounded_time() -> None:
    size = 2_000
    old = b"".join(b"x = old\ny%d = 1\n" % number for number in range(size))
    starts = [index + 4 for index in range(len(old)) if old.startswith(b"x = old", index)]
    edits = tuple(Edit(start, start + 3, b"new") for start in starts)
    findings = [finding(2 * number + 1, *edits, message=str(number)) for number in range(size)]
    cure = suggest(old, apply(old, edits), findings[:50], whole(old))
    assert len(cure.suggestions) == size
    assert suggest(old, apply(old, edits), findings, whole(old)).suggestions == (), "too many to tell apart"


def test_python_that_is_suggested_in_part_still_parses() -> None:
    old = b"from orchestrator.db import db\n\n\nA = 1\nB = 2\nC = 3\nfrom orchestrator.types import State\n"
    result = judged(old)
    cure = suggest(old, result.rewritten, result.findings, showing((1, 3)))
    assert spans(cure) == [(1, 1)]
    ast.parse(pressed(old, cure.suggestions))
