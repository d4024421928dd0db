"""Looks at repositories one after the other, as GitHub has them, and keeps a result of each as JSON.

Nothing is cloned. One repository that cannot be judged costs itself alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct

from concertmaster.config import load_config
from concertmaster.fleet.model import is_repository
from concertmaster.github.client import Client
from concertmaster.github.contents import Blobs, CommitFiles
from concertmaster.github.default_branch import projects, read_default_branch
from concertmaster.github.refusals import BadTokenError, GitHubError, NotFoundError
from concertmaster.github.repository import Repository
from concertmaster.github.state import as_tree
from concertmaster.github.upgrade_pull import Outcome, Result, Wishes
from concertmaster.github.upgrades import foremost, upgrade_all
from concertmaster.messages import UserError
from concertmaster.messages.fleet import malformed_name
from concertmaster.projects import config_of, divide, within
from concertmaster.report import json as json_report
from concertmaster.reports import in_repository, merged
from concertmaster.runner import Report, run
from concertmaster.upgrading import target_for
from concertmaster.versions import Window
from concertmaster.workspace import open_workspace, readable
from concertmaster.writer import write

#: Characters of what is told of an upgrade.
MAX_REASON = 2_000


class FleetMode(StrEnum):
    """What is done with each repository."""

    CHECK = "check"
    UPGRADE = "upgrade"


class Done(Struct, frozen=True):
    """One repository: how it went, in a few words, and whether it could be judged."""

    repository: str
    told: str
    is_judged: bool


def named(names: Sequence[str]) -> list[str]:
    """Repositories as they are given: one by one, or several with spaces between.

    Raises:
        UserError: one is no name of a repository.
    """
    found = [name for given in names for name in given.split()]
    for name in found:
        if not is_repository(name):
            raise malformed_name("The repository", name, "the name of a repository with its owner")
    return list(dict.fromkeys(found))


def look_at(
    client: Client,
    names: Sequence[str],
    wishes: Wishes,
    mode: FleetMode,
    output: Path,
    *,
    dry_run: bool,
) -> Iterator[Done]:
    """The repositories in turn; `output` gets a file for each, whatever came of it.

    Raises:
        BadTokenError: GitHub does not know the token, which makes the rest pointless.
    """
    for name in names:
        repository = Repository(client, name)
        try:
            found = (
                _checked(repository, wishes)
                if mode is FleetMode.CHECK
                else _upgraded(repository, wishes, dry_run=dry_run)
            )
        except BadTokenError:
            raise
        except (UserError, GitHubError) as error:
            found = {"version": json_report.VERSION, "error": str(error)}
        _keep(output, name, {"repository": name, "mode": mode.value, **found})
        failed = "error" in found or found.get("upgrade", {}).get("result") == Result.FAILED
        yield Done(name, _told(found), not failed and not found.get("unanalysed"))


def _keep(output: Path, name: str, found: dict[str, Any]) -> None:
    owner, _, short = name.partition("/")
    (output / owner).mkdir(parents=True, exist_ok=True)
    write(output / owner, f"{short}.json", json.dumps(found, indent=2).encode())


def _told(found: dict[str, Any]) -> str:
    if "error" in found:
        return f"not judged: {found['error']}"
    upgrade = found.get("upgrade")
    if upgrade:
        return f"{upgrade['result']}: {upgrade['reason']}"
    missed = f", {len(found['unanalysed'])} not analysed" if found["unanalysed"] else ""
    return f"{found['installed']} to {found['target']}: {len(found['findings'])} finding(s){missed}"


# -- check -------------------------------------------------------------------------------------


def _checked(repository: Repository, wishes: Wishes) -> dict[str, Any]:
    """What `concertmaster check --format json` tells of a checkout of the default branch."""
    commit = repository.tip(repository.default_branch)
    if commit is None:
        raise NotFoundError("the default branch has no commits")
    tree, blobs = as_tree(repository.listing(commit), commit), Blobs(repository.contents, None)
    whole = CommitFiles(tree, blobs)
    whole.load(lambda _: True)
    settings = load_config(lambda path: readable(whole, path))
    homes = divide(whole, settings)
    windows: dict[str, Window] = {}
    reports: list[Report] = []
    for folder in homes:
        files = CommitFiles(tree, blobs, folder=folder, others=within(folder, homes))
        name = f"{repository.full_name}/{folder}".rstrip("/")
        workspace = open_workspace(
            files,
            installed_release=wishes.installed,
            target=_target(files, wishes, name),
            name=name,
            config=config_of(whole, folder, settings),
            supply=wishes.supply,
        )
        windows[folder] = workspace.window
        report = run(workspace, files, rewriting=False)
        reports.append(in_repository(report, folder, is_one=len(homes) == 1))
    found: dict[str, Any] = json.loads(json_report.render(merged(reports), whole.read, windows))
    return found


def _target(files: CommitFiles, wishes: Wishes, name: str) -> str | None:
    """The policy that is asked for; None leaves it to the project."""
    if wishes.target is None:
        return None
    return target_for(
        files,
        wanted=wishes.target,
        installed_release=wishes.installed,
        name=name,
        supply=wishes.supply,
        limits=wishes.limits,
    )


# -- upgrade -----------------------------------------------------------------------------------


def _upgraded(repository: Repository, wishes: Wishes, *, dry_run: bool) -> dict[str, Any]:
    """Where the default branch stands, and what came of making or renewing the pull request of the upgrade."""
    found = _checked(repository, wishes)
    start = read_default_branch(repository, None)
    outcomes = upgrade_all(repository, start, projects(start, wishes), dry_run=dry_run)
    plans = [outcome.plan for outcome in outcomes if outcome.plan is not None]
    if plans:
        missed = [{"path": item.path, "reason": item.reason} for plan in plans for item in plan.unanalysed]
        found |= {"unanalysed": missed}
    if len(outcomes) == 1 and plans:
        found |= {"installed": plans[0].installed, "target": plans[0].target}
    if all(outcome.error for outcome in outcomes):
        found["error"] = outcomes[0].reason
    return {**found, "upgrade": _folded(outcomes), "upgrades": [_outcome(one) for one in outcomes]}


def _folded(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The upgrade of a repository in one line: of its only project, or of all."""
    if len(outcomes) == 1:
        return _outcome(outcomes[0])
    told = "; ".join(f"{one.folder or '.'}: {one.result.value}, {one.reason}" for one in outcomes)
    number = next((one.number for one in outcomes if one.number is not None), None)
    return {"result": foremost(outcomes).value, "reason": told[:MAX_REASON], "pull_request": number}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    reason = outcome.reason[:MAX_REASON]
    told = {"result": outcome.result.value, "reason": reason, "pull_request": outcome.number}
    return {"folder": outcome.folder, **told} if outcome.folder else told
