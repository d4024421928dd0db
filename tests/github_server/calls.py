"""Requests, answers and refusals between the HTTP plumbing and the routes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.github_server.hub import Hub
    from tests.github_server.state import Issue, Json, PullRequest, Repository, Token, User

WITH_SLASHES = {"path": ".*", "ref": ".+", "basehead": ".+", "branch": ".+"}


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    data: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.data) if self.data else None


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


class Refusal(Exception):
    """GitHub says no."""

    def __init__(self, status: int, message: str, errors: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = list(errors)

    def reply(self, documentation_url: str) -> Reply:
        body: Json = {"message": self.message}
        if self.errors:
            body["errors"] = self.errors
        return Reply(self.status, body | {"documentation_url": documentation_url, "status": str(self.status)})


def not_found() -> Refusal:
    return Refusal(404, "Not Found")


def forbidden() -> Refusal:
    return Refusal(403, "Resource not accessible by integration")


def invalid(*errors: Any) -> Refusal:
    return Refusal(422, "Validation Failed", errors)


def custom(resource: str, message: str, **more: str) -> Json:
    return {"resource": resource, "code": "custom", **more, "message": message}


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through a route."""

    hub: Hub
    request: Request
    token: Token | None
    arguments: dict[str, str]

    @property
    def body(self) -> Any:
        return self.request.json or {}

    @property
    def query(self) -> dict[str, str]:
        return self.request.query

    @property
    def known_token(self) -> Token:
        if self.token is None:
            raise Refusal(401, "Requires authentication")
        return self.token

    @property
    def user(self) -> User:
        return self.known_token.user

    @property
    def repository(self) -> Repository:
        return self.hub.visible_repository(self.arguments["owner"], self.arguments["repo"], self.token)

    @property
    def issue(self) -> Issue:
        found = self.repository.issues.get(self.number("issue_number"))
        if found is None:
            raise not_found()
        return found

    @property
    def pull(self) -> PullRequest:
        issue = self.repository.issues.get(self.number("pull_number"))
        if issue is None or issue.pull is None:
            raise not_found()
        return issue.pull

    def number(self, name: str) -> int:
        try:
            return int(self.arguments[name])
        except ValueError:
            raise not_found() from None

    def page(self, items: Sequence[Any], shape: Callable[[Any], Any], key: str | None = None) -> Reply:
        """One page of a list; under `key` together with the count when GitHub wraps the list."""
        size = max(1, min(int(self.query.get("per_page", "30")), 100))
        page = max(1, int(self.query.get("page", "1")))
        shown = [shape(item) for item in items[(page - 1) * size : page * size]]
        body = shown if key is None else {"total_count": len(items), key: shown}
        return Reply(200, body, self._links(page, -(-len(items) // size)))

    def _links(self, page: int, last: int) -> dict[str, str]:
        targets: dict[str, int] = {}
        if page > 1:
            targets |= {"prev": page - 1, "first": 1}
        if page < last:
            targets |= {"next": page + 1, "last": last}
        link = ", ".join(f'<{self._url_of_page(number)}>; rel="{name}"' for name, number in targets.items())
        return {"Link": link} if link else {}

    def _url_of_page(self, number: int) -> str:
        return f"{self.hub.urls.web}{self.request.path}?{urlencode(self.query | {'page': str(number)})}"


def _group(parameter: re.Match[str]) -> str:
    return f"(?P<{parameter[1]}>{WITH_SLASHES.get(parameter[1], '[^/]+')})"


@dataclass(frozen=True, slots=True)
class Route:
    """An operation of GitHub's description, carried out."""

    method: str
    template: str
    handler: Callable[[Call], Reply]
    needs: tuple[str, ...]

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", _group, self.template))

    def match(self, method: str, path: str) -> dict[str, str] | None:
        found = self.pattern.fullmatch(path) if method == self.method else None
        return {name: unquote(value) for name, value in found.groupdict().items()} if found else None


ROUTES: list[Route] = []


def route(
    method: str, template: str, *needs: str
) -> Callable[[Callable[[Call], Reply]], Callable[[Call], Reply]]:
    """Registers a function for an operation; any one of `needs` (`pull_requests:write`) is enough."""

    def register(handler: Callable[[Call], Reply]) -> Callable[[Call], Reply]:
        ROUTES.append(Route(method, template, handler, needs))
        return handler

    return register
