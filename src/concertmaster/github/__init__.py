"""The review on GitHub: from the event to a plan, and from the plan to calls."""

from __future__ import annotations
