"""Finding the repositories of an organization: cheap, resumable, and within the limits of GitHub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertmaster.cli import run
from concertmaster.fleet import discovery
from concertmaster.fleet.discovery import carry_on
from concertmaster.fleet.keeping import keep, resumed
from concertmaster.fleet.matrix import MAX_OUTPUT, matrix, part_of
from concertmaster.fleet.model import Survey, Wanted, is_repository, wanted_of
from concertmaster.github.client import Client, connect
from concertmaster.github.refusals import GitHubError
from concertmaster.github.retry import Retry
from concertmaster.messages import UserError
from tests.github_server import GitHub
from tests.github_server.calls import Reply
from tests.github_server.faults import Effect, graphql_errors, page, primary_limit, secondary_limit, status
from tests.github_server.git import Git, GitObject
from tests.github_server.gitwrite import Content
from tests.github_server.state import Repository
from tests.jobs import PIN

ORG = "octo-org"
TIMEOUT = "Something went wrong while executing your query. This may be the result of a timeout."


class Shelf(Git):
    """A repository that is nothing but a few files, so that there can be thousands."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__(Path("/nowhere"))
        self.files = files

    def read(self, name: str) -> GitObject | None:
        text = self.files.get(name.removeprefix("HEAD:"))
        return None if text is None else GitObject("0" * 40, "blob", text.encode())

    def close(self) -> None:
        """Nothing is open."""


USING, OTHER = Shelf({"pyproject.toml": PIN.format("4.8.2")}), Shelf({"setup.py": "print('orchestrator')\n"})


def fill(github: GitHub, number: int, *, every: int = 7) -> None:
    """An organization in which each `every`th repository uses the framework."""
    hub = github.hub
    for index in range(number):
        made = Repository(
            *hub.identity("R"),
            hub.user(ORG),
            f"r{index:05}",
            OTHER if index % every else USING,
            hub.clock.tick(),
        )
        hub.repositories[made.full_name] = made


def made(github: GitHub, name: str, files: dict[str, Content], **kinds: object) -> None:
    remote = github.create_repository(f"{ORG}/{name}", files)
    for kind, value in kinds.items():
        setattr(remote.state, kind, value)


@pytest.fixture
def client(github: GitHub) -> Iterator[Client]:
    found = connect(
        github.token(), github.api_url, retry=Retry(sleep=lambda _: None, now=lambda: 0.0), pause=0
    )
    yield found
    found.close()


def survey(client: Client, **wanted: object) -> Survey:
    return carry_on(client, Survey(Wanted(ORG, **wanted)), lambda _: None)  # type: ignore[arg-type]


def names(found: Survey) -> list[str]:
    return [item.repository.partition("/")[2] for item in found.found]


# -- what is found -------------------------------------------------------------------------------------


def test_repositories_without_the_framework_are_no_part_of_it(github: GitHub, client: Client) -> None:
    made(github, "empty", {})
    made(github, "other", {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["django"]\n'})
    made(github, "talks", {"pyproject.toml": '[project]\nname = "orchestrator-core-plugin"\n'})
    made(github, "broken", {"pyproject.toml": "orchestrator-core = [[["})
    found = survey(client)
    assert (found.found, found.unread, found.listed) == ((), (), 4)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", PIN.format("4.8.2")),
        ("requirements.txt", "Orchestrator_Core[celery]==4.8.2  # core\n"),
        ("requirements/base.txt", "orchestrator-core==4.8.2\n"),
        ("setup.cfg", "[options]\ninstall_requires =\n    orchestrator.core==4.8.2\n"),
        ("setup.py", 'from setuptools import setup\nsetup(install_requires=["orchestrator-core==4.8.2"])\n'),
        ("Pipfile", '[packages]\norchestrator-core = "==4.8.2"\n'),
        ("Dockerfile", "FROM ghcr.io/workfloworchestrator/orchestrator-core:4.8.2\n"),
    ],
)
def test_each_manifest_tells(github: GitHub, client: Client, path: str, text: str) -> None:
    made(github, "network", {path: text})
    (found,) = survey(client).found
    assert (found.repository, found.release, found.path) == (f"{ORG}/network", "4.8.2", path)


def test_archived_ones_forks_and_templates_are_left_out_unless_asked_for(
    github: GitHub, client: Client
) -> None:
    files: dict[str, Content] = {"pyproject.toml": PIN.format("4.8.2")}
    made(github, "plain", files)
    made(github, "old", files, archived=True)
    made(github, "copy", files, parent=github.hub.repository(f"{ORG}/plain"))
    made(github, "mould", files, template=True)
    made(github, "locked", files, disabled=True)
    assert names(survey(client)) == ["plain"]
    assert survey(client).skipped == 4
    assert names(survey(client, archived=True)) == ["plain", "old"]
    assert names(survey(client, forks=True, templates=True)) == ["plain", "copy", "mould"]


