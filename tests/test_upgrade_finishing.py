"""Layout and locks follow rewrites wherever these are written: in an upgrade, on top of a review, by a command."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from concertmaster.report.markdown import lacks
from concertmaster.upgrading.tools import MissingToolError, Toolbox
from tests import package_index, wheels
from tests.github_server import GitHub
from tests.jobs import OLD, PIN, Job
from tests.package_index import Server
from tests.test_github_commands import Commented
from tests.test_github_follow_up import BRANCH as ON_TOP
from tests.test_github_follow_up import FILLER, MAY_WRITE, stacked
from tests.test_upgrade_formatting import LONG, LONG_NEW, WRAPPED
from tests.test_upgrade_locks import Lock, core, held, lock, plan, smith
from tests.upgrades import BRANCH, Start

__all__ = ["lock"]

LAYOUT = "[tool.ruff]\n"
#: The extra is one that 5.0 has no more.
MANIFEST = """\
[project]
name = "network"
version = "1"
requires-python = ">=3.11"
dependencies = ["orchestrator-core[search]=={}"]
"""
WITHOUT = MANIFEST.replace("[search]", "")
#: Formatted as ruff does.
FILLED = f"\n\n{FILLER}"


@pytest.fixture
def server() -> Iterator[Server]:
    """Two releases of the framework, and its companion."""
    with package_index.serving() as running:
        running.hold(
            **{f"orchestrator_core__{n.replace('.', '_')}": core(n) for n in ("4.8.2", "5.5.0")},
            **{f"oauth2_lib__{n.replace('.', '_')}": wheels.wheel({}, distribution="oauth2-lib", release=n)
               for n in ("2.0.0", "3.0.0")},
        )  # fmt: skip
        yield running


def extras(text: bytes) -> list[str]:
    """What a lock says that the project requires of the framework."""
    packages = tomllib.loads(text.decode())["package"]
    own = next(item for item in packages if item["name"] == "network")
    (item,) = own["metadata"]["requires-dist"]
    found: list[str] = item.get("extras", [])
    return found


# -- an upgrade ------------------------------------------------------------------------------------------


def test_a_rewritten_manifest_has_its_lock_in_the_same_commit(server: Server, lock: Lock) -> None:
    files = {
        "pyproject.toml": MANIFEST.format("4.8.2"),
        "uv.lock": lock(MANIFEST.format("4.8.2")),
        "main.py": OLD,
    }
    found = plan(files, smith(server))
    first, later = [commit for commit in found.commits if "uv.lock" in commit.files]
    assert first.rules == ()
    assert later.rules == ("removed-extra",)
    assert set(later.files) == {"pyproject.toml", "uv.lock"}
    assert (extras(first.files["uv.lock"]), extras(later.files["uv.lock"])) == (["search"], [])
    assert held(found.files["uv.lock"]) == {
        "orchestrator-core": "5.5.0",
        "oauth2-lib": "3.0.0",
        "network": "1",
    }
    assert found.files["pyproject.toml"].decode() == WITHOUT.format("5.5.0")
    assert (found.locks, found.lacking) == ((), ())


def test_a_second_run_of_such_an_upgrade_changes_nothing(server: Server, lock: Lock, start: Start) -> None:
    job = start(
        {
            "pyproject.toml": MANIFEST.format("4.8.2"),
            "uv.lock": lock(MANIFEST.format("4.8.2")),
            "main.py": OLD,
        }
    )
    job.environment = {"UV_DEFAULT_INDEX": server.base, "CONCERTMASTER_OFFLINE": ""}
    assert job.run()[1]["result"] == "opened"
    assert extras(job.remote.read("uv.lock", BRANCH)) == []
    before, writes = job.snapshot(), job.writes()
    assert job.run()[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)


def test_a_package_index_that_is_away_takes_no_lock_back(
    server: Server, lock: Lock, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uv ends with 2 where nobody answers."""
    job = start(
        {"pyproject.toml": WITHOUT.format("4.8.2"), "uv.lock": lock(WITHOUT.format("4.8.2")), "main.py": OLD}
    )
    job.environment = {"UV_DEFAULT_INDEX": server.base, "CONCERTMASTER_OFFLINE": ""}
    job.run()
    job.remote.push("main", {"uv.lock": lock(WITHOUT.format("4.8.2")) + "\n", "late.py": OLD})
    away = tmp_path / "uv-without-a-network"
    away.write_text("#!/bin/sh\nexit 2\n")
    away.chmod(0o755)
    before, writes = job.snapshot(), job.writes()
    with monkeypatch.context() as patch:
        patch.setattr(Toolbox, "uv", lambda *_: away)
        assert job.run()[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)
    assert job.run()[1]["result"] == "updated"


# -- on top of a review ----------------------------------------------------------------------------------


