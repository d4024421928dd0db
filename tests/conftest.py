"""Fixtures for all tests."""

from __future__ import annotations

pytest_plugins = ["tests.github_server.fixtures", "tests.jobs"]
