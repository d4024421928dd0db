"""Fixtures around the local GitHub, loaded by `tests/conftest.py`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

import pytest
from github import Auth, Github

from tests.github_server.description import FLAVOURS, PUBLIC
from tests.github_server.github import GitHub
from tests.github_server.hub import BOT
from tests.github_server.packages import DescriptionUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["tests.guard"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Some tests on every server by default, all of them with CONCERTMASTER_SLOW=1."""
    wanted = metafunc.definition.get_closest_marker("every_server") or os.environ.get("CONCERTMASTER_SLOW")
    told = (mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if "flavour" in metafunc.fixturenames and wanted and "flavour" not in told:
        metafunc.parametrize("flavour", FLAVOURS, indirect=True)


@pytest.fixture
def flavour(request: pytest.FixtureRequest) -> str:
    """Which of GitHub's servers; GITHUB_FLAVOUR=ghes-3.17 chooses another than the public one."""
    return str(getattr(request, "param", os.environ.get("GITHUB_FLAVOUR", PUBLIC)))


@pytest.fixture
def github(flavour: str) -> Iterator[GitHub]:
    """A GitHub of its own for a test, which fails at the end when GitHub's description was violated."""
    try:
        context = GitHub.start(flavour)
        server = context.__enter__()
    except DescriptionUnavailableError as error:
        pytest.skip(f"GitHub's description is not available: {error}")
    try:
        yield server
    finally:
        context.__exit__(None, None, None)
    assert server.take_violations() == []


class Connect(Protocol):
    def __call__(
        self, login: str = BOT, permissions: dict[str, str] | None = None, *repositories: str
    ) -> Github: ...


@pytest.fixture
def connect(github: GitHub) -> Iterator[Connect]:
    """PyGithub as somebody, set up as the bot sets it up but without waiting between writes."""
    clients: list[Github] = []

    def connected(login: str = BOT, permissions: dict[str, str] | None = None, *repositories: str) -> Github:
        client = Github(
            auth=Auth.Token(github.token(login, permissions, *repositories)),
            base_url=github.api_url,
            per_page=100,
            seconds_between_requests=0,
            seconds_between_writes=0,
            retry=None,
            api_version="2022-11-28",
        )
        clients.append(client)
        return client

    yield connected
    for client in clients:
        client.close()
