"""One server for a session, and one process for each release of the framework that a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from tools import postgresql
from tools.generated import Unavailable
from tools.generated.databases import Framework, framework

from tests.database.bench import Bench


@pytest.fixture(scope="session")
def database_server() -> Iterator[postgresql.Server]:
    with ExitStack() as running:
        try:
            server = running.enter_context(postgresql.server())
        except postgresql.Unavailable as error:
            pytest.skip(str(error))
        yield server


@pytest.fixture(scope="session")
def bench(
    database_server: postgresql.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Bench]]:
    """Gives the bench of a release, with a project of one of the recipes of `tools.generated`."""
    made: dict[tuple[str, str], Bench] = {}
    processes: dict[str, Framework] = {}
    with ExitStack() as running:

        def of(release: str, *, recipe: str = "rich") -> Bench:
            key = (release, recipe)
            try:
                if release not in processes:
                    processes[release] = running.enter_context(framework(release, database_server))
                if key not in made:
                    made[key] = Bench(processes[release], tmp_path_factory.mktemp("network"), recipe=recipe)
            except Unavailable as error:
                pytest.skip(str(error))
            return made[key]

        yield of
