"""Git data, contents and commits on the local GitHub, checked against the real repository behind it."""

from __future__ import annotations

import base64
import io
import tarfile
from typing import TYPE_CHECKING

import pytest
import requests
from github import GithubException, InputGitAuthor, InputGitTreeElement

from tests.github_server.git import EXECUTABLE, Blob

if TYPE_CHECKING:
    from pathlib import Path

    from github.Repository import Repository

    from tests.github_server import GitHub
    from tests.github_server.fixtures import Connect
    from tests.github_server.gitwrite import Content
    from tests.github_server.remote import Remote

COMMIT = "commit { oid signature { isValid } } ref { name }"


@pytest.fixture
def remote(github: GitHub) -> Remote:
    files: dict[str, Content] = {
        "a.py": "one\n",
        "lib/b.py": "two\n",
        "run.sh": Blob(b"#!/bin/sh\n", EXECUTABLE),
    }
    return github.create_repository("octo-org/network", files)


@pytest.fixture
def repository(remote: Remote, connect: Connect) -> Repository:
    return connect().get_repo(remote.name)


def test_contents_of_a_file_a_folder_and_the_root(remote: Remote, repository: Repository) -> None:
    file = repository.get_contents("lib/b.py", ref=remote.sha())
    assert not isinstance(file, list)
    assert file.decoded_content == b"two\n"
    listed = repository.get_contents("")
    assert isinstance(listed, list)
    assert [(entry.name, entry.type) for entry in listed] == [
        ("a.py", "file"),
        ("lib", "dir"),
        ("run.sh", "file"),
    ]


def test_a_large_file_comes_without_its_content_but_as_a_blob(remote: Remote, repository: Repository) -> None:
    remote.push("main", {"large.txt": "x" * 1_000_001})
    file = repository.get_contents("large.txt")
    assert not isinstance(file, list)
    assert (file.encoding, file.raw_data["content"]) == ("none", "")
    assert len(base64.b64decode(repository.get_git_blob(file.sha).content)) == 1_000_001


def test_trees_blobs_and_refs_are_gits_own(remote: Remote, repository: Repository) -> None:
    tree = repository.get_git_tree("main", recursive=True)
    assert [(e.path, e.mode, e.type) for e in tree.tree] == [
        ("a.py", "100644", "blob"),
        ("lib", "040000", "tree"),
        ("lib/b.py", "100644", "blob"),
        ("run.sh", "100755", "blob"),
    ]
    assert base64.b64decode(repository.get_git_blob(tree.tree[0].sha).content) == b"one\n"
    assert repository.get_git_ref("heads/main").object.sha == remote.sha()
    assert [ref.ref for ref in repository.get_git_matching_refs("heads/ma")] == ["refs/heads/main"]
    assert repository.get_branch("main").commit.sha == remote.sha()


def test_a_commit_from_blobs_and_a_tree(remote: Remote, repository: Repository) -> None:
    base = repository.get_git_commit(remote.sha())
    blob = repository.create_git_blob(base64.b64encode(b"ONE\n").decode(), "base64")
    tree = repository.create_git_tree(
        [
            InputGitTreeElement("a.py", "100644", "blob", sha=blob.sha),
            InputGitTreeElement("lib/b.py", "100644", "blob", sha=None),
            InputGitTreeElement("lib/c.py", "100755", "blob", content="three\n"),
        ],
        base.tree,
    )
    commit = repository.create_git_commit("Upgrade\n\nBody", tree, [base])
    repository.create_git_ref("refs/heads/bot/upgrade", commit.sha)
    assert commit.raw_data["verification"]["verified"] is True
    assert {e.path: e.mode for e in remote.git.tree(commit.sha, recursive=True) if e.type == "blob"} == {
        "a.py": "100644",
        "lib/c.py": "100755",
        "run.sh": "100755",
    }
    assert remote.read("a.py", "bot/upgrade") == b"ONE\n"
    comparison = repository.compare("main", "bot/upgrade")
    assert (comparison.status, comparison.ahead_by) == ("ahead", 1)
    assert [file.filename for file in comparison.files] == ["a.py", "lib/b.py", "lib/c.py"]


def test_a_commit_with_an_author_of_its_own_is_not_signed(remote: Remote, repository: Repository) -> None:
    base = repository.get_git_commit(remote.sha())
    author = InputGitAuthor("Somebody", "somebody@example.org")
    commit = repository.create_git_commit("x", base.tree, [base], author=author)
    assert commit.author.name == "Somebody"
    assert commit.raw_data["verification"]["verified"] is False


