"""Everything that must be there for Concertmaster to work in a repository, looked at in turn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct, to_builtins

from concertmaster.index import refresh
from concertmaster.index.supply import Supply
from concertmaster.messages import UserError
from concertmaster.onboarding.uses import read_uses
from concertmaster.project.files import Project, WorkingTree
from concertmaster.workspace import open_workspace, readable

VERSION = 1


class State(StrEnum):
    """How a check ended; `unknown` is what could not be found out."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
    UNKNOWN = "unknown"


class Check(Struct, frozen=True):
    """One thing that was looked at: what was seen and, where something is wrong with it, what to do."""

    topic: str
    state: State
    what: str
    remedy: str = ""


def examine(
    root: Path, environment: Mapping[str, str], *, repository: str | None = None, offline: bool = False
) -> Iterator[Check]:
    """The whole diagnosis, from the project to GitHub."""
    from concertmaster.onboarding.github_checks import github
    from concertmaster.onboarding.workflow_checks import workflows

    tree = WorkingTree.open(root)
    supply = Supply.of(environment, offline=offline)
    uses = read_uses(tree.paths, lambda path: readable(tree, path))
    yield from _project(tree, str(root))
    yield from _index(supply, offline=offline)
    yield from workflows(uses)
    if offline:
        yield Check("token", State.UNKNOWN, "GitHub was not asked: this run is offline.")
    else:
        yield from github(root, uses.found, environment, repository)


def _project(tree: Project, name: str) -> Iterator[Check]:
    try:
        workspace = open_workspace(tree, name=name)
    except UserError as error:
        yield Check("project", State.FAILURE, f"{error.what} {error.why}", error.remedy)
        return
    yield Check("project", State.OK, f"It is built on orchestrator-core {workspace.window.installed}.")


def _index(supply: Supply, *, offline: bool) -> Iterator[Check]:
    outcome = None
    try:
        outcome = refresh.best(None)
        yield Check("index", State.OK, f"Public names are known up to {outcome.index.newest()}.")
    except UserError as error:
        yield Check("index", State.FAILURE, f"{error.what} {error.why}", error.remedy)
    if offline:
        yield Check("network", State.UNKNOWN, "The package index was not asked: this run is offline.")
        return
    try:
        count = len(supply.listed())
    except UserError as error:
        told = f"{error.what} {error.why} Releases that are newer than the index cannot be judged by their names."
        yield Check("network", State.WARNING, told, error.remedy)
        return
    yield Check("network", State.OK, f"The package index lists {count} releases of orchestrator-core.")


def as_lines(checks: Iterable[Check]) -> Iterator[str]:
    """For people: a line for each check, and its remedy below it."""
    from concertmaster.report.terminal import visible

    for check in checks:
        yield f"{check.state.value:<8} {check.topic}: {visible(check.what)}"
        if check.remedy:
            yield f"         -> {visible(check.remedy)}"


def as_json(checks: Iterable[Check]) -> str:
    """For programs: one stable shape, version 1."""
    return json.dumps({"version": VERSION, "checks": to_builtins(list(checks))}, indent=2)
