"""Renders findings: small pure functions that never see a rule, a tree or GitHub."""

from __future__ import annotations
