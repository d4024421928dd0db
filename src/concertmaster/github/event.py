"""What a workflow run was started for: the event's payload and the runner's environment, as one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from concertmaster.github.messages import malformed_event, missing_variable

ACTIONS = ("opened", "synchronize", "reopened", "ready_for_review")
EVENTS = ("pull_request", "pull_request_target")
MAX_PAYLOAD = 25 * 1024 * 1024


def _no_dots(name: str) -> str:
    if set(name) == {"."}:
        raise ValueError("a repository cannot be called like a folder's own or parent entry")
    return name


Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Owner = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$"), AfterValidator(_no_dots)]
Ref = Annotated[str, StringConstraints(min_length=1, max_length=1024, pattern=r"^[^\x00-\x20\x7f]+$")]


Model = TypeVar("Model", bound=BaseModel)


class _Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Owner(_Payload):
    login: Owner


class _Repository(_Payload):
    name: Name
    owner: _Owner

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"


class _Side(_Payload):
    ref: Ref
    sha: Sha
    repo: _Repository | None = None


class _PullRequest(_Payload):
    number: Annotated[int, Field(gt=0)]
    draft: bool = False
    head: _Side
    base: _Side


class _PullRequestEvent(_Payload):
    action: str
    pull_request: _PullRequest
    repository: _Repository


class _AnyEvent(_Payload):
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """The pull request to review. `head_repository` is None when the fork was deleted."""

    owner: str
    name: str
    number: int
    head_sha: str
    base_sha: str
    head_ref: str
    base_ref: str
    head_repository: str | None
    action: str = "opened"
    draft: bool = False

    @property
    def repository(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def is_fork(self) -> bool:
        """Whether the head is in another repository, so that the token may only read."""
        return self.head_repository != self.repository


@dataclass(frozen=True, slots=True)
class Skipped:
    """An event that asks for no review, and why not."""

    reason: str


def read_event(environment: Mapping[str, str]) -> Request | Skipped:
    """The request that a runner's environment describes.

    Raises:
        UserError: a variable is missing, or the payload is not what GitHub sends.
    """
    name = required(environment, "GITHUB_EVENT_NAME")
    if name not in EVENTS:
        return Skipped(f"a {name} event has no pull request; reviews run on pull_request")
    path = Path(required(environment, "GITHUB_EVENT_PATH"))
    payload = _read(path)
    action = _parsed(_AnyEvent, payload, path).action
    if action not in ACTIONS:
        return Skipped(f"nothing is to be reviewed when a pull request is {_past(action)}")
    return _request(_parsed(_PullRequestEvent, payload, path))


def required(environment: Mapping[str, str], name: str) -> str:
    """A variable that a runner always sets.

    Raises:
        UserError: it is not set, or empty.
    """
    value = environment.get(name, "")
    if not value:
        raise missing_variable(name)
    return value


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            payload = file.read(MAX_PAYLOAD + 1)
    except OSError as error:
        raise malformed_event(str(path), error.strerror or type(error).__name__) from None
    if len(payload) > MAX_PAYLOAD:
        raise malformed_event(str(path), f"it is larger than {MAX_PAYLOAD // 1024 // 1024} MiB")
    return payload


def _parsed(kind: type[Model], payload: bytes, path: Path) -> Model:
    try:
        return kind.model_validate_json(payload)
    except ValidationError as error:
        raise malformed_event(str(path), _first_problem(error)) from None


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])


def _request(event: _PullRequestEvent) -> Request:
    pull, repository = event.pull_request, event.repository
    return Request(
        owner=repository.owner.login,
        name=repository.name,
        number=pull.number,
        head_sha=pull.head.sha,
        base_sha=pull.base.sha,
        head_ref=pull.head.ref,
        base_ref=pull.base.ref,
        head_repository=pull.head.repo.full_name if pull.head.repo else None,
        action=event.action,
        draft=pull.draft,
    )


def _past(action: str | None) -> str:
    return (action or "of no known action").replace("_", " ")[:50]
