"""Whether the triggers and permissions of workflows fit what they have the action do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from concertmaster.onboarding.uses import Use, Uses

if TYPE_CHECKING:
    from concertmaster.onboarding.diagnosis import Check

COMMENTING = ("issue_comment", "pull_request_review_comment")
REVIEWING = ("pull_request", "merge_group", "workflow_run")
NEEDED_TYPES = ("opened", "synchronize")
_RANK = {"none": 0, "read": 1, "write": 2}


def workflows(uses: Uses) -> Iterator[Check]:
    """One check for each use that is in order, and one for each thing that is not."""
    from concertmaster.onboarding.diagnosis import Check, State

    for path in uses.unread:
        yield Check("workflows", State.WARNING, f"{path} could not be read.", "Correct its YAML.")
    if not uses.found:
        what = "No workflow uses the action."
        yield Check("workflows", State.WARNING, what, "Write them with `concertmaster init`.")
    for use in uses.found:
        problems = [*_permissions(use), *_triggers(use, uses)]
        yield from problems
        if not problems:
            yield Check(
                "workflows", State.OK, f"{_place(use)} has the triggers and permissions that it needs."
            )


def needs(use: Use) -> dict[str, str]:
    """The least permissions that a use needs, each with what it is for."""
    if use.mode == "upgrade":
        return {"contents": "write", "pull-requests": "write"}
    writes = any(use.has(name) for name in ("follow-up", "companion")) or _obeys(use)
    found = {"contents": "write" if writes else "read", "pull-requests": "write" if writes else "read"}
    check = use.inputs.get("check", "none")
    found |= {"status": {"statuses": "write"}, "check-run": {"checks": "write"}}.get(check, {})
    return found


def _permissions(use: Use) -> Iterator[Check]:
    from concertmaster.onboarding.diagnosis import Check, State

    if "github-token" in use.inputs:
        return  # another token than the job's has permissions of its own
    place, wanted = _place(use), needs(use)
    if use.permissions is None:
        listed = ", ".join(f"{name}: {level}" for name, level in wanted.items())
        what = f"{place} says no permissions: what its token may do, the repository's settings decide."
        yield Check("permissions", State.WARNING, what, f"Give the job `permissions: {{{listed}}}`.")
        return
    for name, level in wanted.items():
        if _RANK.get(use.level(name) or "none", 0) < _RANK[level]:
            what = f"{place} needs `{name}: {level}` and has `{use.level(name)}`."
            yield Check("permissions", State.FAILURE, what, f"Give the job `{name}: {level}`.")
    yield from _surplus(use, wanted)


def _surplus(use: Use, wanted: dict[str, str]) -> Iterator[Check]:
    from concertmaster.onboarding.diagnosis import Check, State

    place = _place(use)
    if use.permissions == "write-all":
        what = f"{place} may write everything."
        yield Check("permissions", State.WARNING, what, "Name the permissions that it needs instead.")
    given = use.permissions if not isinstance(use.permissions, str) and use.permissions else {}
    useful = {**wanted, "contents": "write", "pull-requests": "write", "actions": "read", "metadata": "read"}
    useful["security-events"] = "write" if use.inputs.get("sarif") else "none"
    for name, level in given.items():
        if _RANK.get(level, 0) > _RANK[useful.get(name, "none")]:
            what = f"{place} has `{name}: {level}`, which the action does not use."
            yield Check(
                "permissions", State.WARNING, what, f"Take `{name}` away unless another step needs it."
            )


def _triggers(use: Use, uses: Uses) -> Iterator[Check]:
    from concertmaster.onboarding.diagnosis import Check, State

    place = _place(use)
    if "pull_request_target" in use.events:
        what = (
            f"{place} runs on `pull_request_target`: what a fork sends can then reach a token that may write."
        )
        remedy = "Use `pull_request`, and the feature `forks` of `concertmaster init` for comments there."
        yield Check("triggers", State.FAILURE, what, remedy)
    if use.mode == "upgrade":
        if not {"schedule", "workflow_dispatch", "push", "repository_dispatch"} & use.events.keys():
            what = f"{place} upgrades, and neither a schedule nor anybody starts it."
            yield Check("triggers", State.FAILURE, what, "Add `on: schedule` or `workflow_dispatch`.")
        return
    if "schedule" in use.events:
        what = (
            f"{place} reviews in a file with a schedule: GitHub switches such files off after 60 quiet days."
        )
        yield Check("triggers", State.WARNING, what, "Move what is scheduled to a file of its own.")
    if not {*REVIEWING, *COMMENTING, "pull_request_target", "workflow_call"} & use.events.keys():
        what = f"{place} reviews, and no event of a pull request starts it."
        yield Check("triggers", State.FAILURE, what, "Add `on: pull_request`.")
    yield from _narrow(use, uses)


def _narrow(use: Use, uses: Uses) -> Iterator[Check]:
    from concertmaster.onboarding.diagnosis import Check, State

    place = _place(use)
    settings = use.events.get("pull_request", {})
    types = settings.get("types")
    missing = [name for name in NEEDED_TYPES if isinstance(types, list) and name not in types]
    if missing:
        what = f"{place} does not run when a pull request is {' or '.join(missing)}."
        yield Check("triggers", State.WARNING, what, f"Add {', '.join(missing)} to its `types`.")
    if "paths" in settings or "paths-ignore" in settings:
        what = (
            f"{place} is filtered by paths: where it is a required check, it blocks what it does not run on."
        )
        yield Check(
            "triggers", State.WARNING, what, "Take `paths` away; files that do not matter cost nothing."
        )
    followed = use.events.get("workflow_run", {}).get("workflows")
    lost = [str(name) for name in followed or () if isinstance(followed, list) and name not in uses.names]
    if lost:
        what = f"{place} follows {', '.join(lost)}, and no workflow is called so."
        yield Check("triggers", State.FAILURE, what, "Name the workflow that reviews under `workflow_run`.")


def _obeys(use: Use) -> bool:
    return any(name in use.events for name in COMMENTING)


def _place(use: Use) -> str:
    return f"{use.path}, job {use.job},"
