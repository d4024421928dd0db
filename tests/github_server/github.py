"""A GitHub for tests and demonstrations: start it, fill it, look at what happened."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from tests.github_server import description, events, packages, runner
from tests.github_server.calls import ROUTES
from tests.github_server.hub import BOT, Hub
from tests.github_server.payloads import Urls
from tests.github_server.remote import Remote
from tests.github_server.server import Server
from tests.github_server.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.github_server.description import Violation
    from tests.github_server.faults import Faults
    from tests.github_server.gitwrite import Content
    from tests.github_server.journal import Journal


ENTERPRISE_API = "/api/v3"


@cache
def described(flavour: str) -> description.Description:
    """Everything that GitHub says about itself is there from here on, or it is told at once."""
    for schema in (packages.GRAPHQL_SCHEMA, packages.OLD_GRAPHQL_SCHEMA):
        packages.provide(schema, packages.GRAPHQL_MEMBER)
    packages.provide(packages.WEBHOOK_EXAMPLES, packages.WEBHOOK_MEMBER)
    return description.load(flavour, [(r.method, r.template) for r in ROUTES], events.DESCRIBED)


@dataclass(frozen=True)
class GitHub:
    """One running server."""

    hub: Hub
    service: Service

    @classmethod
    @contextmanager
    def start(cls, flavour: str = "api.github.com") -> Iterator[GitHub]:
        """An empty GitHub until the end of the `with`; flavours are those of GitHub's description."""
        checks = described(flavour)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root:
            server = Server()
            api = server.web if flavour == description.PUBLIC else server.web + ENTERPRISE_API
            hub = Hub(Path(root), Urls(api, server.web))
            server.service = Service(hub, checks)
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
            thread.start()
            try:
                yield cls(hub, server.service)
            finally:
                server.stop()
                thread.join()
                hub.close_repositories()

    @property
    def url(self) -> str:
        return self.hub.urls.web

    @property
    def api_url(self) -> str:
        """What PyGithub takes as `base_url`."""
        return self.hub.urls.api

    @property
    def faults(self) -> Faults:
        return self.service.faults

    @property
    def journal(self) -> Journal:
        return self.service.journal

    @property
    def violations(self) -> list[Violation]:
        return self.service.violations

    def take_violations(self) -> list[str]:
        """For tests that mean to break the rules: what was noted so far, which is then forgotten."""
        taken = [str(violation) for violation in self.violations]
        self.violations.clear()
        return taken

    def token(self, login: str = BOT, permissions: dict[str, str] | None = None, *repositories: str) -> str:
        """A secret for the Authorization header; without permissions everything is allowed."""
        return self.hub.add_token(login, permissions, *repositories)

    def create_repository(
        self,
        full_name: str,
        files: Mapping[str, Content] | Path | None = None,
        *,
        default_branch: str = "main",
    ) -> Remote:
        """From files, from a folder, or from a folder that is a git repository, whose history is kept."""
        return Remote.create(self.hub, full_name, files, default_branch=default_branch)

    def runner_environment(
        self,
        event: events.Event,
        inputs: Mapping[str, str | bool],
        folder: Path,
        *,
        checkout: str | None = None,
    ) -> dict[str, str]:
        return runner.environment(self.hub.urls, event, inputs, folder, checkout=checkout)
