"""Fixtures for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

#: How long an example takes says more of the machine than of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

#: Every test asks anew; tests/test_remembering.py switches it back on.
os.environ["CONCERTMASTER_NO_CACHE"] = "1"

pytest_plugins = ["tests.browser", "tests.github_server.fixtures", "tests.jobs", "tests.upgrades"]
