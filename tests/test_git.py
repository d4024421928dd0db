"""A repository is read without obeying anything that is planted in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from concertmaster.messages import UserError
from concertmaster.project.files import CommitTree, UnreadableFileError, WorkingTree
from concertmaster.project.git import Change, Repository
from concertmaster.remembering.files import Listing
from tests.git import git


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "kept.py").write_text("x = 1\n" * 20)
    (folder / 'naïve "quoted".py').write_text("y = 1\n")
    (folder / "gone.py").write_text("z = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "First")
    return folder


def test_names_come_out_as_they_are(root: Path) -> None:
    assert Repository.around(root).worktree_paths() == ["gone.py", "kept.py", 'naïve "quoted".py']


def test_both_ways_of_listing_see_the_same(root: Path, tmp_path: Path) -> None:
    for name in ("sub/new.py", "build/made.py", "ignored.py", "{{ x }}.py", "naïve/é.py", "sub/.hidden"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("")
    (root / ".gitignore").write_text("ignored.py\n")
    (root / "kept.py").unlink()
    for folder in (root, root / "sub", tmp_path):
        tree = WorkingTree.open(Repository.around(root).root if folder != tmp_path else tmp_path)
        listing = Listing.of(str(folder))
        assert listing.root == str(tree.root)
        assert sorted(os.fsdecode(name) for name in listing.ours()) == list(tree.paths)


def test_changes_between_commits(root: Path) -> None:
    repository = Repository.around(root)
    first = repository.commit("HEAD")
    (root / "gone.py").unlink()
    (root / "foo b").mkdir()
    git(root, "mv", "kept.py", "foo b/moved.py")
    (root / "new.py").write_text("a = 1\n")
    git(root, "add", "--all")
    git(root, "commit", "-m", "Second")
    changes = repository.changes(first, repository.commit("HEAD"))
    assert sorted(changes, key=lambda change: change.path) == [
        Change("R", "foo b/moved.py", "kept.py"),
        Change("D", "gone.py"),
        Change("A", "new.py"),
    ]


def test_a_commit_is_read_from_the_object_database(root: Path) -> None:
    repository = Repository.around(root)
    (root / "kept.py").write_text("changed\n")
    tree = CommitTree.open(repository, repository.commit("HEAD"))
    assert tree.read("kept.py") == b"x = 1\n" * 20
    with pytest.raises(UnreadableFileError):
        tree.read("no-such.py")


def test_what_a_commit_beside_has_is_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository.around(root)
    old = CommitTree.open(repository, repository.commit("HEAD"))
    (root / "gone.py").write_text("y = 2\n")
    git(root, "commit", "-am", "Second")
    new = CommitTree.open(repository, repository.commit("HEAD"), beside=old)
    assert old.read("kept.py") == b"x = 1\n" * 20
    asked: list[str] = []
    blobs = Repository.blobs

    def noted(self: Repository, oids: Sequence[str]) -> Iterator[bytes]:
        asked.extend(oids)
        return blobs(self, oids)

    monkeypatch.setattr(Repository, "blobs", noted)
    assert [new.read(path) for path in ("kept.py", "gone.py")] == [old.read("kept.py"), b"y = 2\n"]
    assert old.read("gone.py") != b"y = 2\n"
    assert asked == [new.oids["gone.py"]]


def test_symbolic_links_and_submodules_are_no_files_of_a_commit(root: Path) -> None:
    (root / "link.py").symlink_to("/etc/passwd")
    git(root, "add", ".")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'HEAD')},sub.py")
    git(root, "commit", "-m", "Links")
    repository = Repository.around(root)
    assert "link.py" not in repository.tree(repository.commit("HEAD"))
    assert "sub.py" not in repository.tree(repository.commit("HEAD"))


@pytest.mark.parametrize("revision", ["no-such", "--output=/tmp/x", "", "HEAD:kept.py"])
def test_an_unknown_revision_is_told(root: Path, revision: str) -> None:
    with pytest.raises(UserError, match="not known"):
        Repository.around(root).commit(revision)


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not inside a git repository"):
        Repository.around(tmp_path)


def test_nothing_planted_in_the_repository_is_run(root: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{canary}'\ncat\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "core.pager", "core.sshCommand", "diff.evil.textconv",
                "filter.evil.clean", "filter.evil.smudge", "core.hooksPath"):  # fmt: skip
        git(root, "config", key, str(trap))
    (root / ".gitattributes").write_text("*.py diff=evil filter=evil\n")
    repository = Repository.around(root)
    head = repository.commit("HEAD")
    repository.worktree_paths()
    repository.changes(head, head)
    list(repository.blobs(list(repository.tree(head).values())))
    repository.merge_base(head, head)
    assert b"kept.py" in Listing.of(str(root)).names
    assert not canary.exists()


def test_a_folder_without_git_is_walked_past_other_peoples_files(tmp_path: Path) -> None:
    for name in ("a.py", ".venv/b.py", "node_modules/c.py", "sub/d.py", "{{ cookiecutter.name }}/e.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert WorkingTree.open(tmp_path).paths == ("a.py", "sub/d.py")


def test_a_file_behind_a_linked_folder_is_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("x = 1\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "folder").symlink_to(outside)
    with pytest.raises(UnreadableFileError, match="symbolic link"):
        WorkingTree(inside, ("folder/secret.py",)).read("folder/secret.py")
