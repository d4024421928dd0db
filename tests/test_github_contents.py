"""Files of a commit: read from the checkout only where it holds the commit's own bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertmaster.github.contents import FEW, MAX_FETCHED, Blobs, CommitFiles
from concertmaster.github.paths import is_safe
from concertmaster.github.shapes import Tree, TreeEntry, object_id
from concertmaster.project.files import UnreadableFileError
from concertmaster.project.python import MAX_BYTES


class Remote(dict[str, bytes]):
    """Blobs on GitHub, and what was asked of it: files, questions for many, archives."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.questions: list[set[str]] = []
        self.archives: list[str] = []

    def add(self, path: str, data: bytes) -> TreeEntry:
        self[object_id(data)] = data
        return TreeEntry(path, object_id(data), len(data))

    def blob(self, sha: str) -> bytes:
        self.asked.append(sha)
        return self[sha]

    def texts(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
        self.questions.append(set(sizes))
        yield from ((sha, self[sha]) for sha in sizes if b"\0" not in self[sha])

    def archive(
        self, commit: str, wanted: Mapping[str, str], most: int, found: MutableMapping[str, bytes]
    ) -> None:
        self.archives.append(commit)
        found.update({sha: self[sha] for path, sha in wanted.items() if not path.startswith("left-out")})


@pytest.fixture
def remote() -> Remote:
    return Remote()


def test_an_object_id_is_gits() -> None:
    assert object_id(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert object_id(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_what_the_checkout_holds_is_not_fetched(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"1\n")
    files = CommitFiles(Tree((remote.add("a.py", b"1\n"),)), Blobs(remote, tmp_path))
    files.load(lambda path: True)
    assert files.read("a.py") == b"1\n"
    assert remote.asked == []


def test_what_the_checkout_holds_otherwise_is_fetched_once(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"changed since\n")
    (tmp_path / "b.py").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "c.py")
    tree = Tree(tuple(remote.add(path, b"1\n") for path in ("a.py", "b.py", "c.py", "missing.py")))
    files = CommitFiles(tree, Blobs(remote, tmp_path))
    files.load(lambda path: True)
    assert {files.read(path) for path in files.paths} == {b"1\n"}
    assert remote.asked == [object_id(b"1\n")]
    assert (remote.questions, remote.archives) == ([], [])


def test_a_file_changed_after_it_was_loaded_is_not_believed(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"1\n")
    files = CommitFiles(Tree((remote.add("a.py", b"1\n"),)), Blobs(remote, tmp_path))
    files.load(lambda path: True)
    (tmp_path / "a.py").write_bytes(b"2\n")
    with pytest.raises(UnreadableFileError, match="actions/checkout"):
        files.read("a.py")


def test_a_few_files_are_one_question_and_what_is_no_text_comes_by_itself(remote: Remote) -> None:
    entries = (
        remote.add("a.py", b"1\n"),
        remote.add("b.py", b"2\n"),
        remote.add("c.py", "\0é".encode("latin-1")),
    )
    files = CommitFiles(Tree(entries, commit="c" * 40), Blobs(remote, None))
    files.load(lambda path: True)
    assert [files.read(path) for path in files.paths] == [b"1\n", b"2\n", b"\0\xe9"]
    assert (len(remote.questions), remote.asked, remote.archives) == (1, [entries[2].sha], [])


def test_many_files_come_out_of_the_archive_and_what_it_leaves_out_by_a_question(remote: Remote) -> None:
    names = [f"f{number}.py" for number in range(FEW)] + ["left-out.py", "left-out-too.py"]
    entries = tuple(remote.add(name, name.encode()) for name in names)
    files = CommitFiles(Tree(entries, commit="c" * 40), Blobs(remote, None))
    files.load(lambda path: True)
    assert {files.read(path) for path in files.paths} == {name.encode() for name in names}
    assert remote.archives == ["c" * 40]
    assert remote.questions == [{object_id(b"left-out.py"), object_id(b"left-out-too.py")}]
    files.load(lambda path: True)
    assert (len(remote.archives), len(remote.questions), remote.asked) == (1, 1, [])


def test_no_more_files_are_fetched_than_calls_are_left_for(remote: Remote) -> None:
    entries = tuple(remote.add(f"f{number}.py", b"%d\n" % number) for number in range(MAX_FETCHED + 1))
    files = CommitFiles(Tree(entries), Blobs(remote, None))
    files.load(lambda path: True)
    assert sum(map(len, remote.questions)) == MAX_FETCHED
    unread = [path for path in files.paths if not _can_read(files, path)]
    assert len(unread) == 1


def test_no_more_is_held_than_there_is_room_for(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concertmaster.github.contents.MAX_HELD", 25)
    entries = tuple(remote.add(f"f{number}.py", b"%010d" % number) for number in range(4))
    files = CommitFiles(Tree(entries, commit="c" * 40), Blobs(remote, None))
    files.load(lambda path: True)
    files.give("f2.py", b"%010d" % 2)
    files.give("f3.py", b"something else")
    assert [path for path in files.paths if _can_read(files, path)] == ["f0.py", "f1.py"]


def _can_read(files: CommitFiles, path: str) -> bool:
    try:
        return bool(files.read(path))
    except UnreadableFileError:
        return False


def test_a_large_file_is_not_fetched(remote: Remote) -> None:
    entry = TreeEntry("big.py", "0" * 40, MAX_BYTES + 1)
    files = CommitFiles(Tree((entry,)), Blobs(remote, None))
    files.load(lambda path: True)
    assert remote.asked == []
    with pytest.raises(UnreadableFileError, match="larger than"):
        files.read("big.py")
    with pytest.raises(UnreadableFileError, match="not a regular file of this commit"):
        files.read("other.py")


def test_a_folder_is_a_project_of_its_own(remote: Remote) -> None:
    tree = Tree(
        (remote.add("sub/a.py", b"1\n"), remote.add("subway/b.py", b"2\n"), remote.add("c.py", b"3\n"))
    )
    files = CommitFiles(tree, Blobs(remote, None), folder="sub")
    files.load(lambda path: path == "a.py")
    assert files.paths == ("a.py",)
    assert files.read("a.py") == b"1\n"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../a.py", "a/../../b.py", "a//b.py", "./a.py", "a\0.py", "", "a/", ".."]
)
def test_a_path_that_leads_out_is_no_file_of_the_project(remote: Remote, path: str) -> None:
    assert not is_safe(path)
    assert CommitFiles(Tree((remote.add(path, b"1\n"),)), Blobs(remote, None)).paths == ()


@given(st.text(st.sampled_from("./\\a\0 "), max_size=12))
def test_every_path_that_is_taken_stays_below_its_root(path: str) -> None:
    if is_safe(path):
        assert os.path.normpath(f"/root/{path}") == f"/root/{path}"


def test_skipped_folders_hold_nothing_of_the_project(remote: Remote) -> None:
    tree = Tree((remote.add(".venv/a.py", b"1\n"), remote.add("node_modules/b.py", b"2\n")))
    assert CommitFiles(tree, Blobs(remote, None)).paths == ()
