"""Which release an upgrade goes to: by policy, by age, by whether pre-releases are wanted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from concertmaster.cli import run as command
from concertmaster.index.supply import Supply
from concertmaster.messages import UserError
from concertmaster.project.files import MemoryTree
from concertmaster.upgrading import Limits, choose_target, target_for
from tests import package_index
from tests.jobs import PIN
from tests.package_index import Server
from tests.upgrades import Start

NOW = datetime(2026, 10, 1, tzinfo=UTC)
AGES = {
    "3.2.3": 400,
    "4.7.1": 200,
    "4.8.1": 90,
    "4.8.2": 3,
    "5.0.0": 80,
    "5.3.0": 40,
    "5.4.0": 20,
    "5.5.0": 5,
    "5.6.0a1": 30,
    "5.6.0a2": 2,
    "5.6.0.dev4": 30,
    "6.0.0rc1": 30,
}


def listed(number: str, age: int | None, **more: object) -> dict[str, object]:
    entry = package_index.entry(f"orchestrator_core-{number}-py3-none-any.whl", b"")
    uploaded = {} if age is None else {"upload-time": f"{NOW - timedelta(days=age):%Y-%m-%dT%H:%M:%S.%fZ}"}
    return entry | uploaded | more


@pytest.fixture
def server() -> Iterator[Server]:
    with package_index.serving() as running:
        running.answers["/simple/orchestrator-core/"] = package_index.listing(
            *(listed(number, age) for number, age in AGES.items())
        )
        yield running


@pytest.fixture
def supply(server: Server, tmp_path: Path) -> Supply:
    environment = {
        "UV_DEFAULT_INDEX": server.base,
        "CONCERTMASTER_CACHE": str(tmp_path),
        "HOME": str(tmp_path),
    }
    return Supply.of(environment)


def test_nothing_is_asked_where_neither_age_nor_prereleases_matter(server: Server, supply: Supply) -> None:
    assert choose_target("4.8.2", "newest", supply) == "5.5.0"
    assert server.asked == []


def test_a_release_that_is_named_may_be_of_any_age(server: Server, supply: Supply) -> None:
    assert choose_target("4.8.1", "5.5.0", supply, Limits(30, now=NOW)) == "5.5.0"
    assert server.asked == []


@pytest.mark.parametrize(
    ("installed", "wanted", "days", "chosen"),
    [
        ("4.8.1", "newest", 0, "5.5.0"),
        ("4.8.1", "newest", 5, "5.5.0"),
        ("4.8.1", "newest", 6, "5.4.0"),
        ("4.8.1", "newest", 30, "5.3.0"),
        ("4.8.1", "newest", 70, "4.8.1"),
        ("4.7.1", "newest-of-major", 7, "4.8.1"),
        ("4.7.1", "newest-of-major", 100, "4.7.1"),
        ("3.2.3", "next-hop", 3, "4.8.2"),
        ("3.2.3", "next-hop", 7, "4.8.1"),
        ("4.8.2", "next-hop", 7, "5.4.0"),
    ],
)
def test_a_release_must_have_been_out_long_enough(
    supply: Supply, installed: str, wanted: str, days: int, chosen: str
) -> None:
    assert choose_target(installed, wanted, supply, Limits(days, now=NOW)) == chosen


@pytest.mark.parametrize(
    ("wanted", "days", "chosen"),
    [
        ("newest", 0, "6.0.0rc1"),
        ("newest-of-major", 0, "5.6.0a2"),
        ("newest-of-major", 7, "5.6.0a1"),
        ("next-hop", 0, "5.6.0a2"),
    ],
)
def test_prereleases_are_chosen_only_where_asked_for(
    supply: Supply, wanted: str, days: int, chosen: str
) -> None:
    assert choose_target("5.4.0", wanted, supply, Limits(days, now=NOW)) == ("5.4.0" if days else "5.5.0")
    assert choose_target("5.4.0", wanted, supply, Limits(days, True, now=NOW)) == chosen


def test_a_release_that_was_taken_back_is_not_chosen(server: Server, supply: Supply) -> None:
    server.answers["/simple/orchestrator-core/"] = package_index.listing(
        listed("5.4.0", 40), listed("5.5.0", 40, yanked="broken")
    )
    assert choose_target("5.3.0", "newest", supply, Limits(7, now=NOW)) == "5.4.0"


@pytest.mark.parametrize("limits", [Limits(7, now=NOW), Limits(0, True, now=NOW)], ids=["age", "prereleases"])
def test_a_run_that_may_ask_nobody_says_so(limits: Limits) -> None:
    with pytest.raises(UserError, match="cannot be chosen") as told:
        choose_target("4.8.1", "newest", Supply(), limits)
    assert "--offline" in str(told.value)


def test_a_package_index_without_upload_times_is_told(server: Server, supply: Supply) -> None:
    server.answers["/simple/orchestrator-core/"] = package_index.listing(listed("5.5.0", None))
    with pytest.raises(UserError, match="tells no upload times"):
        choose_target("4.8.1", "newest", supply, Limits(7, now=NOW))


def test_an_outage_of_the_package_index_is_told(server: Server, supply: Supply) -> None:
    del server.answers["/simple/orchestrator-core/"]
    with pytest.raises(UserError, match="It answered 404"):
        choose_target("4.8.1", "newest", supply, Limits(7, now=NOW))


@pytest.mark.parametrize(
    ("settings", "limits", "wanted", "chosen"),
    [
        ("", Limits(now=NOW), None, "5.5.0"),
        ('target = "5.3.0"', Limits(now=NOW), None, "5.3.0"),
        ('target = "5.3.0"\nupgrade-to = "newest-of-major"', Limits(now=NOW), None, "4.8.2"),
        ('upgrade-to = "newest-of-major"', Limits(now=NOW), "newest", "5.5.0"),
        ("minimum-age = 10", Limits(now=NOW), None, "5.4.0"),
        ("minimum-age = 10", Limits(0, now=NOW), None, "5.5.0"),
        ("prereleases = true", Limits(now=NOW), None, "6.0.0rc1"),
        ("prereleases = true", Limits(None, False, now=NOW), None, "5.5.0"),
    ],
)
def test_the_settings_of_the_project_stand_behind_those_of_the_run(
    supply: Supply, settings: str, limits: Limits, wanted: str | None, chosen: str
) -> None:
    text = PIN.format("4.8.1") + f"\n[tool.concertmaster]\n{settings}\n"
    tree = MemoryTree({"pyproject.toml": text.encode()})
    assert target_for(tree, wanted=wanted, supply=supply, limits=limits) == chosen


def test_the_command_line_takes_an_age(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "network"
    root.mkdir()
    (root / "pyproject.toml").write_text(PIN.format("4.8.1"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", server.base)
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CONCERTMASTER_OFFLINE", raising=False)
    assert command(["upgrade", str(root), "--minimum-age", "3650"]) == 0
    assert "4.8.1 is installed already" in capsys.readouterr().err
    assert command(["upgrade", str(root), "--minimum-age", "1", "--offline"]) == 2
    assert "minimum-age" in capsys.readouterr().err


# -- on GitHub -------------------------------------------------------------------------------------------


@pytest.fixture
def young(server: Server) -> Server:
    """The same releases, with their ages as of today."""
    late = datetime.now(UTC) - NOW
    entries = [listed(number, age) for number, age in AGES.items()]
    for entry in entries:
        then = datetime.fromisoformat(str(entry["upload-time"])) + late
        entry["upload-time"] = f"{then:%Y-%m-%dT%H:%M:%S.%fZ}"
    server.answers["/simple/orchestrator-core/"] = package_index.listing(*entries)
    return server


@pytest.mark.parametrize(
    ("inputs", "chosen"),
    [
        ({}, "5.5.0"),
        ({"target": "newest"}, "5.5.0"),
        ({"minimum-age": "10"}, "5.4.0"),
        ({"minimum-age": "10", "target": "newest-of-major"}, "4.8.1"),
        ({"target": "newest-of-major"}, "4.8.2"),
        ({"target": "next-hop"}, "4.8.2"),
        ({"target": "next-hop", "minimum-age": "10"}, "4.8.1"),
        ({"prereleases": "true"}, "6.0.0rc1"),
        ({"prereleases": "false"}, "5.5.0"),
        ({"prereleases": "true", "minimum-age": "31"}, "5.3.0"),
        ({"target": "5.6.0a1"}, "5.6.0a1"),
    ],
)
def test_the_pull_request_goes_where_the_workflow_says(
    young: Server, start: Start, inputs: dict[str, str], chosen: str
) -> None:
    job = start(release="4.7.1")
    job.environment = {"UV_DEFAULT_INDEX": young.base, "CONCERTMASTER_OFFLINE": ""}
    job.inputs = inputs
    code, told = job.run()
    assert (code, told["result"], told["installed"], told["target"]) == (0, "opened", "4.7.1", chosen)
    (pull,) = job.pulls
    assert pull.head.ref == f"concertmaster/orchestrator-core-{chosen}"
    assert f"orchestrator-core=={chosen}" in job.read("pyproject.toml", pull.head.ref)
    before, writes = job.snapshot(), job.writes()
    assert job.run()[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)


def test_hop_by_hop_each_merge_brings_the_next(start: Start) -> None:
    """No release with a fault is stopped at, and the last hop ends it."""
    job = start(release="3.2.3")
    job.inputs = {"target": "next-hop", "offline": "true"}
    stops = []
    while (told := job.run()[1])["result"] == "opened":
        stops.append(told["target"])
        job.remote.git.set_reference("refs/heads/main", job.remote.sha(job.pulls[-1].head.ref))
        job.github.hub.branch_moved(job.remote.state, "main")
    assert told["result"] == "up-to-date"
    assert stops == ["4.8.2", "5.5.0"]


def test_an_age_that_nobody_can_tell_is_told_with_what_to_do(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    job = start(release="4.7.1")
    assert job.run(**{"minimum-age": "7", "offline": "true"})[0] == 2  # type: ignore[arg-type]
    assert "leave minimum-age away" in capsys.readouterr().out
    assert job.pulls == []
