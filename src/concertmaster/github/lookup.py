"""Finds the pull request that an earlier workflow ran on: only GitHub is asked, nothing of that run is believed."""

from __future__ import annotations

from concertmaster.github.answers import Json
from concertmaster.github.client import Client
from concertmaster.github.event import EarlierRun, Request, Skipped, request_of
from concertmaster.github.retry import MalformedAnswerError


def find_request(client: Client, run: EarlierRun) -> Request | Skipped:
    """The open pull request from a run's branch that is still at its commit.

    Raises:
        GitHubError: the pull requests cannot be listed.
    """
    head = f"{run.head_owner}:{run.head_branch}"
    found = client.pages(f"/repos/{run.repository}/pulls", _request, state="open", head=head)
    wanted = (item for item in found if item.head_sha == run.head_sha and item.repository == run.repository)
    return next(wanted, Skipped("no open pull request is at the commit of that workflow run any more"))


def files_of(request: Request) -> str:
    """Where the files are listed that a pull request changes."""
    return f"/repos/{request.repository}/pulls/{request.number}/files"


def find_pull(client: Client, repository: str, number: int) -> Request:
    """A pull request as it is now.

    Raises:
        GitHubError: it cannot be read.
    """
    return client.get(f"/repos/{repository}/pulls/{number}", _request)


def _request(item: Json) -> Request:
    try:
        return request_of(item)
    except ValueError:
        raise MalformedAnswerError("a pull request that makes no sense") from None
