"""The table of the framework's variables is what its settings classes say, release by release."""

from __future__ import annotations

import pytest

from concertmaster.index import settings
from concertmaster.index.store import Index
from concertmaster.project.settings.known import KEYS, OWN, are_own, before, runs_tests, speaks_of_framework
from concertmaster.versions import RELEASES, release

INDEX = Index.load()
#: Settings of the companion nwa-stdlib, for debuggers.
NOT_OURS = frozenset("DEBUG DEBUG_VSCODE DEBUG_VSCODE_PORT DEBUG_PYCHARM DEBUG_PYCHARM_PORT".split())


@pytest.mark.parametrize("number", [number for number in RELEASES if number in set(INDEX.releases())])
def test_a_release_reads_what_the_table_says(number: str) -> None:
    fields = {field.name for field in settings.fields(INDEX, number)} - NOT_OURS
    told = {
        key
        for key, life in KEYS.items()
        if release(life.since) <= release(number)
        and not (life.gone and release(life.gone) <= release(number))
    }
    assert fields - told == set()
    assert told - fields == set()


def test_names_of_any_program_are_no_proof() -> None:
    assert not are_own({"DATABASE_URI", "TESTING", "ENVIRONMENT", "OPENAI_API_KEY", "LOG_LEVEL"})
    assert are_own({"DATABASE_URI", "CACHE_URI"})
    assert all(are_own({key}) for key in OWN)


@pytest.mark.parametrize(
    "text",
    """orchestrator orchestrator-core workflow-orchestrator:latest ghcr.io/x/orchestrator network_orchestrator
    orchestrator-api""".split(),
)
def test_texts_that_name_the_framework(text: str) -> None:
    assert speaks_of_framework(text)


@pytest.mark.parametrize(
    "text",
    [
        "python main.py db upgrade heads",
        '["python", "main.py", "scheduler", "run"]',
        "gunicorn -w 4 wsgi:app",
    ],
)
def test_commands_of_the_framework(text: str) -> None:
    assert speaks_of_framework(text)


@pytest.mark.parametrize(
    "text",
    """orchestrator-ui orchestrator-gui:1 orchestratorlib orchestrator_agent orchestrator-postgres orchestration
    orchestrator-agent main.py uvicorn:app""".split(),
)
def test_texts_that_only_look_alike(text: str) -> None:
    assert not speaks_of_framework(text)


def test_tests_are_told_by_their_commands() -> None:
    assert runs_tests("python -m pytest -x")
    assert not runs_tests("pip install pytest-cov")


def test_the_release_before() -> None:
    assert before("5.0.0") == "4.8.2"
