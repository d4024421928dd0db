"""Which lines of a pull request can carry a comment: held to git, which makes the diffs that GitHub shows."""

from __future__ import annotations

import itertools
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from concertmaster.github.diff import ChangedFile, DiffHunk, FileDiff, read_diff, rebuild_diff, undo
from concertmaster.github.lines import changes, split_lines

NUMBERED = "".join(f"line {number}\n" for number in range(1, 41))
LINES = st.lists(
    st.sampled_from([b"a\n", b"b\n", b"\n", b"c\r\n", b"d\n", b"+++ x\n", b"--- y\n"]), max_size=30
)


def git_diff(folder: Path, old: bytes, new: bytes, name: str = "f.py") -> ChangedFile:
    """The file as GitHub's API lists it: its patch is git's, without the headers and the last newline."""
    (folder / "old").mkdir(exist_ok=True)
    (folder / "new").mkdir(exist_ok=True)
    (folder / "old" / "f").write_bytes(old)
    (folder / "new" / "f").write_bytes(new)
    command = ["git", "diff", "--no-index", "--no-ext-diff", "old/f", "new/f"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    text = done.stdout.decode(errors="replace")
    patch = text[text.index("\n@@ ") + 1 :].removesuffix("\n") if "\n@@ " in text else None
    lines = (patch or "").split("\n")
    return ChangedFile(
        filename=name,
        status="modified",
        patch=patch,
        additions=sum(line.startswith("+") for line in lines),
        deletions=sum(line.startswith("-") for line in lines),
    )


def places(diff: FileDiff) -> list[tuple[int, int]]:
    return [(hunk.new_start, hunk.new_end) for hunk in diff.hunks]


def test_a_file_that_only_moved_carries_nothing() -> None:
    moved = ChangedFile(filename="new.py", status="renamed", previous_filename="old.py", sha="0" * 40)
    diff = read_diff(moved)
    assert diff.previous_path == "old.py"
    assert not diff.carries(1, 1)
    assert not diff.changed(1, 1)


def test_added_and_context_lines_carry_a_comment_and_others_do_not(tmp_path: Path) -> None:
    new = NUMBERED.replace("line 10\n", "line ten\n").replace("line 30\n", "line thirty\nand more\n")
    diff = read_diff(git_diff(tmp_path, NUMBERED.encode(), new.encode()))
    assert places(diff) == [(7, 13), (27, 34)]
    assert diff.carries(7, 13)
    assert not diff.carries(6, 7)
    assert not diff.carries(13, 14)
    assert not diff.carries(10, 30), "two hunks"
    assert not diff.carries(12, 11), "backwards"
    assert [line for line in range(1, 42) if diff.changed(line, line)] == [10, 30, 31]
    assert diff.shown(1, 40) == (7, 13)
    assert diff.shown(14, 26) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n"),
        (b"a\nb\nc", b"a\nb\nC"),
        (b"a\nb\nc", b"a\nb\nc\n"),
        (b"a\nb\nc\n", b"a\nb\nc"),
        (b"", b"a\nb\n"),
        (b"a\n-- b\n++ c\n", b"a\n-- B\n++ C\n"),
        (b"a\n\x0cb\x0b\x85c\n", b"a\n\x0cb\x0b\x85d\n"),
        ("a\n\u2028b\n".encode(), "a\n\u2028c\n".encode()),
        (b"a\rb\nc\n", b"a\rb\nd\n"),
        (b"a\n\\ No newline at end of file\n", b"b\n\\ No newline at end of file\n"),
    ],
    ids=[
        "CRLF",
        "open end",
        "closed",
        "opened",
        "new",
        "looks like headers",
        "form feed",
        "U+2028",
        "CR",
        "words",
    ],
)
def test_odd_texts_are_read_as_git_shows_them_and_rebuilt_alike(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    listed = git_diff(tmp_path, old, new)
    read = read_diff(listed)
    assert read.known
    assert read.hunks == rebuild_diff(listed, old, new).hunks


@pytest.mark.parametrize(
    "path", ["foo b/x.py", 'a"b.py', "naïve/ünï.py", "a\tb.py", "--- a/f", "a\nb.py", " b/ b/x"]
)
def test_the_name_of_a_file_does_not_matter(tmp_path: Path, path: str) -> None:
    diff = read_diff(git_diff(tmp_path, b"a\nb\n", b"a\nc\n", name=path))
    assert diff.path == path
    assert diff.carries(1, 2)


CUT = "@@ -1,3 +1,3 @@\n a\n-b\n+c"


@pytest.mark.parametrize(
    "file",
    [
        ChangedFile(filename="f.py", status="modified", additions=1, deletions=1),
        ChangedFile(filename="f.py", status="modified"),
        ChangedFile(filename="f.py", status="modified", patch=CUT, additions=1, deletions=1),
        ChangedFile(filename="f.py", status="modified", patch=f"{CUT}\n d", additions=40, deletions=1),
        ChangedFile(filename="f.py", status="modified", patch="Binary files differ", additions=1, deletions=1),
        ChangedFile(filename="f.py", status="modified", patch="@@ nonsense", additions=1, deletions=1),
        ChangedFile(filename="f.py", status="modified", patch=f"{CUT}\n d\n--- a/g\n+++ b/g\n@@ -1 +1 @@\n-x\n+y",
                    additions=2, deletions=2),
    ],
    ids=["no patch", "no patch, no counts", "cut", "counts differ", "binary", "nonsense", "second file"],
)  # fmt: skip
def test_a_patch_that_is_missing_or_cut_says_nothing_about_its_lines(file: ChangedFile) -> None:
    diff = read_diff(file)
    assert not diff.known
    assert diff.hunks == ()


def test_a_binary_file_is_rebuilt_without_hunks() -> None:
    file = ChangedFile(filename="logo.png", status="modified", additions=0, deletions=0)
    diff = rebuild_diff(file, b"\x89PNG\0\n", b"\x89PNG\0\1\n")
    assert (diff.known, diff.rebuilt, diff.hunks) == (True, True, ())


def test_a_removed_file_is_known_and_carries_nothing(tmp_path: Path) -> None:
    file = replace(git_diff(tmp_path, b"a\nb\n", b""), status="removed")
    assert read_diff(file) == FileDiff("f.py", "removed", None, (DiffHunk(0, 0),))
    assert not read_diff(file).carries(1, 1)


@given(LINES, LINES)
def test_changes_lead_from_the_old_text_to_the_new_one(old: list[bytes], new: list[bytes]) -> None:
    result: list[bytes] = []
    position = 0
    for change in changes(old, new):
        assert change.start > position or position == 0, "apart by a common line"
        result += old[position : change.start] + new[change.new_start : change.new_end]
        position = change.end
    assert result + old[position:] == new


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"\x0c", b"\xe2\x80\xa8"])).map(b"".join))
def test_lines_end_at_line_feeds_only(text: bytes) -> None:
    lines = split_lines(text)
    assert b"".join(lines) == text
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines[:-1])


