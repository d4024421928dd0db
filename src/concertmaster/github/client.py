"""Calls to GitHub's API, each with its retries and its refusals; the only importer of PyGithub.

Addresses are built from checked names and object ids. None is taken from an answer, an event or a file, so
that nobody but the runner says whom the token is shown to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from concertmaster.forgetting import keep_secret
from concertmaster.github.ahead import Ahead
from concertmaster.github.answers import Json, as_object, integer, text
from concertmaster.github.download import fetch
from concertmaster.github.refusals import refusal
from concertmaster.github.retry import MalformedAnswerError, RedirectedError, Retry, is_lost, status_of
from concertmaster.messages.github import malformed_api_url

if TYPE_CHECKING:
    from github import Github

API_VERSION = "2022-11-28"
PUBLIC_API = "https://api.github.com"
PER_PAGE = 100
MAX_PAGES = 100
Answer = TypeVar("Answer")


def connect(
    token: str, api_url: str, *, retry: Retry | None = None, pause: float = 1.0, timeout: int = 60
) -> Client:
    """A client of the API at an address; `pause` is the time between writes, as GitHub asks for.

    Raises:
        UserError: the address is none.
    """
    address = urlsplit(api_url)
    if address.scheme not in ("http", "https") or not address.hostname or address.query or address.fragment:
        raise malformed_api_url(api_url)
    keep_secret(token)
    from github import Auth, Github

    logging.getLogger("github").setLevel(logging.CRITICAL)
    github = Github(
        auth=Auth.Token(token),
        base_url=api_url.rstrip("/"),
        user_agent="concertmaster",
        timeout=timeout,
        per_page=PER_PAGE,
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=pause,
        api_version=API_VERSION,
    )
    return Client(github, retry or Retry(), is_app=token.startswith("ghs_"))


class Client:
    """The API. Every method raises GitHubError where a call comes to nothing."""

    def __init__(self, github: Github, retry: Retry, *, is_app: bool) -> None:
        self._github = github
        self._retry = retry
        self.is_app = is_app
        self._ahead = Ahead()
        self.calls = 0

    def close(self) -> None:
        self._github.close()

    def get(self, address: str, shape: Callable[[Json], Answer], **parameters: str | int) -> Answer:
        """One object, in the shape that is wanted of it."""

        def read() -> Answer:
            return shape(as_object(self._request("GET", address, parameters)[1]))

        return _guarded(lambda: self._retry.read(read))

    def pages(
        self, address: str, shape: Callable[[Json], Answer], least: int = 0, /, **parameters: str
    ) -> list[Answer]:
        """All items of a list, which cannot be fewer than `least`.

        Pages are counted: what an answer gives as the next address is not followed.
        """

        def read() -> list[Answer]:
            items: list[Answer] = []
            for page in range(1, MAX_PAGES + 1):
                ask = partial(
                    self._request, "GET", address, {**parameters, "per_page": PER_PAGE, "page": page}
                )
                headers, found = ask() if parameters or page > 1 else self._ahead.take(address, ask)
                if not isinstance(found, list):
                    raise MalformedAnswerError("an answer that is no list")
                items += [shape(as_object(item)) for item in found]
                if 'rel="next"' not in headers.get("link", ""):
                    break
            if len(items) < least:
                raise MalformedAnswerError("a list that cannot be empty")
            return items

        return _guarded(lambda: self._retry.read(read))

    def ask_ahead(self, address: str) -> None:
        """Have the first page of a list come in meanwhile; the next call must be that for its pages."""
        self._ahead.ask(address, lambda: self._request("GET", address, {"per_page": PER_PAGE, "page": 1}))

    def download(self, address: str, consume: Callable[[IO[bytes]], None]) -> None:
        """Let `consume` read the file that an address leads to. The token is shown to the API alone."""

        def read() -> None:
            headers, _ = self._request("GET", address, {})
            fetch(str(headers.get("location", "")), self._github.requester.base_url, consume)

        _guarded(lambda: self._retry.read(read))

    def send(self, verb: str, address: str, body: Json | None, find: Callable[[], object | None]) -> None:
        """A write. When its answer gets lost, `find` says whether it was done all the same."""

        def write() -> object:
            return integer(as_object(self._request(verb, address, None, body)[1]), "id")

        _guarded(lambda: self._retry.write(write, find))

    def remove(self, address: str, find: Callable[[], object | None]) -> None:
        """Take something away. When the answer gets lost, `find` says whether it is gone."""

        _guarded(lambda: self._retry.write(lambda: self._request("DELETE", address, None), find))

    def query(self, document: str, variables: Json, shape: Callable[[Json], Answer]) -> Answer:
        """What GraphQL answers, in the shape that is wanted of it."""

        def read() -> Answer:
            return shape(self._graphql(document, variables))

        return _guarded(lambda: self._retry.read(read))

    def change(self, document: str, variables: Json) -> None:
        """Mutations of GraphQL. Where the answer gets lost they are not made again: look what was done.

        Raises:
            LostError: nobody knows what was done.
        """
        _guarded(lambda: self._retry.once(lambda: self._graphql(document, variables)))

    def make(
        self,
        verb: str,
        address: str,
        body: Json,
        shape: Callable[[Json], Answer],
        find: Callable[[], Answer | None] = lambda: None,
    ) -> Answer:
        """A write whose answer is wanted; where that gets lost, `find` gives it, or it is made again."""

        def write() -> Answer:
            return shape(as_object(self._request(verb, address, None, body)[1]))

        return _guarded(lambda: self._retry.write(write, find))

    def login(self) -> str:
        """Whom comments of this token are by."""
        return self.named(
            self.query("query { viewer { login } }", {}, lambda data: text(data, "viewer", "login"))
        )

    def named(self, login: str) -> str:
        """The name of this token's account: GraphQL gives that of an app without the ending that REST has."""
        return f"{login.removesuffix('[bot]')}[bot]" if self.is_app else login

    def _graphql(self, document: str, variables: Json) -> Json:
        self.calls += 1
        try:
            _, answer = self._github.requester.graphql_query(document, variables)
        except (ValueError, RuntimeError, TypeError) as error:
            if is_lost(error):
                raise
            raise MalformedAnswerError(str(error)) from None
        return as_object(as_object(answer).get("data"))

    def _request(
        self, verb: str, address: str, parameters: Mapping[str, str | int] | None, body: Json | None = None
    ) -> tuple[Json, Any]:
        self.calls += 1
        try:
            headers, found = self._github.requester.requestJsonAndCheck(
                verb, address, parameters=dict(parameters or {}), input=body
            )
        except (ValueError, RuntimeError) as error:
            if is_lost(error):
                raise
            raise MalformedAnswerError(str(error)) from None
        if verb != "GET" and isinstance(found, dict) and str(found.get("message")).startswith("Moved "):
            raise RedirectedError(address)
        return headers, found


def _guarded(call: Callable[[], Answer]) -> Answer:
    """An answer, or the reason why there is none in terms of this project."""
    try:
        return call()
    except Exception as error:
        if status_of(error) is None and not is_lost(error) and not isinstance(error, RedirectedError):
            raise
        raise refusal(error) from None
