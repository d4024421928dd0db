"""Check runs and commit statuses on the local GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from github import GithubException

if TYPE_CHECKING:
    from github.Repository import Repository

    from tests.github_server import GitHub
    from tests.github_server.fixtures import Connect
    from tests.github_server.remote import Remote


@pytest.fixture
def remote(github: GitHub) -> Remote:
    remote = github.create_repository("octo-org/network", {"a.py": "one\n"})
    remote.push("feature", {"a.py": "two\n"})
    remote.open_pull_request("main", "feature")
    return remote


@pytest.fixture
def repository(remote: Remote, connect: Connect) -> Repository:
    return connect().get_repo(remote.name)


def notes(count: int) -> list[dict[str, str | int]]:
    shared: dict[str, str | int] = {"path": "a.py", "annotation_level": "warning", "message": "Look."}
    return [shared | {"start_line": number, "end_line": number} for number in range(1, count + 1)]


def output(count: int) -> dict[str, Any]:
    return {"title": "Review", "summary": "Found things.", "annotations": notes(count)}


def test_annotations_are_added_fifty_at_a_time(remote: Remote, repository: Repository) -> None:
    head = remote.sha("feature")
    check = repository.create_check_run("Review", head, status="in_progress", output=output(50))
    check.edit(output=output(30))
    check.edit(status="completed", conclusion="neutral", output={"title": "Review", "summary": "Done."})
    found = repository.get_check_run(check.id)
    assert (found.status, found.conclusion, found.output.summary) == ("completed", "neutral", "Done.")
    assert found.output.annotations_count == 80
    assert len(list(found.get_annotations())) == 80
    [listed] = repository.get_commit(head).get_check_runs()
    assert (listed.id, listed.app.slug, [pull.number for pull in listed.pull_requests]) == (
        check.id,
        "github-actions",
        [1],
    )


def test_fifty_one_annotations_are_refused(github: GitHub, remote: Remote, repository: Repository) -> None:
    with pytest.raises(GithubException) as refused:
        repository.create_check_run("Review", remote.sha("feature"), output=output(51))
    assert refused.value.status == 422
    assert any("output/annotations" in violation for violation in github.take_violations())


@pytest.mark.parametrize(
    "annotation",
    [
        {"path": "a.py", "start_line": 2, "end_line": 1, "annotation_level": "notice", "message": "x"},
        {
            "path": "a.py",
            "start_line": 1,
            "end_line": 2,
            "start_column": 1,
            "end_column": 2,
            "annotation_level": "notice",
            "message": "x",
        },
    ],
    ids=["backwards", "columns over lines"],
)
def test_annotations_without_sense_are_refused(
    remote: Remote, repository: Repository, annotation: dict[str, str | int]
) -> None:
    wanted: Any = {"title": "Review", "summary": "x", "annotations": [annotation]}
    with pytest.raises(GithubException) as refused:
        repository.create_check_run("Review", remote.sha("feature"), output=wanted)
    assert refused.value.status == 422


def test_a_summary_over_the_limit_is_refused(github: GitHub, remote: Remote, repository: Repository) -> None:
    wanted: Any = {"title": "Review", "summary": "x" * 65_536}
    with pytest.raises(GithubException) as refused:
        repository.create_check_run("Review", remote.sha("feature"), output=wanted)
    assert refused.value.status == 422
    assert any("output/summary" in violation for violation in github.take_violations())


def test_only_the_newest_run_of_a_name_is_listed(remote: Remote, repository: Repository) -> None:
    head = remote.sha("feature")
    for conclusion in ("failure", "success"):
        repository.create_check_run("Review", head, conclusion=conclusion)
    commit = repository.get_commit(head)
    assert [run.conclusion for run in commit.get_check_runs()] == ["success"]
    assert [run.conclusion for run in commit.get_check_runs(filter="all")] == ["failure", "success"]
    assert commit.get_check_runs(check_name="Other").totalCount == 0


def test_check_runs_are_for_apps_with_the_permission(remote: Remote, connect: Connect) -> None:
    head = remote.sha("feature")
    with pytest.raises(GithubException, match="You must authenticate via a GitHub App"):
        connect("octocat").get_repo(remote.name).create_check_run("Review", head)
    limited = connect("github-actions[bot]", {"contents": "write"}).get_repo(remote.name)
    with pytest.raises(GithubException, match="Resource not accessible by integration"):
        limited.create_check_run("Review", head)


def test_an_unknown_commit_is_refused(repository: Repository) -> None:
    with pytest.raises(GithubException, match="No commit found for SHA"):
        repository.create_check_run("Review", "1" * 40)


def test_statuses_combine_to_the_worst_of_the_newest(remote: Remote, repository: Repository) -> None:
    commit = repository.get_commit(remote.sha("feature"))
    commit.create_status("failure", description="Findings", context="concertmaster")
    commit.create_status("success", context="other")
    assert commit.get_combined_status().state == "failure"
    commit.create_status("success", context="concertmaster", target_url="http://127.0.0.1/run")
    assert commit.get_combined_status().state == "success"
    assert [status.state for status in commit.get_statuses()] == ["success", "success", "failure"]
    with pytest.raises(GithubException, match="maximum is 140 characters"):
        commit.create_status("success", description="x" * 141)
