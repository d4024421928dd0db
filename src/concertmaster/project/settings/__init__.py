"""Settings wherever projects write them, one module a format, all of it static."""

from __future__ import annotations
