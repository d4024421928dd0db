"""One server for a session, and one process for each release of the framework that a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from tools import postgresql
from tools.generated import Unavailable
from tools.generated.databases import framework

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
) -> Iterator[Callable[[str], Bench]]:
    """Gives the bench of a release."""
    made: dict[str, Bench] = {}
    with ExitStack() as running:

        def of(release: str) -> Bench:
            if release not in made:
                try:
                    started = running.enter_context(framework(release, database_server))
                    made[release] = Bench(started, tmp_path_factory.mktemp("network"))
                except Unavailable as error:
                    pytest.skip(str(error))
            return made[release]

        yield of
