"""The pull request that goes on top of a reviewed one: made, renewed and closed along with it, and told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.github.client import Client
from concertmaster.github.event import Closed
from concertmaster.github.following import companion, follow_up, missing
from concertmaster.github.inputs import Inputs
from concertmaster.github.pull import Pull
from concertmaster.github.reading import Reviewed
from concertmaster.github.repository import Repository
from concertmaster.github.review import ReviewPlan
from concertmaster.github.stacked import PREFIX, Kept, Stack, Write, around, close, keep, retarget
from concertmaster.report.checklist import ticked
from concertmaster.report.markdown import Links, code, count
from concertmaster.report.stacked import MAX_BODY, Told, render
from concertmaster.upgrading.finishing import Finish
from concertmaster.upgrading.formatting import formatter
from concertmaster.upgrading.locking import Locksmith
from concertmaster.upgrading.tools import Toolbox

_FORK = "A pull request on top of this one is not made, since its branch is in another repository."


class Beside(Struct, frozen=True):
    """What the review says of the pull request on top of it; `is_lost` where GitHub was not there."""

    url: str | None = None
    notes: tuple[str, ...] = ()
    is_lost: bool = False


def finish(inputs: Inputs, environment: Mapping[str, str]) -> Finish:
    """How commits are finished in this job."""
    supply = inputs.wishes.supply
    tools = Toolbox.of(environment, supply.source)
    return Finish(partial(formatter, tools=tools), Locksmith(tools, supply.address))


def beside(
    pull: Pull, inputs: Inputs, reviewed: Reviewed, finish: Finish, plan: Callable[[], ReviewPlan]
) -> Beside:
    """Bring it up to date as the workflow wants it; `plan` gives the review, where that decides what is left.

    Raises:
        GitHubError: it cannot be asked where the pull request is now.
    """
    request = pull.request
    if request.head_ref.startswith(PREFIX):
        return Beside()
    made = companion(request, reviewed, finish) if inputs.companion else None
    if made is None and inputs.follow_up:
        left = plan().follow_up
        made = follow_up(request, reviewed, left.findings if left else (), finish)
    if made is None:
        return Beside(notes=() if inputs.companion else tuple(missing(request, reviewed)))
    if request.is_fork:
        return Beside(notes=(_FORK,) if made[0].files else ())
    if pull.head_sha() != request.head_sha:
        return Beside()
    stack, told = made
    return _told(put(pull.client, inputs, request.repository, stack, told), stack, inputs, request.repository)


def put(client: Client, inputs: Inputs, repository: str, stack: Stack, told: Told) -> Kept:
    """Make or renew the pull request."""
    return keep(Repository(client, repository), stack, _writer(inputs, repository, told))


def _writer(inputs: Inputs, repository: str, told: Told) -> Write:
    def write(tip: str, notes: tuple[str, ...], old: str) -> str:
        links = Links(inputs.server_url, repository, tip)
        text = render(replace(told, notes=(*told.notes, *notes)), links, ticked(old))
        return around(old, text, limit=MAX_BODY)

    return write


def address(inputs: Inputs, repository: str, number: int) -> str:
    return f"{inputs.server_url.rstrip('/')}/{repository}/pull/{number}"


def _told(kept: Kept, stack: Stack, inputs: Inputs, repository: str) -> Beside:
    if kept.number is None:
        if not kept.note:
            return Beside()
        note = f"The pull request on top of this one is not up to date: {code(kept.note, limit=600)}."
        return Beside(notes=(note,), is_lost=kept.is_lost)
    url = address(inputs, repository, kept.number)
    note = f"[#{kept.number}]({url}) goes on top of this and brings {count(len(stack.files), 'file')} more."
    return Beside(url, (note,))


def end(client: Client, closed: Closed) -> str:
    """What became of the pull request on top of one that is closed.

    Raises:
        GitHubError: GitHub does not do it.
    """
    repository = Repository(client, closed.repository)
    if closed.is_merged:
        number = retarget(repository, closed.number, closed.base_ref)
        return f"#{number} goes into {closed.base_ref} now" if number else "nothing is on top of it"
    number = close(repository, closed.number, closed.head_sha, f"#{closed.number} was closed.")
    return f"#{number} was closed along with it" if number else "nothing of ours alone is on top of it"
