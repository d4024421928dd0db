"""The inputs of the action, as a runner gives them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from concertmaster.config import FailOn
from concertmaster.github.client import PUBLIC_API
from concertmaster.github.paths import is_safe
from concertmaster.github.wishes import Wishes
from concertmaster.index.supply import Supply
from concertmaster.messages.github import malformed_input, missing_token

PUBLIC_SERVER = "https://github.com"
TOKEN = "INPUT_GITHUB-TOKEN"  # noqa: S105 - the name of a variable


class Check(StrEnum):
    """What is set on the head besides the job's own end."""

    NONE = "none"
    STATUS = "status"
    CHECK_RUN = "check-run"


class FixMode(StrEnum):
    """Where the command `fix` puts what it writes."""

    BRANCH = "branch"
    PULL_REQUEST = "pull-request"


class Inputs(Struct, frozen=True):
    """The inputs of the action. None leaves a thing to the project's own settings."""

    token: str
    wishes: Wishes
    fail_on: FailOn | None = None
    checkout: Path | None = None
    api_url: str = PUBLIC_API
    server_url: str = PUBLIC_SERVER
    check: Check = Check.NONE
    sarif: str | None = None
    follow_up: bool = False
    companion: bool = False
    fix_mode: FixMode = FixMode.BRANCH
    report: str | None = None

    @property
    def files(self) -> dict[str, str]:
        """What is written into the workspace, by the names of inputs and outputs."""
        return {"sarif": self.sarif or "", "report": self.report or ""}


def read_inputs(environment: Mapping[str, str], *, offline: bool = False) -> Inputs:
    """The inputs as a runner gives them: upper case, hyphens kept; `offline` is as if that input were true.

    Raises:
        UserError: the token is missing, or a value is not understood.
    """
    token = environment.get(TOKEN, "").strip()
    if not token:
        raise missing_token()
    workspace = environment.get("GITHUB_WORKSPACE", "")
    return Inputs(
        token,
        Wishes(
            read_input(environment, "from"),
            read_input(environment, "target"),
            _folder(environment),
            _truth(environment, "new-only"),
            Supply.of(environment, offline=offline or bool(_truth(environment, "offline"))),
            _projects(environment),
            _kept(environment),
        ),
        _fail_on(read_input(environment, "fail-on")),
        Path(workspace) if workspace and Path(workspace).is_dir() else None,
        environment.get("GITHUB_API_URL") or PUBLIC_API,
        environment.get("GITHUB_SERVER_URL") or PUBLIC_SERVER,
        _check(read_input(environment, "check")),
        _file(environment, "sarif", "concertmaster.sarif"),
        bool(_truth(environment, "follow-up")),
        bool(_truth(environment, "companion")),
        _fix_mode(read_input(environment, "fix-mode")),
        _file(environment, "report", "concertmaster.html"),
    )


def read_input(environment: Mapping[str, str], name: str) -> str | None:
    """An input; None where it is empty."""
    return environment.get(f"INPUT_{name.upper()}", "").strip() or None


def _file(environment: Mapping[str, str], name: str, example: str) -> str | None:
    given = read_input(environment, name)
    if given is not None and not is_safe(given):
        raise malformed_input(name, given, f"a file in the workspace, such as {example}")
    return given


def _truth(environment: Mapping[str, str], name: str) -> bool | None:
    given = read_input(environment, name)
    if given is None:
        return None
    if given.lower() not in ("true", "false"):
        raise malformed_input(name, given, "true or false")
    return given.lower() == "true"


def _folder(environment: Mapping[str, str]) -> str:
    given = read_input(environment, "working-directory") or "."
    folder = given.removeprefix("./").rstrip("/")
    if folder in (".", ""):
        return ""
    if not is_safe(folder):
        raise malformed_input(
            "working-directory", given, "a folder of the repository, such as services/network"
        )
    return folder


def _kept(environment: Mapping[str, str]) -> Path | None:
    """Where reports are kept for the next job: beside the workspace, which holds what a stranger wrote."""
    folder = environment.get("RUNNER_TEMP", "")
    return Path(folder) / "concertmaster" if _truth(environment, "cache") and folder else None


def _projects(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Folders, one a line or with commas between."""
    given = read_input(environment, "projects") or ""
    named = tuple(name for line in given.splitlines() for part in line.split(",") if (name := part.strip()))
    for name in named:
        if not is_safe(name.removeprefix("./").rstrip("/") or ".") and name not in (".", "./"):
            raise malformed_input("projects", name, "folders of the repository, such as services/network")
    return named


def _check(given: str | None) -> Check:
    if given is not None and given not in tuple(Check):
        raise malformed_input("check", given, f"one of {', '.join(Check)}")
    return Check(given or Check.NONE)


def _fix_mode(given: str | None) -> FixMode:
    if given is not None and given not in tuple(FixMode):
        raise malformed_input("fix-mode", given, f"one of {', '.join(FixMode)}")
    return FixMode(given or FixMode.BRANCH)


def _fail_on(given: str | None) -> FailOn | None:
    if given is None:
        return None
    if given not in tuple(FailOn):
        raise malformed_input("fail-on", given, f"one of {', '.join(FailOn)}")
    return FailOn(given)
