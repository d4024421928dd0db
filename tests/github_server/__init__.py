"""A GitHub on loopback: real git behind it, GitHub's own description around it."""

from __future__ import annotations

from tests.github_server.github import GitHub
from tests.github_server.packages import DescriptionUnavailableError

__all__ = ["DescriptionUnavailableError", "GitHub"]
