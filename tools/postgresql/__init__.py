"""A PostgreSQL server of the tests' own, with pgvector: fetched once, started on a free port, gone afterwards."""

from __future__ import annotations

from tools.postgresql.packages import Unavailable
from tools.postgresql.programs import programs
from tools.postgresql.server import Server, server

__all__ = ["Server", "Unavailable", "programs", "server"]