def job_of(
    github: GitHub,
    folder: Path,
    base: dict[str, str],
    head: dict[str, str],
    author: str = "octocat",
    **inputs: str,
) -> Job:
    remote = github.create_repository("octo-org/network", base)
    remote.push("feature", head)
    pull = remote.open_pull_request("main", "feature", author=author)
    return Job(github, remote, pull, folder, MAY_WRITE, inputs, checkout=False)


def test_a_follow_up_has_the_layout_of_the_project(github: GitHub, tmp_path: Path) -> None:
    base = {"pyproject.toml": PIN.format("5.0.4") + LAYOUT, "main.py": LONG + FILLED}
    made = job_of(
        github,
        tmp_path,
        base,
        {"main.py": f"{LONG}{FILLED}import orchestrator.db\n"},
        **{"follow-up": "true"},
    )
    made.run()
    text = made.remote.read("main.py", ON_TOP).decode()
    assert text == f"{WRAPPED}{FILLED}import orchestrator.core.db\n"
    assert made.run()[1]["result"] == "nothing-new"


def test_a_companion_has_the_layout_and_the_lock(
    github: GitHub, tmp_path: Path, server: Server, lock: Lock, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = lock(MANIFEST.format("4.8.2"))
    base = {"pyproject.toml": MANIFEST.format("4.8.2") + LAYOUT, "uv.lock": old, "main.py": LONG}
    head = {"pyproject.toml": MANIFEST.format("5.5.0") + LAYOUT}
    made = job_of(github, tmp_path, base, head, "renovate[bot]", companion="true")
    environment = Job.environment

    def online(self: Job) -> dict[str, str]:
        return environment(self) | {"UV_DEFAULT_INDEX": server.base, "CONCERTMASTER_OFFLINE": ""}

    monkeypatch.setattr(Job, "environment", online)
    made.run()
    (pull,) = stacked(made)
    assert made.remote.read("main.py", ON_TOP).decode() == WRAPPED
    new = made.remote.read("uv.lock", ON_TOP)
    assert (held(new)["orchestrator-core"], extras(new)) == ("5.5.0", [])
    assert made.remote.read("pyproject.toml", ON_TOP).decode() == WITHOUT.format("5.5.0") + LAYOUT
    body = pull.issue.body
    assert made.run()[1]["result"] == "nothing-new"
    assert stacked(made)[0].issue.body == body


def gone(_: Toolbox, __: Path) -> Path:
    raise MissingToolError("ruff could not be fetched", passing=True)


@pytest.fixture
def followed(github: GitHub, tmp_path: Path) -> Job:
    base = {"pyproject.toml": PIN.format("5.0.4") + LAYOUT, "main.py": LONG + FILLED}
    head = {"main.py": f"{LONG}{FILLED}import orchestrator.db\n"}
    return job_of(github, tmp_path, base, head, **{"follow-up": "true"})


def test_a_follow_up_is_not_taken_back_where_the_program_is_missing_for_once(
    followed: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed.run()
    sha = followed.remote.sha(ON_TOP)
    followed.remote.push("feature", {"late.py": LONG})
    monkeypatch.setattr(Toolbox, "ruff", gone)
    followed.run()
    assert followed.remote.sha(ON_TOP) == sha
    assert "ruff could not be had in this run" in followed.summaries()[0]


def test_a_follow_up_that_was_made_without_the_program_says_so_and_is_mended(
    followed: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Toolbox, "ruff", gone)
        followed.run()
        body = stacked(followed)[0].issue.body
        assert lacks(("ruff",)) in body
        assert "because ruff could not be fetched" in body
        assert WRAPPED not in followed.remote.read("main.py", ON_TOP).decode()
        assert followed.run()[1]["result"] == "nothing-new"
        assert stacked(followed)[0].issue.body == body
    followed.run()
    assert WRAPPED in followed.remote.read("main.py", ON_TOP).decode()
    assert lacks(("ruff",)) not in stacked(followed)[0].issue.body


# -- by a command ----------------------------------------------------------------------------------------


def test_the_command_fix_keeps_the_layout(github: GitHub, tmp_path: Path) -> None:
    base = {"pyproject.toml": PIN.format("5.0.4") + LAYOUT, "main.py": "x = 1\n"}
    made = Commented(job_of(github, tmp_path, base, {"new.py": LONG}))
    assert made.obey(made.say("/concertmaster fix")) == 0
    assert made.job.remote.read("new.py", "feature").decode() == WRAPPED


def test_the_command_fix_says_where_it_could_not_keep_the_layout(
    github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Toolbox, "ruff", gone)
    base = {"pyproject.toml": PIN.format("5.0.4") + LAYOUT, "main.py": "x = 1\n"}
    made = Commented(job_of(github, tmp_path, base, {"new.py": LONG}))
    assert made.obey(made.say("/concertmaster fix")) == 0
    assert made.job.remote.read("new.py", "feature").decode() == LONG_NEW
    (answer,) = made.answers()
    assert "because ruff could not be fetched" in answer
