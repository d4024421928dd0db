"""The environment that a runner gives to a container action: variables, files, folders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.github_server.gitwrite import checkout as check_out

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.github_server.events import Event
    from tests.github_server.payloads import Urls

FILES = {
    "GITHUB_OUTPUT": "set_output",
    "GITHUB_STEP_SUMMARY": "step_summary",
    "GITHUB_ENV": "set_env",
    "GITHUB_PATH": "add_path",
    "GITHUB_STATE": "save_state",
}


def environment(
    urls: Urls, event: Event, inputs: Mapping[str, str | bool], folder: Path, *, checkout: str | None = None
) -> dict[str, str]:
    """All of it; nothing of the machine's own environment. `checkout` is what is in the workspace, if anything."""
    places = {
        name: folder / name for name in ("workspace", "home", "workflow", "file_commands", "runner_temp")
    }
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    payload = places["workflow"] / "event.json"
    payload.write_text(json.dumps(event.payload), encoding="utf-8")
    if checkout:
        check_out(event.repository.git, checkout, places["workspace"])
    files = {name: places["file_commands"] / f"{stem}_00000000" for name, stem in FILES.items()}
    for file in files.values():
        file.touch()
    return {
        **_constants(urls),
        **_about(event),
        **{f"INPUT_{name.upper().replace(' ', '_')}": _text(value) for name, value in inputs.items()},
        **{name: str(file) for name, file in files.items()},
        "GITHUB_EVENT_PATH": str(payload),
        "GITHUB_WORKSPACE": str(places["workspace"]),
        "HOME": str(places["home"]),
        "RUNNER_TEMP": str(places["runner_temp"]),
        "RUNNER_WORKSPACE": str(folder),
    }


def _text(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def _constants(urls: Urls) -> dict[str, str]:
    return {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": urls.web,
        "GITHUB_API_URL": urls.api,
        "GITHUB_GRAPHQL_URL": urls.graphql,
        "GITHUB_ACTION": "__concertmaster",
        "GITHUB_JOB": "review",
        "GITHUB_WORKFLOW": "Review",
        "GITHUB_RUN_ID": "1",
        "GITHUB_RUN_NUMBER": "1",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RETENTION_DAYS": "90",
        "RUNNER_OS": "Linux",
        "RUNNER_ARCH": "X64",
        "RUNNER_NAME": "GitHub Actions 1",
        "RUNNER_ENVIRONMENT": "github-hosted",
        "RUNNER_TOOL_CACHE": "/opt/hostedtoolcache",
    }


def _about(event: Event) -> dict[str, str]:
    repository = event.repository
    kind = "tag" if event.ref.startswith("refs/tags/") else "branch"
    short = event.ref.removeprefix("refs/heads/").removeprefix("refs/tags/").removeprefix("refs/pull/")
    return {
        "GITHUB_EVENT_NAME": event.name,
        "GITHUB_REPOSITORY": repository.full_name,
        "GITHUB_REPOSITORY_ID": str(repository.id),
        "GITHUB_REPOSITORY_OWNER": repository.owner.login,
        "GITHUB_REPOSITORY_OWNER_ID": str(repository.owner.id),
        "GITHUB_ACTOR": event.actor.login,
        "GITHUB_ACTOR_ID": str(event.actor.id),
        "GITHUB_TRIGGERING_ACTOR": event.actor.login,
        "GITHUB_SHA": event.sha,
        "GITHUB_REF": event.ref,
        "GITHUB_REF_NAME": short,
        "GITHUB_REF_TYPE": kind,
        "GITHUB_REF_PROTECTED": str(short in repository.protected).lower(),
        "GITHUB_HEAD_REF": event.head_ref,
        "GITHUB_BASE_REF": event.base_ref,
        "GITHUB_WORKFLOW_REF": f"{repository.full_name}/.github/workflows/review.yml@{event.ref}",
        "GITHUB_WORKFLOW_SHA": event.sha,
    }
