"""The parts of GitHub's payloads that a review needs, each name and object id held to its form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from concertmaster.messages.github import malformed_event

MAX_PAYLOAD = 25 * 1024 * 1024


def _no_dots(name: str) -> str:
    if set(name) == {"."}:
        raise ValueError("a repository cannot be called like a folder's own or parent entry")
    return name


def _no_way_up(ref: str) -> str:
    if ".." in ref or "@{" in ref or "//" in ref or ref[0] in "-/." or ref.endswith(("/", ".", ".lock")):
        raise ValueError("git lets no branch be called so")
    return ref


Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Owner = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$"), AfterValidator(_no_dots)]
Ref = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1024, pattern=r"^[^\x00-\x20\x7f~^:?*\[\\]+$"),
    AfterValidator(_no_way_up),
]


Model = TypeVar("Model", bound=BaseModel)


class Payload(BaseModel):
    """What is not named is left out."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Person(Payload):
    """Somebody with an account, be it an app's."""

    login: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?$")]
    type: str = "User"


class Account(Payload):
    """Who a repository belongs to."""

    login: Owner


class Repository(Payload):
    """A repository by its checked name."""

    name: Name
    owner: Account

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"


class Side(Payload):
    """One end of a pull request; a deleted fork leaves no repository."""

    ref: Ref
    sha: Sha
    repo: Repository | None = None


class PullRequest(Payload):
    """A pull request."""

    number: Annotated[int, Field(gt=0)]
    draft: bool = False
    state: str = "open"
    merged: bool = False
    maintainer_can_modify: bool = False
    changed_files: Annotated[int, Field(ge=0)] | None = None
    user: Person | None = None
    head: Side
    base: Side


class PullRequestEvent(Payload):
    """`pull_request` and `pull_request_target`."""

    action: str
    pull_request: PullRequest
    repository: Repository


class Comment(Payload):
    """A comment on an issue, or on lines of a pull request."""

    id: Annotated[int, Field(gt=0)]
    body: Annotated[str, StringConstraints(max_length=70_000)]
    user: Person
    in_reply_to_id: Annotated[int, Field(gt=0)] | None = None


class Numbered(Payload):
    """An issue or pull request; `pull_request` tells that an issue is one."""

    number: Annotated[int, Field(gt=0)]
    pull_request: object = None


class IssueCommentEvent(Payload):
    """`issue_comment`."""

    action: str
    issue: Numbered
    comment: Comment
    repository: Repository
    sender: Person


class ReviewCommentEvent(Payload):
    """`pull_request_review_comment`."""

    action: str
    pull_request: Numbered
    comment: Comment
    repository: Repository
    sender: Person


class MergeGroup(Payload):
    """The trial commit of a merge queue."""

    head_sha: Sha
    base_sha: Sha
    head_ref: Ref
    base_ref: Ref


class MergeGroupEvent(Payload):
    """`merge_group`."""

    action: str
    merge_group: MergeGroup
    repository: Repository


class WorkflowRun(Payload):
    """An earlier workflow, and what it ran on."""

    event: str
    head_sha: Sha
    head_branch: Ref | None = None
    head_repository: Repository | None = None


class WorkflowRunEvent(Payload):
    """`workflow_run`."""

    action: str
    workflow_run: WorkflowRun
    repository: Repository


class AnyEvent(Payload):
    """What every event may have."""

    action: str | None = None


class ListedFile(Payload):
    """A file of a pull request, in a list of them."""

    filename: str
    status: str
    sha: str | None = None
    patch: str | None = None
    additions: int = Field(default=0, ge=0)
    deletions: int = Field(default=0, ge=0)
    previous_filename: str | None = None


def read(path: Path) -> bytes:
    """The payload of an event.

    Raises:
        UserError: it cannot be read, or is larger than GitHub makes them.
    """
    try:
        with path.open("rb") as file:
            payload = file.read(MAX_PAYLOAD + 1)
    except OSError as error:
        raise malformed_event(str(path), error.strerror or type(error).__name__) from None
    if len(payload) > MAX_PAYLOAD:
        raise malformed_event(str(path), f"it is larger than {MAX_PAYLOAD // 1024 // 1024} MiB")
    return payload


def parsed(kind: type[Model], payload: bytes, path: Path) -> Model:
    """A payload as one of the models above.

    Raises:
        UserError: it is none.
    """
    try:
        return kind.model_validate_json(payload)
    except ValidationError as error:
        raise malformed_event(str(path), _first_problem(error)) from None


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])
