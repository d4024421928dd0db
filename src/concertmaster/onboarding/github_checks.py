"""What GitHub says of a repository: whether the token may, and whether the settings do. Nothing is written."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from concertmaster.messages import UserError
from concertmaster.onboarding.uses import Use

if TYPE_CHECKING:
    from concertmaster.github.client import Client
    from concertmaster.onboarding.diagnosis import Check

PUBLIC_API = "https://api.github.com"
TOKENS = ("GITHUB_TOKEN", "GH_TOKEN", "INPUT_GITHUB-TOKEN")
_NAME = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_REMOTE = re.compile(
    r"(?:[a-z+]+://(?:[^@/]*@)?|[^@/:]+@)(?P<host>[^/:]+)(?::\d+)?[/:](?P<name>.+?)(?:\.git)?/?"
)
_ALLOWED = "can_approve_pull_request_reviews"
_NO_BRANCH = "concertmaster-asks-whether-it-may-list"
_ASK = "Somebody who administers the repository sees it under Settings, Actions, General."


def github(
    root: Path, uses: Sequence[Use], environment: Mapping[str, str], repository: str | None
) -> Iterator[Check]:
    """What can be asked with the token there is; the token goes to the address of the environment alone."""
    from concertmaster.onboarding.diagnosis import Check, State

    token = next((environment[name] for name in TOKENS if environment.get(name, "").strip()), "")
    api = environment.get("GITHUB_API_URL") or PUBLIC_API
    name = repository or _remote(root, api)
    if not token:
        remedy = "Set GITHUB_TOKEN to one that may read the repository."
        yield Check("token", State.UNKNOWN, "There is no token: what GitHub allows was not asked.", remedy)
        return
    if not name or not _NAME.fullmatch(name):
        what = f"Which repository of {urlsplit(api).hostname} this is, is not known."
        yield Check(
            "token", State.UNKNOWN, what, "Name it with --repository owner/name, or set GITHUB_API_URL."
        )
        return
    yield from _asked(token, api, name, uses)


def _asked(token: str, api: str, name: str, uses: Sequence[Use]) -> Iterator[Check]:
    from concertmaster.github.client import connect
    from concertmaster.github.refusals import BadTokenError, GitHubError, NotFoundError
    from concertmaster.github.retry import Retry
    from concertmaster.onboarding.diagnosis import Check, State

    try:
        client = connect(token.strip(), api, retry=Retry(_short), pause=0, timeout=15)
    except UserError as error:
        yield Check("token", State.FAILURE, f"{error.what} {error.why}", error.remedy)
        return
    try:
        found = client.get(f"/repos/{name}", dict)
        yield from _token(client, name, found, uses)
        yield from _settings(client, name, uses)
    except BadTokenError as error:
        yield Check("token", State.FAILURE, f"{error}.", "Make a new one: it has expired or was revoked.")
    except NotFoundError:
        what = f"The token does not see the repository {name}."
        yield Check("token", State.FAILURE, what, "Check the name, and let the token read its contents.")
    except GitHubError as error:
        what = f"GitHub at {urlsplit(api).hostname} could not be asked: {error}."
        yield Check("token", State.FAILURE, what, "Check the network, GITHUB_API_URL and githubstatus.com.")
    finally:
        client.close()


def _short(seconds: float) -> None:
    """Somebody waits for the diagnosis: not for GitHub as long as a review would."""
    time.sleep(min(seconds, 0.3))


def _token(client: Client, name: str, found: dict[str, Any], uses: Sequence[Use]) -> Iterator[Check]:
    from concertmaster.github.refusals import ReadOnlyTokenError
    from concertmaster.onboarding.diagnosis import Check, State

    if found.get("archived"):
        yield Check(
            "repository", State.FAILURE, f"{name} is archived: nothing can be written.", "Unarchive it."
        )
    granted = found.get("permissions")
    may_write = isinstance(granted, dict) and granted.get("push") is True
    told = "may write contents" if may_write else "may only read contents"
    yield Check("token", State.OK, f"The token sees {name} and {told}.")
    try:
        client.pages(f"/repos/{name}/pulls", dict, head=f"{name.partition('/')[0]}:{_NO_BRANCH}")
    except ReadOnlyTokenError:
        what = "The token may not read pull requests."
        yield Check("token", State.FAILURE, what, "Give it `pull-requests: write`.")
    if not found.get("private") and not any("workflow_run" in use.events for use in uses) and uses:
        what = "The repository is public: pull requests of forks get annotations, and no comments."
        yield Check("repository", State.OK, what, "`concertmaster init --features forks` adds the comments.")


def _settings(client: Client, name: str, uses: Sequence[Use]) -> Iterator[Check]:
    from concertmaster.github.refusals import GitHubError
    from concertmaster.onboarding.diagnosis import Check, State

    try:
        actions = client.get(f"/repos/{name}/actions/permissions", dict)
        workflow = client.get(f"/repos/{name}/actions/permissions/workflow", dict)
    except GitHubError as error:
        what = f"Whether workflows may open pull requests is not known: {error}."
        yield Check("settings", State.UNKNOWN, what, _ASK)
        return
    if actions.get("enabled") is False:
        yield Check(
            "settings", State.FAILURE, "Actions are switched off.", "Switch them on under Settings, Actions."
        )
    opening = [use for use in uses if _opens(use) and "github-token" not in use.inputs]
    if workflow.get(_ALLOWED):
        yield Check("settings", State.OK, "Workflows may open pull requests.")
        return
    state = State.FAILURE if opening else State.OK
    remedy = 'Switch on "Allow GitHub Actions to create and approve pull requests" under Settings, Actions, General.'
    reason = f", and {opening[0].path} does" if opening else "; none here does"
    yield Check(
        "settings", state, f"Workflows may not open pull requests{reason}.", remedy if opening else ""
    )


def _opens(use: Use) -> bool:
    return use.mode == "upgrade" or any(use.has(name) for name in ("follow-up", "companion"))


def _remote(root: Path, api: str) -> str | None:
    """The repository that the remote `origin` names, if it is on the server whose API is asked."""
    from concertmaster.project.git import Repository

    try:
        address = Repository(root).run("remote", "get-url", "origin").decode("utf-8", "replace").strip()
    except UserError:
        return None
    found = _REMOTE.fullmatch(address)
    host = (urlsplit(api).hostname or "").removeprefix("api.")
    return found["name"] if found and found["host"].lower() == host else None
