"""Every fault that a run can meet, by name: what GitHub, a proxy, the network or somebody else may do to one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
from requests.adapters import HTTPAdapter

from tests.github_server.calls import Reply
from tests.github_server.faults import (
    Effect,
    connection_reset,
    graphql_errors,
    other_headers,
    page,
    primary_limit,
    redirect,
    secondary_limit,
    status,
    truncated,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    import pytest

FOR_GOOD = 999
TOO_SLOW = "X-Test-Too-Slow"
FORBIDDEN = "Resource not accessible by integration"
ELSEWHERE = "http://elsewhere.invalid/api/v3/repos/x/y"


@dataclass(frozen=True, slots=True)
class Storm:
    """One fault: what it does, how often, and whether the call was carried out before."""

    effect: Effect
    times: int = 1
    after: bool = False


def unprocessable(message: str, *errors: object) -> Effect:
    body = {"message": message, "errors": list(errors), "documentation_url": "https://docs.github.com"}
    return Effect(Reply(422, body | {"status": "422"}))


_FIELD = {"resource": "PullRequestReview", "code": "invalid", "field": "body"}
_ONCE: dict[str, Effect] = {
    "500": status(500),
    "502": status(502),
    "503": status(503, retry_after="3"),
    "504": status(504),
    "reset": connection_reset(),
    "slow": other_headers(x_test_too_slow="1"),
    "cut off": truncated(),
    "HTML": page(),
    "list": Effect(Reply(200, [[]])),
    "nothing": Effect(Reply(200, [])),
    "object": Effect(Reply(200, {})),
    "secondary": secondary_limit(),
    "secondary with header": secondary_limit(5),
    "secondary for long": secondary_limit(3600),
    "primary near": primary_limit(20),
    "primary far": primary_limit(3000),
    "429": secondary_limit(code=429),
    "429 with header": secondary_limit(5, code=429),
    "not accessible": status(403, FORBIDDEN),
    "401": status(401, "Bad credentials"),
    "404": status(404, "Not Found"),
    "409": status(409, "Git Repository is empty."),
    "410": status(410, "This was deleted"),
    "422 anchor": unprocessable("Unprocessable Entity", "Line could not be resolved"),
    "422 field": unprocessable("Validation Failed", _FIELD),
    "422 spammed": unprocessable("Validation failed, or the endpoint has been spammed."),
    "422 body": unprocessable("Unprocessable Entity", "Body is too long (maximum is 65536 characters)"),
    "422 pending": unprocessable(
        "Unprocessable Entity", "User can only have one pending review per pull request"
    ),
    "422 commit": unprocessable("Unprocessable Entity", "The commitOID is not part of the pull request"),
    "foreign 301": redirect(301, ELSEWHERE),
    "foreign 307": redirect(307, ELSEWHERE),
    "GraphQL forbidden": graphql_errors(FORBIDDEN, "FORBIDDEN"),
    "GraphQL limit": graphql_errors("API rate limit exceeded", "RATE_LIMITED"),
    "GraphQL not found": graphql_errors("Could not resolve to a node with the global id of 'x'", "NOT_FOUND"),
    "GraphQL broken": graphql_errors("Something went wrong while executing your query.", "INTERNAL"),
}
_LOSES_THE_ANSWER = ("500", "502", "504", "reset", "cut off", "HTML", "list", "object")
_LASTS = ("502", "reset", "HTML", "not accessible", "401", "404", "422 anchor", "GraphQL broken", "secondary")

STORMS: dict[str, Storm] = {
    **{name: Storm(effect) for name, effect in _ONCE.items()},
    **{f"{name} after": Storm(_ONCE[name], after=True) for name in _LOSES_THE_ANSWER},
    **{f"{name} for good": Storm(_ONCE[name], FOR_GOOD) for name in _LASTS},
}


def never_wait_for_slow_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is marked as too slow ends as if it had not come in time."""
    send: Callable[..., requests.Response] = HTTPAdapter.send

    def impatient(*given: Any, **named: Any) -> requests.Response:
        answer = send(*given, **named)
        if TOO_SLOW in answer.headers:
            answer.close()
            raise requests.ReadTimeout("Read timed out.")
        return answer

    monkeypatch.setattr(HTTPAdapter, "send", impatient)