def test_references_move_forward_and_only_by_force_elsewhere(remote: Remote, repository: Repository) -> None:
    first = remote.sha()
    second = remote.push("main", {"a.py": "1\n"})
    ref = repository.create_git_ref("refs/heads/bot", first)
    ref.edit(second)
    with pytest.raises(GithubException, match="Update is not a fast forward") as refused:
        ref.edit(first)
    assert refused.value.status == 422
    ref.edit(first, force=True)
    assert remote.sha("bot") == first
    ref.delete()
    assert "refs/heads/bot" not in remote.git.references()


@pytest.mark.parametrize(
    ("name", "sha", "reason"),
    [
        ("refs/heads/main", None, "Reference already exists"),
        ("refs/heads/new", "1" * 40, "Object does not exist"),
        ("refs/heads/a..b", None, "refs/heads/a..b is not a valid ref name."),
        ("heads/new", None, "heads/new is not a valid ref name."),
    ],
)
def test_references_that_cannot_be_made(
    remote: Remote, repository: Repository, name: str, sha: str | None, reason: str
) -> None:
    with pytest.raises(GithubException, match=reason) as refused:
        repository.create_git_ref(name, sha or remote.sha())
    assert refused.value.status == 422


def test_a_workflow_file_is_out_of_reach_of_the_bot(remote: Remote, repository: Repository) -> None:
    with pytest.raises(GithubException, match="without `workflows` permission"):
        repository.create_file(".github/workflows/ci.yml", "Add", "on: push\n", branch="main")
    base = repository.get_git_commit(remote.sha())
    element = InputGitTreeElement(".github/workflows/ci.yml", "100644", "blob", content="on: push\n")
    commit = repository.create_git_commit("x", repository.create_git_tree([element], base.tree), [base])
    with pytest.raises(GithubException, match="without `workflows` permission"):
        repository.create_git_ref("refs/heads/bot", commit.sha)


def test_files_written_and_removed_by_path(remote: Remote, repository: Repository) -> None:
    made = repository.create_file("new.py", "Add", "x\n", branch="main")["content"]
    changed = repository.update_file("new.py", "Change", "y\n", made.sha, branch="main")["content"]
    assert remote.read("new.py") == b"y\n"
    with pytest.raises(GithubException, match="does not match") as stale:
        repository.update_file("new.py", "Change", "z\n", made.sha, branch="main")
    assert stale.value.status == 409
    repository.delete_file("new.py", "Remove", changed.sha, branch="main")
    assert remote.git.read("main:new.py") is None


def test_a_protected_branch_takes_no_push(remote: Remote, repository: Repository) -> None:
    remote.state.protected.add("main")
    with pytest.raises(GithubException, match="Changes must be made through a pull request"):
        repository.create_file("new.py", "Add", "x\n", branch="main")


def test_a_commit_on_a_branch_by_graphql(remote: Remote, repository: Repository, connect: Connect) -> None:
    head = remote.sha()
    contents = base64.b64encode(b"ONE\n").decode()
    given = {
        "branch": {"repositoryNameWithOwner": remote.name, "branchName": "main"},
        "expectedHeadOid": head,
        "message": {"headline": "Upgrade"},
        "fileChanges": {
            "additions": [{"path": "a.py", "contents": contents}],
            "deletions": [{"path": "lib/b.py"}],
        },
    }
    requester = repository.requester
    _, answer = requester.graphql_named_mutation("createCommitOnBranch", given, COMMIT)
    made = answer["commit"]
    assert made["oid"] == remote.sha()
    assert made["signature"]["isValid"] is True
    assert (remote.read("a.py"), remote.git.read("main:lib/b.py")) == (b"ONE\n", None)
    with pytest.raises(GithubException, match="Expected branch to point to"):
        requester.graphql_named_mutation("createCommitOnBranch", given, COMMIT)


def test_the_archive_is_a_redirect_to_a_tarball(remote: Remote, repository: Repository) -> None:
    link = repository.get_archive_link("tarball", "main")
    answer = requests.get(link, timeout=10)
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        names = archive.getnames()
    assert f"octo-org-network-{remote.sha()[:7]}/lib/b.py" in names


def test_history_and_comparisons(remote: Remote, repository: Repository) -> None:
    first = remote.sha()
    remote.push("feature", {"a.py": "1\n"})
    second = remote.push("main", {"lib/b.py": "2\n"}, "Change b")
    assert [commit.sha for commit in repository.get_commits()] == [second, first]
    assert [commit.sha for commit in repository.get_commits(path="a.py")] == [first]
    commit = repository.get_commit("main")
    assert (commit.commit.message, [file.filename for file in commit.files]) == ("Change b", ["lib/b.py"])
    comparison = repository.compare("main", "feature")
    assert (comparison.status, comparison.ahead_by, comparison.behind_by) == ("diverged", 1, 1)
    assert comparison.merge_base_commit.sha == first
    remote.open_pull_request("main", "feature")
    assert [pull.number for pull in repository.get_commit("feature").get_pulls()] == [1]


