"""Many repositories: which of an organization's use the framework, a run over each, and the results as one."""

from __future__ import annotations
