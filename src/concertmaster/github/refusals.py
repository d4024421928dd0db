"""GitHub's refusals in terms of this project, so that no other module knows the exceptions of a library."""

from __future__ import annotations

import re

from concertmaster.github.retry import GRAPHQL, RedirectedError, is_limited, is_lost, status_of

_UNKNOWN = re.compile(
    r"doesn't exist on type|isn't a defined (input )?type|doesn't accept argument", re.IGNORECASE
)
_FORBIDDEN = ("resource not accessible by integration", "resource not accessible by personal access token")


class GitHubError(Exception):
    """A call that came to nothing; the text says why."""


class BadTokenError(GitHubError):
    """GitHub does not know the token."""


class ReadOnlyTokenError(GitHubError):
    """The token may not do this; that of a fork's pull request may only read."""


class MovedError(GitHubError):
    """A branch is not where it was seen: somebody has pushed to it."""


class NotPermittedError(GitHubError):
    """A setting of the repository or its organization forbids it, whatever the token may do."""


class RenamedError(GitHubError):
    """The repository has another name now, and what was read under the old one is not to be relied upon."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the repository is called {name} now")
        self.name = name


class NotFoundError(GitHubError):
    """What was asked for is not there, or not for this token."""


class UnsupportedError(GitHubError):
    """This server does not know the call; an older Enterprise Server lacks parts of GraphQL."""


class OutageError(GitHubError):
    """GitHub would do it at another time."""


class LostError(OutageError):
    """No answer, or none that makes sense, so that nobody knows what was done."""


class UnprocessableError(GitHubError):
    """GitHub understood and declined: one comment that cannot hang where it should is enough."""


def refusal(error: Exception) -> GitHubError:
    """The refusal that an exception of a call stands for."""
    if isinstance(error, RedirectedError):
        return GitHubError("the repository has another name now; run the workflow again, under its new name")
    status, message = status_of(error), _message(error)
    if status == 401:
        return BadTokenError("GitHub does not accept the token")
    if is_limited(error):
        return OutageError(f"GitHub's rate limit is exceeded, and the wait would be too long ({message})")
    if status in (403, GRAPHQL) and any(text in message.lower() for text in _FORBIDDEN):
        return ReadOnlyTokenError(f"the token may not do that ({message})")
    if status == GRAPHQL and _UNKNOWN.search(message):
        return UnsupportedError(f"this server cannot do that ({message})")
    told = f"GitHub answered with status {status}: {message}" if status else f"no answer: {message}"
    if is_lost(error):
        return LostError(told)
    if status == 403 and "not permitted" in message.lower():
        return NotPermittedError(message)
    kinds: dict[int | None, type[GitHubError]] = {
        404: NotFoundError,
        410: NotFoundError,
        422: UnprocessableError,
    }
    return kinds.get(status, GitHubError)(told)


def _told(error: object) -> str:
    """One of several errors: a sentence, or an object that has one."""
    return str(error.get("message") or error) if isinstance(error, dict) else str(error)


def _message(error: Exception) -> str:
    """What GitHub says, without what a library adds; one line of bounded length."""
    data = getattr(error, "data", None)
    texts = (
        [str(data.get("message") or ""), *map(_told, data.get("errors") or ())]
        if isinstance(data, dict)
        else []
    )
    text = "; ".join(filter(None, texts)) or str(error) or type(error).__name__
    return " ".join(text.split())[:300]
