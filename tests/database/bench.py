"""A place to try projects: folders with their code, databases that hold the framework's tables."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from tools.generated import project
from tools.generated.databases import Framework

from tests.seeding import VERSIONS, read

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Site:
    """A project in a folder, and its database."""

    framework: Framework
    folder: Path
    database: str

    def do(self, *orders: tuple[str, ...]) -> list[Any]:
        return self.framework.do(self.folder, self.database, *orders)

    def upgrade(self) -> Rows:
        """Run all migrations; the rows afterwards."""
        rows: Rows = self.do(("alembic", "upgrade", "heads"), ("rows",))[1]
        return rows

    def downgrade(self, revision: str) -> Rows:
        rows: Rows = self.do(("alembic", "downgrade", revision), ("rows",))[1]
        return rows

    def complaints(self, *modules: str) -> dict[str, Any]:
        """What `task_validate_products` complains of, step by step, with what it only reports."""
        [found] = self.do(("validate", *modules))
        return {name: said for name, said in found.items() if said}

    def differences(self, *modules: str) -> dict[str, Any]:
        """What the framework finds in models of registered products alone, or in the database alone."""
        found: dict[str, Any] = self.do(("differences", *modules))[0]
        return found

    def code(self, *modules: str) -> list[dict[str, Any]]:
        """Every registered workflow as its code describes it."""
        found: list[dict[str, Any]] = self.do(("workflows", *modules))[0]
        return found

    def under(self, framework: Framework) -> Site:
        """The same project and database, with another release installed."""
        return Site(framework, self.folder, self.database)


class Bench:
    """One release of the framework, and the project that its generator makes."""

    def __init__(self, framework: Framework, folder: Path, *, recipe: str = "rich") -> None:
        self.framework = framework
        self.original = project(framework.release, recipe=recipe)
        self.folder = folder
        self._numbers = count()

    @cached_property
    def texts(self) -> dict[str, str]:
        return read(self.original)

    @cached_property
    def base(self) -> str:
        """A database with the framework's own tables and rows, and nothing of a project."""
        folder = self._copied()
        shutil.rmtree(folder / VERSIONS)
        (folder / VERSIONS).mkdir()
        name = self.framework.database(folder)
        self.framework.do(folder, name, ("alembic", "upgrade", "heads"))
        return name

    @cached_property
    def own(self) -> frozenset[str]:
        """The framework's own workflows; its migrations are not the project's to mend."""
        rows: Rows = self.framework.do(self.original, self.base, ("rows",))[0]
        return frozenset(row["name"] for row in rows["workflows"])

    @cached_property
    def rows(self) -> Rows:
        """The rows of the project as it was generated."""
        with self.site(self.texts) as site:
            return site.upgrade()

    @contextmanager
    def site(self, texts: Mapping[str, str]) -> Iterator[Site]:
        """The project with these texts, and a database that has not seen it yet."""
        folder = self._copied()
        for path in self.texts.keys() - texts.keys():
            (folder / path).unlink()
        for path, text in texts.items():
            if self.texts.get(path) != text:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(text.encode())
        name = self.framework.database(folder, template=self.base)
        yield Site(self.framework, folder, name)
        self.framework.do(folder, "postgres", ("execute", f"DROP DATABASE {name} WITH (FORCE)"))
        shutil.rmtree(folder)

    def _copied(self) -> Path:
        folder = self.folder / f"{self.framework.release}-{next(self._numbers)}"
        shutil.copytree(self.original, folder, ignore=shutil.ignore_patterns("__pycache__"))
        return folder
