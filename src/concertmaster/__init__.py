"""Reviews and upgrades projects built on orchestrator-core."""

from __future__ import annotations

__version__ = "0.1.0"