def test_a_repository_from_a_folder_and_from_a_git_folder(github: GitHub, tmp_path: Path) -> None:
    (tmp_path / "plain" / "lib").mkdir(parents=True)
    (tmp_path / "plain" / "lib" / "a.py").write_text("one\n")
    (tmp_path / "plain" / "link").symlink_to("lib/a.py")
    plain = github.create_repository("octo-org/plain", tmp_path / "plain")
    assert plain.read("lib/a.py") == b"one\n"
    plain.push("main", {"lib/a.py": "two\n"})
    plain.checkout(tmp_path / "copy")
    assert (tmp_path / "copy" / "lib" / "a.py").read_text() == "two\n"
    assert (tmp_path / "copy" / "link").is_symlink()
    again = github.create_repository("octo-org/again", tmp_path / "copy", default_branch="main")
    assert again.git.tree(plain.sha()) == plain.git.tree(plain.sha())


def test_trees_and_commits_that_cannot_be_made(remote: Remote, repository: Repository) -> None:
    base = repository.get_git_commit(remote.sha())
    elements = {
        "malformed path": InputGitTreeElement("../a.py", "100644", "blob", content="x"),
        "is not a valid blob": InputGitTreeElement("a.py", "100644", "blob", sha="1" * 40),
    }
    for reason, element in elements.items():
        with pytest.raises(GithubException, match=reason):
            repository.create_git_tree([element], base.tree)
    requester = repository.requester
    for wanted, reason in (
        ({"tree": "1" * 40, "message": "x"}, "Tree SHA does not exist"),
        ({"tree": base.tree.sha, "message": "x", "parents": ["1" * 40]}, "Parent SHA does not exist"),
    ):
        with pytest.raises(GithubException, match=reason):
            requester.requestJsonAndCheck("POST", f"{repository.url}/git/commits", input=wanted)
    with pytest.raises(GithubException, match="Base64"):
        repository.create_git_blob("x", "base64")


def test_a_folder_is_put_into_a_tree_whole(remote: Remote, repository: Repository) -> None:
    folder = repository.get_git_tree("main").tree[1]
    tree = repository.create_git_tree([InputGitTreeElement("copy", "040000", "tree", sha=folder.sha)])
    assert [entry.path for entry in remote.git.tree(tree.sha, recursive=True)] == ["copy", "copy/b.py"]


def test_references_that_are_not_there(remote: Remote, repository: Repository) -> None:
    ref = repository.create_git_ref("refs/heads/bot", remote.sha())
    with pytest.raises(GithubException, match="Object does not exist"):
        ref.edit("1" * 40)
    ref.delete()
    with pytest.raises(GithubException, match="Reference does not exist"):
        ref.edit(remote.sha())
    with pytest.raises(GithubException, match="Reference does not exist"):
        ref.delete()
    for ask in (
        lambda: repository.get_git_ref("heads/bot").object,
        lambda: repository.compare("main", "bot").status,
    ):
        with pytest.raises(GithubException) as refused:
            ask()
        assert refused.value.status == 404


def test_branches_are_listed_with_their_protection(remote: Remote, repository: Repository) -> None:
    remote.create_branch("release")
    remote.state.protected.add("main")
    assert [(b.name, b.protected) for b in repository.get_branches()] == [("main", True), ("release", False)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"branch": {"branchName": "main"}}, "Branch must be given"),
        (
            {"branch": {"repositoryNameWithOwner": "octo-org/network", "branchName": "x"}},
            "could not be found",
        ),
        ({"fileChanges": {"deletions": [{"path": "missing.py"}]}}, "which does not exist as of commit oid"),
        ({"fileChanges": {"additions": [{"path": "a.py", "contents": "?"}]}}, "not valid Base64"),
    ],
    ids=["branch without repository", "unknown branch", "unknown file", "contents"],
)
def test_commits_on_a_branch_that_graphql_refuses(
    remote: Remote, repository: Repository, changes: dict[str, object], reason: str
) -> None:
    given = {
        "branch": {"repositoryNameWithOwner": remote.name, "branchName": "main"},
        "expectedHeadOid": remote.sha(),
        "message": {"headline": "Upgrade"},
    }
    with pytest.raises(GithubException, match=reason):
        repository.requester.graphql_named_mutation("createCommitOnBranch", given | changes, COMMIT)


def test_an_archive_of_nothing(github: GitHub, remote: Remote, repository: Repository) -> None:
    with pytest.raises(GithubException) as refused:
        repository.get_archive_link("tarball", "missing")
    assert refused.value.status == 404
    for address in ("octo-org/network/legacy.tar.gz/missing", "octo-org/none/legacy.tar.gz/main"):
        assert requests.get(f"{github.url}/_codeload/{address}", timeout=10).status_code == 404
