"""Fixtures for all tests."""

from __future__ import annotations

from hypothesis import settings

#: How long an example takes says more of the machine than of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = ["tests.github_server.fixtures", "tests.jobs"]
