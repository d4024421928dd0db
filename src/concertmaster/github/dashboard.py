"""Keeps the issue that says where a project stands: made once, edited where something is new, closed at the end.

Only an issue of our own account that begins with our mark is taken for it. A box counts if the last edit of the
text is by somebody who may write to the repository. An issue that a person has closed stays closed.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from concertmaster.github.answers import Json, integer, text
from concertmaster.github.client import Client
from concertmaster.github.conversation import WRITERS
from concertmaster.github.payloads import Payload, Person, parsed, read
from concertmaster.github.posted import starts_with
from concertmaster.github.refusals import NotFoundError
from concertmaster.github.repository import Repository
from concertmaster.github.upgrade_pull import Outcome, Result
from concertmaster.report.dashboard import (
    Button,
    begin,
    begin_at,
    begun,
    finished,
    heading,
    is_finished,
    pressed,
    render,
)
from concertmaster.report.markdown import Links

_EDITOR = """
query ($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { issue(number: $number) { editor { login } } }
}
"""


class _Issue(Payload):
    number: int


class _IssuesEvent(Payload):
    action: str
    issue: _Issue
    sender: Person


class Kept(Struct, frozen=True):
    """The issue as it was found."""

    number: int
    body: str
    is_open: bool


def edited_issue(path: Path) -> int | None:
    """The issue that an event tells a person has edited.

    Raises:
        UserError: the payload is not what GitHub sends.
    """
    event = parsed(_IssuesEvent, read(path), path)
    return event.issue.number if event.action == "edited" and event.sender.type == "User" else None


class Dashboard:
    """The issue of one project, by its folder or the short form of that.

    Every method raises GitHubError where a call comes to nothing.
    """

    def __init__(
        self,
        client: Client,
        repository: Repository,
        server: str = "",
        folder: str = "",
        *,
        place: str | None = None,
    ) -> None:
        self._client, self._repository = client, repository
        self._server, self._folder = server, folder
        self._begin = begin(folder) if place is None else begin_at(place)
        self._address = f"/repos/{repository.full_name}/issues"

    @cached_property
    def kept(self) -> Kept | None:
        """The newest of ours."""
        return self._find()

    def _find(self) -> Kept | None:
        login = self._repository.login

        def shape(item: Json) -> Kept | None:
            return _kept(item) if _is_ours(item, login, self._begin) else None

        listed = self._client.pages(self._address, shape, state="all", creator=login)
        return max(filter(None, listed), key=lambda item: item.number, default=None)

    def asked(self) -> Button | None:
        """The box that somebody has ticked who may."""
        kept = self.kept
        button = pressed(kept.body) if kept and kept.is_open else None
        return button if kept and button and self._may_write(self._editor(kept.number)) else None

    def _editor(self, number: int) -> str:
        owner, _, name = self._repository.full_name.partition("/")
        variables = {"owner": owner, "name": name, "number": number}

        def shape(data: Json) -> str:
            issue = (data.get("repository") or {}).get("issue") or {}
            return str((issue.get("editor") or {}).get("login") or "")

        return self._client.query(_EDITOR, variables, shape)

    def _may_write(self, login: str) -> bool:
        if not login:
            return False
        address = f"/repos/{self._repository.full_name}/collaborators/{quote(login, safe='')}/permission"
        try:
            return self._client.get(address, lambda found: text(found, "permission")) in WRITERS
        except NotFoundError:
            return False

    def keep(self, outcome: Outcome, commit: str) -> str:
        """Bring the issue up to date with an upgrade, and say in a few words what was done."""
        if outcome.result is Result.UP_TO_DATE:
            return self._close(f"{outcome.reason}: there is nothing to upgrade")
        if outcome.plan is None:
            return "the dashboard stays as it is"
        kept, plan = self.kept, outcome.plan
        if kept and not kept.is_open and not is_finished(kept.body):
            return f"the dashboard #{kept.number} was closed by hand, and stays closed"
        links = Links(self._server, self._repository.full_name, commit, self._folder)
        number = outcome.number or self._pull(plan.branch)
        note = (
            f"{outcome.reason[:1].upper()}{outcome.reason[1:]}." if outcome.result is Result.DECLINED else ""
        )
        body = render(plan, links, begun(kept.body) if kept else None, number=number, note=note)
        return self._write(kept, body)

    def _pull(self, branch: str) -> int | None:
        return next((pull.number for pull in self._repository.pulls(branch=branch)), None)

    def _write(self, kept: Kept | None, body: str) -> str:
        if kept is None:
            number = self._client.make(
                "POST",
                self._address,
                {"title": heading(self._folder), "body": body},
                lambda found: integer(found, "number"),
                lambda: found.number if (found := self._find()) else None,
            )
            return f"the dashboard is #{number}"
        if kept.is_open and _lines(kept.body) == body:
            return f"the dashboard #{kept.number} says so already"
        self._edit(kept.number, body=body, **({} if kept.is_open else {"state": "open"}))
        return f"the dashboard #{kept.number} was renewed"

    def end(self) -> str:
        """Close the issue of a project that is none any more."""
        return self._close("the projects of this repository are others by now, with dashboards of their own")

    def _close(self, reason: str) -> str:
        kept = self.kept
        if kept is None or not kept.is_open:
            return "there is nothing to tell on a dashboard"
        self._edit(kept.number, body=finished(self._begin, reason), state="closed", state_reason="completed")
        return f"the dashboard #{kept.number} was closed"

    def _edit(self, number: int, **wanted: str) -> None:
        """The same written twice is as good as once."""
        self._client.send("PATCH", f"{self._address}/{number}", dict(wanted), lambda: None)


def _is_ours(item: Json, login: str, begin: str) -> bool:
    by = (item.get("user") or {}).get("login")
    return "pull_request" not in item and by == login and starts_with(item.get("body") or "", begin)


def _kept(item: Json) -> Kept:
    return Kept(integer(item, "number"), item.get("body") or "", text(item, "state") == "open")


def _lines(body: str) -> str:
    """As it was sent: an edit in the browser brings other line endings."""
    return body.replace("\r\n", "\n")
