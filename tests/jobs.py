"""One pull request and the job that reviews it, on the local GitHub."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from concertmaster.action import run_action
from concertmaster.github.retry import Retry
from tests.github_server import GitHub, events
from tests.github_server.gitwrite import Content
from tests.github_server.remote import Remote
from tests.github_server.state import PullRequest, ReviewComment

PIN = '[project]\nname = "network"\nversion = "1"\ndependencies = ["orchestrator-core=={}"]\n'
OLD = """\
from orchestrator.types import SubscriptionLifecycle
from orchestrator.workflows.utils import create_workflow


@create_workflow("Create node", initial_input_form=form)
def create_node():
    return SubscriptionLifecycle.ACTIVE
"""
NEW = """\
from orchestrator.core.types import SubscriptionLifecycle
from orchestrator.core.workflows.utils import create_workflow


@create_workflow(initial_input_form=form)
def create_node():
    return SubscriptionLifecycle.ACTIVE
"""
WRITER = {"contents": "read", "pull_requests": "write"}


@dataclass
class Job:
    """One pull request and the job that reviews it."""

    github: GitHub
    remote: Remote
    pull: PullRequest
    folder: Path
    permissions: Mapping[str, str] = field(default_factory=lambda: dict(WRITER))
    inputs: dict[str, str] = field(default_factory=dict)
    checkout: bool = True
    runs: int = 0

    def event(self) -> events.Event:
        return self.remote.event(self.pull)

    def environment(self) -> dict[str, str]:
        self.runs += 1
        event = self.event()
        secret = self.github.token(permissions=dict(self.permissions))
        given: dict[str, str | bool] = {"github-token": secret, **self.inputs}
        return self.github.runner_environment(
            event, given, self.folder / str(self.runs), checkout=event.sha if self.checkout else None
        )

    def run(self) -> tuple[int, dict[str, str]]:
        """The exit code and the outputs."""
        environment = self.environment()
        code = run_action(environment, pause=0, retry=Retry(sleep=lambda _: None))
        return code, outputs(environment)

    def summaries(self) -> list[str]:
        return [comment.body for comment in self.pull.issue.comments]

    def places(self) -> list[tuple[str, int, int | None]]:
        anchors = (comment.thread.anchor for comment in self.pull.review_comments)
        return sorted((anchor.path, anchor.first, anchor.line) for anchor in anchors)

    def press_all(self) -> None:
        """Every suggestion of the review, as one batch."""
        comments: list[ReviewComment] = [c for c in self.pull.review_comments if "suggestion\n" in c.body]
        self.remote.apply(self.pull, *comments)


def outputs(environment: Mapping[str, str]) -> dict[str, str]:
    """GITHUB_OUTPUT as the runner reads it."""
    text = Path(environment["GITHUB_OUTPUT"]).read_text()
    found = re.findall(r"^([\w-]+)<<(\S+)\n(.*?)\n\2$", text, re.MULTILINE | re.DOTALL)
    assert "".join(f"{name}<<{mark}\n{value}\n{mark}\n" for name, mark, value in found) == text
    return {name: value for name, _, value in found}


@pytest.fixture
def job(github: GitHub, tmp_path: Path) -> Callable[..., Job]:
    def opened(
        base: Mapping[str, Content], head: Mapping[str, Content | None], *, release: str = "5.0.4"
    ) -> Job:
        remote = github.create_repository("octo-org/network", {"pyproject.toml": PIN.format(release), **base})
        remote.push("feature", head)
        return Job(github, remote, remote.open_pull_request("main", "feature"), tmp_path)

    return opened


Open = Callable[..., Job]
