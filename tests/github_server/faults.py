"""Faults on request: what an outage, a proxy or a rate limit does to an answer."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.github_server.calls import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.github_server.calls import Request

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
PRIMARY = "API rate limit exceeded for installation ID 1."
LIMITS = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"


class Reset(Exception):
    """The connection breaks without an answer."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What the client sees: an answer in place of the true one, or the true one spoilt.

    `deed` is something else that happens at that moment, before the call is carried out.
    """

    reply: Reply | None = None
    seconds: float = 0.0
    truncate: bool = False
    reset: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    deed: Callable[[], object] | None = None


def status(code: int, message: str | None = None, **headers: str) -> Effect:
    """Any status, with headers as keywords: `status(503, retry_after="2")`."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    body = {
        "message": message or f"Status {code}",
        "documentation_url": "https://docs.github.com",
        "status": str(code),
    }
    return Effect(Reply(code, body, named))


def page(code: int = 200) -> Effect:
    """HTML where JSON was asked for, as from a proxy or a login page."""
    return Effect(Reply(code, b"<!DOCTYPE html><title>Unicorn!</title>", {"Content-Type": "text/html"}))


def secondary_limit(retry_after: int | None = None, *, code: int = 403) -> Effect:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = {
        "message": SECONDARY,
        "documentation_url": f"{LIMITS}#about-secondary-rate-limits",
        "status": str(code),
    }
    return Effect(Reply(code, body, headers))


def primary_limit(reset_in: int) -> Effect:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + reset_in)}
    return Effect(Reply(403, {"message": PRIMARY, "documentation_url": LIMITS, "status": "403"}, headers))


def redirect(code: int, location: str) -> Effect:
    body = {"message": "Moved Permanently", "url": location, "documentation_url": "https://docs.github.com"}
    return Effect(Reply(code, body, {"Location": location}))


def graphql_errors(message: str, kind: str) -> Effect:
    error = {"type": kind, "message": message, "path": [], "locations": []}
    return Effect(Reply(200, {"data": None, "errors": [error]}))


def slow(seconds: float) -> Effect:
    return Effect(seconds=seconds)


def truncated() -> Effect:
    return Effect(truncate=True)


def other_headers(**values: str) -> Effect:
    """The true answer with other headers: `other_headers(link='<http://elsewhere/>; rel="next"')`."""
    return Effect(headers={name.replace("_", "-").title(): value for name, value in values.items()})


def meanwhile(deed: Callable[[], object]) -> Effect:
    """The true answer, after something else has happened."""
    return Effect(deed=deed)


def connection_reset() -> Effect:
    return Effect(reset=True)


@dataclass(slots=True)
class Fault:
    """Strikes the nth matching request (or `times` of them from the nth on); `after` it was carried out, or instead."""

    method: str
    path: re.Pattern[str]
    effect: Effect
    nth: int = 1
    times: int = 1
    after: bool = False
    body: bytes = b""
    seen: int = 0

    def strikes(self, request: Request) -> bool:
        if self.method not in ("*", request.method) or not self.path.search(request.path):
            return False
        if self.body not in request.data:
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


@dataclass(slots=True)
class Faults:
    """The rules in force, first match wins."""

    rules: list[Fault] = field(default_factory=list)

    def add(
        self,
        method: str,
        path: str,
        effect: Effect,
        *,
        nth: int = 1,
        times: int = 1,
        after: bool = False,
        body: bytes = b"",
    ) -> Fault:
        """For calls of a method (`*` is any) to a path that holds a pattern, with these bytes in their body."""
        fault = Fault(method, re.compile(path), effect, nth, times, after, body)
        self.rules.append(fault)
        return fault

    def wrap(self, request: Request, carry_out: Callable[[], Reply]) -> tuple[Reply, bool]:
        """The answer, and whether to cut it short. An effect without an answer of its own lets the true one through."""
        fault = next((rule for rule in self.rules if rule.strikes(request)), None)
        if fault is None:
            return carry_out(), False
        effect = fault.effect
        if effect.deed:
            effect.deed()
        if effect.seconds:
            time.sleep(effect.seconds)
        happens = fault.after or (effect.reply is None and not effect.reset)
        reply = carry_out() if happens else Reply(204)
        if effect.reset:
            raise Reset
        if effect.reply:
            return effect.reply, effect.truncate
        return replace(reply, headers=reply.headers | effect.headers), effect.truncate