def test_topics_and_folders(github: GitHub, client: Client) -> None:
    made(github, "plain", {"pyproject.toml": PIN.format("4.8.2")})
    made(github, "deep", {"services/net/pyproject.toml": PIN.format("5.0.4")}, topics=("network", "x"))
    assert names(survey(client)) == ["plain"]
    assert names(survey(client, folders=("services/net",))) == ["plain", "deep"]
    assert names(survey(client, folders=("services/net",), topics=("network",))) == ["deep"]


def test_what_a_token_may_not_see_is_not_there(github: GitHub) -> None:
    made(github, "secret", {"pyproject.toml": PIN.format("4.8.2")}, private=True)
    made(github, "open", {"pyproject.toml": PIN.format("4.8.2")})
    stranger = connect(github.token("stranger"), github.api_url, pause=0)
    assert names(survey(stranger)) == ["open"]
    with pytest.raises(UserError, match="knows no organization"):
        carry_on(stranger, Survey(Wanted("nobody")), lambda _: None)
    stranger.close()


# -- within the limits ---------------------------------------------------------------------------------


def test_ten_thousand_repositories_take_a_hundred_calls(github: GitHub, client: Client) -> None:
    fill(github, 10_000)
    found = survey(client)
    assert (found.listed, len(found.found), client.calls) == (10_000, 1429, 100)
    text = matrix([item.repository for item in found.found])
    jobs = json.loads(text)["include"]
    assert len(jobs) == 72
    assert len({name for job in jobs for name in job["repositories"].split()}) == 1429


def test_a_page_that_is_too_much_is_asked_for_in_smaller_ones(github: GitHub, client: Client) -> None:
    fill(github, 230)
    github.faults.add("POST", "/graphql", graphql_errors(TIMEOUT, "TIMEOUT"), times=2)
    found = survey(client)
    assert (found.listed, len(found.found)) == (230, 33)
    sizes = [exchange.body["variables"]["size"] for exchange in github.journal.exchanges]
    assert sizes == [100, 50, *[25] * 8, 50]


def test_one_repository_that_cannot_be_read_is_told_and_costs_itself(github: GitHub, client: Client) -> None:
    fill(github, 3, every=1)
    slow = graphql_errors(TIMEOUT, "TIMEOUT")
    github.faults.add("POST", "/graphql", slow, times=7, body=b"pyproject.toml")
    found = survey(client)
    assert found.unread == (f"{ORG}/r00000",)
    assert names(found) == ["r00001", "r00002"]


@pytest.mark.parametrize("fault", [status(502), page(), secondary_limit(7), secondary_limit(7, code=429)])
def test_faults_on_the_way_change_nothing(github: GitHub, client: Client, fault: Effect) -> None:
    fill(github, 250)
    github.faults.add("POST", "/graphql", fault, nth=2)
    found = survey(client)
    assert (found.listed, len(found.found), client.calls) == (250, 36, 4)


def test_a_limit_that_is_nearly_used_up_ends_the_run_and_the_next_one_goes_on(
    github: GitHub, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(github, 250)
    wanted, path = Wanted(ORG), tmp_path / "plan.json"
    monkeypatch.setattr(discovery, "RESERVE", 5_000)
    with pytest.raises(UserError, match="begins anew at 2026-01-01T01:00:00Z"):
        carry_on(client, resumed(path, wanted), lambda now: keep(path, now), kept=True)
    monkeypatch.undo()
    half = resumed(path, wanted)
    assert (half.listed, half.is_complete) == (100, False)
    whole = carry_on(client, half, lambda now: keep(path, now), kept=True)
    assert (whole.listed, client.calls) == (250, 3)
    assert replace(whole, cursor=None) == replace(survey(client), cursor=None)


def test_an_outage_leaves_what_was_read(github: GitHub, client: Client, tmp_path: Path) -> None:
    fill(github, 250)
    path = tmp_path / "plan.json"
    github.faults.add("POST", "/graphql", primary_limit(3600), nth=2, times=99)
    with pytest.raises(GitHubError, match="rate limit"):
        carry_on(client, resumed(path, Wanted(ORG)), lambda now: keep(path, now))
    assert resumed(path, Wanted(ORG)).listed == 100


def test_a_list_that_goes_round_ends(github: GitHub, client: Client) -> None:
    fill(github, 3)
    listed = {"pageInfo": {"hasNextPage": True, "endCursor": "x"}, "nodes": []}
    again = Effect(Reply(200, {"data": {"repositoryOwner": {"repositories": listed}}}))
    github.faults.add("POST", "/graphql", again, times=99)
    with pytest.raises(GitHubError, match="does not go on"):
        survey(client)


@pytest.mark.parametrize("name", ["../x", "a/b/c", "a/..", "a b/c", "a/b\n", "-x/y", "", "a/b;c", "a/$(b)"])
def test_a_name_that_is_none_stops_it(github: GitHub, client: Client, name: str) -> None:
    assert not is_repository(name)
    listed = {
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "nodes": [{"nameWithOwner": name, "f0": None}],
    }
    github.faults.add(
        "POST",
        "/graphql",
        Effect(Reply(200, {"data": {"repositoryOwner": {"repositories": listed}}})),
        times=9,
    )
    with pytest.raises(GitHubError, match="whose name is none"):
        survey(client)


# -- the state and the matrix ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "{}", "[" * 9_000, '{"version": 2}', '{"version": 1, "survey": {"wanted": 3}}', "\0"]
)
def test_a_file_that_holds_no_plan_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(UserError, match="holds no plan"):
        resumed(path, Wanted(ORG))


