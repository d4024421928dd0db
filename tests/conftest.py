"""Fixtures for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from concertmaster import runner

#: How long an example takes says more of the machine than of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

#: Every test asks anew; tests/test_remembering.py switches it back on.
os.environ["CONCERTMASTER_NO_CACHE"] = "1"

pytest_plugins = ["tests.browser", "tests.github_server.fixtures", "tests.jobs", "tests.upgrades"]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows with every run that judges files."""
    seen: list[object] = []
    judge = runner.run

    def counted(*arguments: object, **named: object) -> object:
        seen.append(arguments)
        return judge(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(runner, "run", counted)
    return seen
