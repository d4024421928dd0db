"""Gives orders to the framework of one release, about a project and a database: to migrate it, to validate it."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.generated.environments import environment, interpreter, variables
from tools.generated.versions import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.postgresql import Server

INSIDE = Path(__file__).parent / "inside_database.py"
_NUMBERS = count()


class OrderFailed(Exception):
    """The framework ended an order with an error: the text is what it printed."""


@dataclass(frozen=True, slots=True)
class Framework:
    """One release of the framework, at work on a server of databases."""

    release: str
    server: Server
    process: subprocess.Popen[str]

    def do(self, project: Path, database: str, *orders: tuple[str, ...]) -> list[Any]:
        """Have orders carried out one after the other; their answers. Executes the project's code."""
        scheme = "postgresql+psycopg" if numbers(self.release) >= (5, 0) else "postgresql"
        line = {"project": str(project), "uri": self.server.uri(database, scheme=scheme), "do": orders}
        answer: dict[str, Any] = self._ask(line)
        if answer["status"]:
            raise OrderFailed(answer["printed"])
        done: list[Any] = answer["done"]
        return done

    def database(self, project: Path, *, template: str = "template1") -> str:
        """Make a database."""
        name = f"network_{next(_NUMBERS)}"
        self.do(project, "postgres", ("execute", f"CREATE DATABASE {name} TEMPLATE {template}"))
        return name

    def _ask(self, line: dict[str, Any]) -> dict[str, Any]:
        if self.process.stdin is None or self.process.stdout is None:
            raise ValueError("the process has no pipes")
        self.process.stdin.write(f"{json.dumps(line)}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise OrderFailed(f"orchestrator-core {self.release} ended with {self.process.wait()}")
        told: dict[str, Any] = json.loads(answer)
        return told


@contextmanager
def framework(release: str, server: Server) -> Iterator[Framework]:
    """Start orchestrator-core `release`; it ends with the context."""
    home = environment(release)
    with subprocess.Popen(
        [interpreter(home), INSIDE],
        env=variables(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Framework(release, server, process)
        finally:
            process.kill()
