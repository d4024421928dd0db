"""Pull requests on the local GitHub: their files, how they are opened and changed, and what GitHub refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from github import Github, GithubException

from tests.github_server.git import GITLINK, SYMLINK, Blob

if TYPE_CHECKING:
    from collections.abc import Callable

    from github.Repository import Repository

    from tests.github_server import GitHub
    from tests.github_server.fixtures import Connect
    from tests.github_server.gitwrite import Content
    from tests.github_server.remote import Remote


@pytest.fixture
def remote(github: GitHub) -> Remote:
    files: dict[str, Content] = {
        "a.py": "one\ntwo\n",
        "b.py": "".join(f"{n}\n" for n in range(40)),
        "logo.png": b"\x89PNG\0\1",
    }
    return github.create_repository("octo-org/network", files)


@pytest.fixture
def repository(remote: Remote, connect: Connect) -> Repository:
    return connect().get_repo(remote.name)


def files(repository: Repository) -> dict[str, Any]:
    return {file.filename: file for file in repository.get_pull(1).get_files()}


def test_files_show_how_each_was_changed(remote: Remote, repository: Repository) -> None:
    moved = remote.read("b.py")
    remote.push(
        "feature",
        {"a.py": "one\n", "b.py": None, "lib/b.py": moved, "logo.png": b"\x89PNG\0\2", "new.py": "x"},
    )
    remote.open_pull_request("main", "feature")
    found = files(repository)
    shown = {name: (f.status, f.additions, f.deletions, f.previous_filename) for name, f in found.items()}
    assert shown == {
        "a.py": ("modified", 0, 1, None),
        "lib/b.py": ("renamed", 0, 0, "b.py"),
        "logo.png": ("modified", 0, 0, None),
        "new.py": ("added", 1, 0, None),
    }
    assert found["a.py"].patch == "@@ -1,2 +1 @@\n one\n-two"
    assert found["new.py"].patch == "@@ -0,0 +1 @@\n+x\n\\ No newline at end of file"
    assert "patch" not in found["logo.png"].raw_data
    assert "patch" not in found["lib/b.py"].raw_data


def test_the_diff_starts_where_the_branch_left_its_base(remote: Remote, repository: Repository) -> None:
    remote.create_branch("feature")
    remote.push("main", {"b.py": "changed on main\n"})
    remote.push("feature", {"a.py": "one\n"})
    remote.open_pull_request("main", "feature")
    assert list(files(repository)) == ["a.py"]


def test_unusual_names_and_modes(remote: Remote, repository: Repository) -> None:
    names = ["näïve.py", 'quo"te.py', "tab\there.py", "line\nbreak.py", "dir b/x.py", "-x.py", "a\\b.py"]
    content = dict.fromkeys(names, "x\n")
    odd = {"link": Blob(b"a.py", SYMLINK), "vendor": Blob(b"1" * 40, GITLINK)}
    remote.push("feature", {**content, **odd})
    remote.open_pull_request("main", "feature")
    found = files(repository)
    assert set(found) == {*names, *odd}
    assert found["vendor"].patch == f"@@ -0,0 +1 @@\n+Subproject commit {'1' * 40}"


def test_a_huge_file_has_no_patch(remote: Remote, repository: Repository) -> None:
    remote.push("feature", {"huge.py": "a line of a huge file\n" * 20_000, "a.py": "one\n"})
    remote.open_pull_request("main", "feature")
    found = files(repository)
    assert found["huge.py"].additions == 20_000
    assert "patch" not in found["huge.py"].raw_data
    assert found["a.py"].patch


def test_lists_come_in_pages_and_end_at_three_thousand_files(
    github: GitHub, remote: Remote, repository: Repository
) -> None:
    remote.push("feature", {f"many/{number:04}.py": "x\n" for number in range(3005)})
    remote.open_pull_request("main", "feature")
    assert len(files(repository)) == 3000
    assert len(github.journal.calls("GET", "/files$")) == 30


def test_a_push_updates_the_pull_request(remote: Remote, repository: Repository) -> None:
    remote.push("feature", {"a.py": "one\n"})
    remote.open_pull_request("main", "feature")
    head = remote.push("feature", {"a.py": "1\n"})
    pull = repository.get_pull(1)
    assert pull.head.sha == head == remote.sha("refs/pull/1/head")
    assert [commit.sha for commit in pull.get_commits()][-1] == head
    assert (pull.commits, pull.changed_files, pull.mergeable) == (2, 1, True)
    assert pull.merge_commit_sha == remote.sha("refs/pull/1/merge")


def test_a_conflict_makes_it_unmergeable(remote: Remote, repository: Repository) -> None:
    remote.push("feature", {"a.py": "feature\n"})
    remote.push("main", {"a.py": "main\n"})
    remote.open_pull_request("main", "feature")
    pull = repository.get_pull(1)
    assert (pull.mergeable, pull.mergeable_state) == (False, "dirty")
    assert pull.raw_data["merge_commit_sha"] is None


def test_a_push_to_the_base_asks_anew_whether_it_can_be_merged(
    remote: Remote, repository: Repository
) -> None:
    remote.push("feature", {"a.py": "feature\n"})
    remote.open_pull_request("main", "feature")
    base = remote.sha("main")
    remote.push("main", {"a.py": "main\n"})
    pull = repository.get_pull(1)
    assert (pull.mergeable, pull.base.sha) == (False, base)
    remote.git.set_reference("refs/heads/main", remote.sha("feature"))
    remote.hub.branch_moved(remote.state, "main")
    assert repository.get_pull(1).merged is True


def test_deleting_the_branch_closes_the_pull_request(remote: Remote, repository: Repository) -> None:
    remote.push("feature", {"a.py": "one\n"})
    remote.open_pull_request("main", "feature")
    remote.delete_branch("feature")
    assert repository.get_pull(1).state == "closed"
    assert repository.get_pulls().totalCount == 0


def test_a_fork_and_a_deleted_fork(remote: Remote, repository: Repository) -> None:
    fork = remote.fork("contributor")
    fork.push("patch", {"a.py": "one\n"})
    remote.open_pull_request("main", "patch", author="contributor", source=fork)
    pull = repository.get_pull(1)
    assert (pull.head.repo.full_name, pull.head.label) == ("contributor/network", "contributor:patch")
    head = fork.push("patch", {"a.py": "1\n"})
    fork.delete()
    pull = repository.get_pull(1)
    assert pull.raw_data["head"]["repo"] is None
    assert pull.head.sha == head
    assert [file.filename for file in pull.get_files()] == ["a.py"]
    assert [p.number for p in repository.get_pulls(head="contributor:patch")] == [1]


def test_open_edit_label_and_merge(remote: Remote, repository: Repository) -> None:
    remote.push("feature", {"a.py": "one\n"})
    pull = repository.create_pull("main", "feature", title="Upgrade", body="Why", draft=True)
    assert (pull.draft, pull.user.login) == (True, "github-actions[bot]")
    pull.edit(title="Upgrade more", body="How")
    pull.add_to_labels("dependencies")
    assert [label.name for label in repository.get_pull(1).labels] == ["dependencies"]
    [again] = repository.get_pulls(state="open", head="octo-org:feature", base="main")
    assert (again.title, again.body) == ("Upgrade more", "How")
    pull.edit(state="closed")
    pull.edit(state="open")
    remote.state.pulls[0].draft = False
    assert pull.merge().merged is True
    assert pull.is_merged() is True
    assert repository.get_pull(1).state == "closed"
    assert remote.read("a.py") == b"one\n"


@pytest.mark.parametrize(
    ("head", "base", "title", "reason"),
    [
        ("missing", "main", "T", "'field': 'head', 'code': 'invalid'"),
        ("feature", "missing", "T", "'field': 'base', 'code': 'invalid'"),
        ("same", "main", "T", "No commits between main and same"),
        ("taken", "main", "T", "A pull request already exists for octo-org:taken."),
        ("feature", "main", "T" * 257, "title is too long (maximum is 256 characters)"),
    ],
    ids=["unknown head", "unknown base", "no commits", "opened before", "title too long"],
)
def test_refused_to_open(
    remote: Remote, repository: Repository, head: str, base: str, title: str, reason: str
) -> None:
    remote.push("feature", {"a.py": "one\n"})
    remote.push("taken", {"a.py": "1\n"})
    remote.create_branch("same")
    remote.open_pull_request("main", "taken")
    with pytest.raises(GithubException) as refused:
        repository.create_pull(base, head, title=title)
    assert refused.value.status == 422
    assert reason in str(refused.value.data["errors"])


def test_refused_by_the_setting_of_the_repository(remote: Remote, repository: Repository) -> None:
    remote.push("feature", {"a.py": "one\n"})
    remote.state.actions_may_open_pull_requests = False
    with pytest.raises(GithubException, match="GitHub Actions is not permitted to create or approve"):
        repository.create_pull("main", "feature", title="Upgrade")


def test_reviewers_must_be_collaborators(remote: Remote, repository: Repository) -> None:
    remote.push("feature", {"a.py": "one\n"})
    remote.open_pull_request("main", "feature", author="contributor")
    pull = repository.get_pull(1)
    pull.create_review_request(reviewers=["octocat"])
    assert [person.login for person in pull.get_review_requests()[0]] == ["octocat"]
    with pytest.raises(GithubException, match="not a collaborator"):
        pull.create_review_request(reviewers=["stranger"])
    with pytest.raises(GithubException, match="Resource not accessible by integration"):
        pull.create_review_request(team_reviewers=["core"])


def test_the_token_bounds_what_may_be_done(remote: Remote, connect: Connect) -> None:
    remote.push("feature", {"a.py": "one\n"})
    remote.open_pull_request("main", "feature")
    reader = connect("github-actions[bot]", {"pull_requests": "read"}).get_repo(remote.name).get_pull(1)
    writes: tuple[Callable[[], object], ...] = (
        lambda: reader.create_issue_comment("x"),
        lambda: reader.create_review(body="x", event="COMMENT"),
        lambda: reader.edit(title="x"),
        lambda: reader.add_to_labels("x"),
    )
    for write in writes:
        with pytest.raises(GithubException, match="Resource not accessible by integration") as refused:
            write()
        assert refused.value.status == 403


def test_a_private_repository_is_not_there_for_strangers(remote: Remote, connect: Connect) -> None:
    remote.state.private = True
    for client in (connect("stranger"), connect("github-actions[bot]", {}, "octo-org/other")):
        with pytest.raises(GithubException) as refused:
            client.get_repo(remote.name)
        assert refused.value.status == 404
    assert connect("octocat").get_repo(remote.name).private is True


def test_unknown_things_are_not_found(remote: Remote, repository: Repository) -> None:
    questions: tuple[Callable[[], object], ...] = (
        lambda: repository.get_pull(7),
        lambda: repository.get_issue(7),
        lambda: repository.get_contents("missing.py"),
        lambda: repository.get_branch("missing"),
        lambda: repository.get_git_blob("1" * 40),
        lambda: repository.get_check_run(7),
    )
    for ask in questions:
        with pytest.raises(GithubException) as refused:
            ask()
        assert refused.value.status == 404


def test_bad_credentials(github: GitHub, remote: Remote, connect: Connect) -> None:
    client: Github = connect()
    github.hub.tokens.clear()
    with pytest.raises(GithubException, match="Bad credentials") as refused:
        client.get_repo(remote.name)
    assert refused.value.status == 401


def test_the_bot_is_nobody_and_a_person_is_somebody(connect: Connect, remote: Remote) -> None:
    with pytest.raises(GithubException, match="Resource not accessible by integration"):
        assert connect().get_user().login
    assert connect("octocat").get_user().login == "octocat"


def test_permissions_of_people(remote: Remote, repository: Repository) -> None:
    remote.state.roles |= {"keeper": "maintain", "helper": "triage"}
    for login in ("keeper", "helper", "stranger"):
        remote.hub.user(login)
    legacy = {
        login: repository.get_collaborator_permission(login) for login in ("octocat", "keeper", "helper")
    }
    assert legacy == {"octocat": "write", "keeper": "write", "helper": "read"}
    assert repository.get_collaborator_role_name("keeper") == "maintain"
    assert repository.get_collaborator_permission("stranger") == "read"


def test_merging_waits_for_what_is_right(remote: Remote, repository: Repository) -> None:
    remote.push("feature", {"a.py": "one\n"})
    draft = remote.open_pull_request("main", "feature", draft=True)
    pull = repository.get_pull(1)
    assert pull.is_merged() is False
    with pytest.raises(GithubException) as refused:
        pull.merge()
    assert refused.value.status == 405
    draft.draft = False
    with pytest.raises(GithubException) as stale:
        pull.merge(sha="1" * 40)
    assert stale.value.status == 409
    pull.merge()
    with pytest.raises(GithubException, match="cannot be reopened"):
        pull.edit(state="open")


def test_changing_the_base_and_sorting(remote: Remote, repository: Repository) -> None:
    remote.create_branch("release")
    for name in ("one", "two"):
        remote.push(name, {"a.py": f"{name}\n"})
        remote.open_pull_request("main", name)
    repository.get_pull(1).edit(base="release")
    assert [pull.number for pull in repository.get_pulls(base="release")] == [1]
    assert [pull.number for pull in repository.get_pulls()] == [2, 1]
    assert [pull.number for pull in repository.get_pulls(sort="updated", direction="desc")] == [1, 2]


def test_a_pull_request_from_a_fork_by_its_owner(remote: Remote, connect: Connect) -> None:
    fork = remote.fork("contributor")
    fork.push("patch", {"a.py": "one\n"})
    repository = connect("contributor").get_repo(remote.name)
    pull = repository.create_pull("main", "contributor:patch", title="Mine", body="")
    assert pull.head.repo.full_name == fork.name
    with pytest.raises(GithubException, match="invalid"):
        repository.create_pull("main", "nobody:patch", title="Theirs")


def test_without_a_token_what_is_public_is_read_only(github: GitHub, remote: Remote) -> None:
    client = Github(base_url=github.api_url, retry=None, seconds_between_requests=0)
    assert client.get_repo(remote.name).get_contents("a.py")
    with pytest.raises(GithubException, match="Requires authentication") as refused:
        client.get_repo(remote.name).create_issue("x")
    assert refused.value.status == 401
    client.close()


def test_a_token_of_one_repository_writes_nowhere_else(
    github: GitHub, remote: Remote, connect: Connect
) -> None:
    other = github.create_repository("octo-org/other", {"a.py": "one\n"})
    client = connect("github-actions[bot]", {"issues": "write"}, remote.name)
    assert client.get_repo(remote.name).create_issue("x").number == 1
    with pytest.raises(GithubException, match="Resource not accessible by integration"):
        client.get_repo(other.name).create_issue("x")


def test_people_without_write_access_push_nothing(remote: Remote, connect: Connect) -> None:
    with pytest.raises(GithubException) as refused:
        connect("stranger").get_repo(remote.name).create_git_ref("refs/heads/x", remote.sha())
    assert refused.value.status == 404
