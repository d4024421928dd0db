"""One repository on the local GitHub and the scheduled job that upgrades it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from concertmaster.action import run_action
from concertmaster.github.retry import Retry
from tests.github_server import GitHub
from tests.github_server.events import Event
from tests.github_server.gitwrite import Content
from tests.github_server.hub import BOT
from tests.github_server.remote import Remote
from tests.github_server.state import PullRequest
from tests.jobs import OLD, PIN, outputs

BRANCH = "concertmaster/orchestrator-core-5.5.0"
WRITER = {"contents": "write", "pull_requests": "write"}


@dataclass
class Upgrade:
    """One repository and the scheduled job that upgrades it."""

    github: GitHub
    remote: Remote
    folder: Path
    permissions: Mapping[str, str] = field(default_factory=lambda: dict(WRITER))
    inputs: dict[str, str] = field(default_factory=dict)
    login: str = BOT
    checkout: bool = False
    runs: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    retry: Retry = field(default_factory=lambda: Retry(sleep=lambda _: None))

    def run(self, event: Event | None = None, **inputs: str) -> tuple[int, dict[str, str]]:
        """The exit code and the outputs."""
        self.runs += 1
        event = event or self.remote.schedule_event()
        secret = self.github.token(self.login, dict(self.permissions) if self.login == BOT else None)
        given = {"github-token": secret, "mode": "upgrade", **self.inputs, **inputs}
        commit = event.sha if self.checkout else None
        environment = self.github.runner_environment(
            event, given, self.folder / str(self.runs), checkout=commit
        )
        environment |= self.environment
        code = run_action(environment, pause=0, retry=self.retry)
        return code, outputs(environment)

    @property
    def pulls(self) -> list[PullRequest]:
        return self.remote.state.pulls

    def log(self, branch: str = BRANCH) -> list[str]:
        """The titles of the branch's own commits, oldest first."""
        git = self.remote.git
        commits = git.commits("--reverse", f"main..{branch}")
        found = (git.commit(sha) for sha in commits)
        return [commit.message.splitlines()[0] for commit in found if commit]

    def read(self, path: str, branch: str = BRANCH) -> str:
        return self.remote.read(path, branch).decode()

    def has(self, sha: str, branch: str = BRANCH) -> bool:
        """Whether a commit is in the history of a branch."""
        return self.remote.git.is_ancestor(sha, self.remote.sha(branch))

    def writes(self) -> int:
        """The number of calls that change something on GitHub."""
        return sum(
            exchange.path != self.github.hub.urls.graphql_path or "mutation" in exchange.body["query"]
            for exchange in self.github.journal.writes()
        )

    def snapshot(self) -> tuple[object, ...]:
        pulls = [
            (p.number, p.issue.state, p.issue.body, p.issue.title, p.issue.updated_at) for p in self.pulls
        ]
        comments = [comment.body for pull in self.pulls for comment in pull.issue.comments]
        return dict(self.remote.git.references()), pulls, comments


Start = Callable[..., Upgrade]


@pytest.fixture
def start(github: GitHub, tmp_path: Path) -> Start:
    def started(files: Mapping[str, Content] | Path | None = None, *, release: str = "4.8.2") -> Upgrade:
        if isinstance(files, Path):
            return Upgrade(github, github.create_repository("octo-org/network", files), tmp_path)
        content = {"pyproject.toml": PIN.format(release), "main.py": OLD} if files is None else files
        return Upgrade(github, github.create_repository("octo-org/network", content), tmp_path)

    return started