def test_a_plan_of_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    keep(path, Survey(Wanted(ORG)))
    assert resumed(path, Wanted(ORG)) == Survey(Wanted(ORG))
    with pytest.raises(UserError, match="other options"):
        resumed(path, Wanted(ORG, forks=True))
    keep(path, Survey(Wanted(ORG), unread=("a/b; rm -rf /",)))
    with pytest.raises(UserError, match="no repository"):
        resumed(path, Wanted(ORG))


@given(st.integers(0, 12_000), st.none() | st.integers(1, 256))
def test_a_matrix_has_every_name_once_and_at_most_256_jobs(number: int, shards: int | None) -> None:
    given_names = [f"o/r{index}" for index in range(number)]
    jobs = json.loads(matrix(given_names, shards))["include"]
    assert len(jobs) <= min(256, shards or 256)
    assert sorted(name for job in jobs for name in job["repositories"].split()) == sorted(given_names)


def test_a_matrix_that_no_output_holds_is_made_in_parts() -> None:
    long = [f"{ORG}/{'x' * 90}{index:05}" for index in range(10_000)]
    with pytest.raises(UserError, match="--part"):
        matrix(long)
    parts = [part_of(long, f"{number}/3") for number in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == long
    assert all(len(matrix(part)) * 2 <= MAX_OUTPUT for part in parts)
    for wrong in ("0/2", "3/2", "1", "a/b", "1/2/3"):
        with pytest.raises(UserError, match="--part"):
            part_of(long, wrong)


@pytest.mark.parametrize(
    ("organization", "topics", "folders"),
    [
        ("../x", (), ()),
        ("a b", (), ()),
        (ORG, ("Big",), ()),
        (ORG, (), ("../up",)),
        (ORG, (), ('a"b',)),
        (ORG, (), ("a",) * 6),
    ],
)
def test_what_cannot_be_asked_for_is_told(
    organization: str, topics: tuple[str, ...], folders: tuple[str, ...]
) -> None:
    with pytest.raises(UserError, match="cannot be used"):
        wanted_of(organization, topics, folders)


def test_the_command_prints_one_line_and_asks_nothing_twice(
    github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(github, 120)
    monkeypatch.setenv("GITHUB_API_URL", github.api_url)
    path = str(tmp_path / "plan.json")
    for calls in (2, 2):
        monkeypatch.setenv("GITHUB_TOKEN", github.token())
        assert run(["fleet", "plan", "--organization", ORG, "--shards", "4", "--resume", path]) == 0
        told = capsys.readouterr()
        assert [job["shard"] for job in json.loads(told.out)["include"]] == [1, 2, 3, 4]
        assert told.out.count("\n") == 1
        assert "18 of 120 repositories use orchestrator-core" in told.err
        assert len(github.journal) == calls
    assert run(["fleet", "plan", "--organization", ORG]) == 2
    assert "GITHUB_TOKEN is empty" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["missing/plan.json", "folder"])
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="holds no plan"):
        keep(tmp_path / place, Survey(Wanted(ORG)))
    if place == "folder":
        with pytest.raises(UserError, match="cannot be read"):
            resumed(tmp_path / place, Wanted(ORG))


def test_the_command_tells_an_outage_and_what_it_could_not_read(
    github: GitHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(github, 1, every=1)
    monkeypatch.setattr(
        "concertmaster.cli.fleet._client",
        lambda: connect(github.token(), github.api_url, retry=Retry(sleep=lambda _: None), pause=0),
    )
    github.faults.add("POST", "/graphql", graphql_errors(TIMEOUT, "TIMEOUT"), times=7, body=b"pyproject.toml")
    assert run(["fleet", "plan", "--organization", ORG]) == 3
    told = capsys.readouterr()
    assert (told.out, f"{ORG}/r00000" in told.err) == ('{"include":[]}\n', True)
    github.faults.add("POST", "/graphql", status(502), times=99)
    assert run(["fleet", "plan", "--organization", ORG]) == 2
    assert "could not be listed" in capsys.readouterr().err
