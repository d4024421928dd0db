"""The repository under review."""

from __future__ import annotations
