"""When a call to GitHub is made again: reads whenever that may help, writes only where nothing was done twice.

An answer to a write can get lost after GitHub has done what it says. Such a write is first looked for,
and made again only if it is not there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    import tenacity

Answer = TypeVar("Answer")
#: Longer than this nobody waits for a review; in seconds.
MAX_WAIT = 90.0
#: What GitHub asks for after a secondary limit that names no time.
SECONDARY_WAIT = 60.0
TRIES = 4
#: What the library makes of an answer of GraphQL with errors, whose own status is 200.
GRAPHQL = 400


class MalformedAnswerError(Exception):
    """An answer that is none: a page of a proxy, a redirection, an object without an id."""


class RedirectedError(Exception):
    """GitHub sends a write on to another address, and has done nothing."""


class Retry(Struct, frozen=True):
    """How to wait, and with what clock."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time

    def read(self, call: Callable[[], Answer]) -> Answer:
        """The answer to a call that changes nothing."""
        return self._again(call, lambda error: is_limited(error) or is_lost(error))

    def write(self, call: Callable[[], Answer], find: Callable[[], Answer | None]) -> Answer:
        """The answer to a call that changes something, or what `find` sees that it has done."""

        def attempt() -> Answer:
            try:
                return call()
            except Exception as error:
                found = find() if is_lost(error) else None
                if found is None:
                    raise
                return found

        return self._again(attempt, lambda error: is_limited(error) or is_lost(error))

    def once(self, call: Callable[[], Answer]) -> Answer:
        """The answer to a call that is only made again where GitHub says that it did nothing."""
        return self._again(call, is_limited)

    def _again(self, call: Callable[[], Answer], helps: Callable[[BaseException], bool]) -> Answer:
        import tenacity  # which a local review, that shares this module, has no use for

        again = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES),
            retry=tenacity.retry_if_exception(lambda error: helps(error) and self._pause(error) <= MAX_WAIT),
            wait=self._wait,
            sleep=self.sleep,
            reraise=True,
        )
        return again(call)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        backoff = 2.0 ** (state.attempt_number - 1)
        return max(backoff, self._pause(error) if error else 0.0)

    def _pause(self, error: BaseException) -> float:
        """The seconds that GitHub asks to wait: it names them, or the time when the limit ends."""
        if not is_limited(error):
            return 0.0
        headers = _headers(error)
        if headers.get("retry-after", "").isdigit():
            return float(headers["retry-after"])
        if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdigit():
            return max(0.0, float(headers["x-ratelimit-reset"]) - self.now()) + 1.0
        return SECONDARY_WAIT


def is_limited(error: BaseException) -> bool:
    """Whether GitHub says that it did nothing because there was too much: a write may follow later."""
    status = status_of(error)
    limited = "rate limit" in str(getattr(error, "message", None) or error).lower()
    if status == 403:
        return limited or "retry-after" in _headers(error)
    return status == 429 or (status == GRAPHQL and limited)


def is_lost(error: BaseException) -> bool:
    """Whether the answer got lost on its way, so that nobody knows what was done.

    Everything that goes wrong with a connection is an OSError, those of the library for it included.
    """
    return isinstance(error, (OSError, MalformedAnswerError)) or (status_of(error) or 0) >= 500


def status_of(error: BaseException) -> int | None:
    """The HTTP status that an exception of PyGithub carries."""
    status = getattr(error, "status", None)
    return status if isinstance(status, int) else None


def _headers(error: BaseException) -> Mapping[str, str]:
    headers: Any = getattr(error, "headers", None)
    return (
        {str(name).lower(): str(value) for name, value in headers.items()}
        if isinstance(headers, dict)
        else {}
    )
