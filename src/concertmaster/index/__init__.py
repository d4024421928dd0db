"""The public names of orchestrator-core and its companions, release by release."""

from __future__ import annotations
