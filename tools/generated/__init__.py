"""Real projects, made by orchestrator-core's own generator: input for tests and for the demonstration."""

from __future__ import annotations

from tools.generated.environments import Unavailable, environment
from tools.generated.imports import import_all
from tools.generated.projects import project

__all__ = ["Unavailable", "environment", "import_all", "project"]