@given(st.data())
def test_a_rebuilt_diff_shows_the_changed_lines_in_their_context(data: st.DataObject) -> None:
    old = [f"line {number}\n".encode() for number in range(data.draw(st.integers(0, 60)))]
    new = list(old)
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(new)))
        new[place : place + data.draw(st.integers(0, 3))] = [b"new\n"] * data.draw(st.integers(0, 2))
    file = ChangedFile(filename="f.py", status="modified")
    diff = rebuild_diff(file, b"".join(old), b"".join(new))
    shown = list(
        itertools.chain.from_iterable(range(hunk.new_start, hunk.new_end + 1) for hunk in diff.hunks)
    )
    assert shown == sorted(set(shown)), "hunks do not overlap"
    fresh = {
        number for change in changes(old, new) for number in range(change.new_start + 1, change.new_end + 1)
    }
    assert fresh <= set(shown)
    assert {number for number in shown if diff.changed(number, number)} == fresh
    around = {near for number in fresh for near in range(number - 3, number + 4) if 0 < near <= len(new)}
    assert around <= set(shown)


def test_many_alike_lines_are_compared_in_bounded_steps() -> None:
    """Without bounds these pairs take minutes: what lies between changed lines is alike."""
    old, new = [b"pass\n", b"x\n"] * 8_000, [b"pass\n", b"y\n"] * 8_000
    assert sum(1 for _ in changes(old, new)) == 1
    parts = [[b"%d\n" % number, *[b"pass\n", b"x\n"] * 90] for number in range(400)]
    before = [line for part in parts for line in part]
    after = [line.replace(b"x", b"y") for line in before]
    found = list(changes(before, after))
    assert 400 < len(found) < 36_000, "some stretches are compared, then the rest is taken whole"


# -- the old text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("patch", ["", "nonsense", "@@ -1 +1 @@ cut", "@@ -1,3 +1,3 @@\n a\n"])
def test_a_patch_that_is_not_understood_gives_no_old_text(patch: str) -> None:
    assert undo(patch, b"a\n") is None


@settings(max_examples=40, deadline=None)
@given(LINES, LINES, st.booleans(), st.booleans())
def test_the_old_text_follows_from_the_new_one_and_its_diff(
    old: list[bytes], new: list[bytes], old_ends: bool, new_ends: bool
) -> None:
    before = b"".join(old) + (b"" if old_ends else b"end")
    after = b"".join(new) + (b"" if new_ends else b"end")
    with tempfile.TemporaryDirectory() as folder:
        file = git_diff(Path(folder), before, after)
    if file.patch is not None:
        assert undo(file.patch, after) == before
