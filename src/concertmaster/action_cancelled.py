"""What a review that is stopped leaves on the commit, however far it got."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from concertmaster.github import job
from concertmaster.github.client import connect
from concertmaster.github.event import Request
from concertmaster.github.inputs import Check, Inputs
from concertmaster.github.refusals import GitHubError
from concertmaster.github.retry import Retry
from concertmaster.stopping import Stopped, stop_listening


@contextmanager
def marked_when_stopped(request: Request, inputs: Inputs) -> Iterator[None]:
    """Say on the commit that what is done within was cancelled, where the workflow wants a mark there."""
    try:
        yield
    except Stopped:
        stop_listening()
        if inputs.check is not Check.NONE:
            _mark(request, inputs)
        raise


def _mark(request: Request, inputs: Inputs) -> None:
    """Said at once or not at all, over a connection of its own: the other one may be in the middle of a call."""
    from concertmaster.github.check import mark, plan_cancelled

    client = connect(inputs.token, inputs.api_url, retry=Retry(sleep=lambda _: None), pause=0, timeout=5)
    try:
        mark(client, request, plan_cancelled(), as_run=inputs.check is Check.CHECK_RUN)
    except GitHubError as error:
        job.log(f"The {inputs.check} could not be set to cancelled: {error}.")
    finally:
        client.close()
