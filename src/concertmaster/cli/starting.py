"""`concertmaster init` and `concertmaster doctor`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from concertmaster.cli import options
from concertmaster.cli.opening import root_around
from concertmaster.messages import missing_path
from concertmaster.outcome import CLEAN, FINDINGS

if TYPE_CHECKING:
    from concertmaster.onboarding.diagnosis import Check
    from concertmaster.onboarding.features import Feature
    from concertmaster.onboarding.proposals import Proposal, Survey


@click.command(short_help="Set a repository up: workflow files and configuration.")
@options.repository
@click.option(
    "--features",
    multiple=True,
    help="What to set up, comma-separated: review, resolve, follow-up, companion, check-run, forks, gate, "
    "upgrade, commands. The first and upgrade if none.",
)
@click.option("--yes", "-y", is_flag=True, help="Write new files without asking.")
@click.option("--overwrite", is_flag=True, help="With --yes, also replace files that are there and differ.")
@click.option(
    "--action",
    default="OWNER/concertmaster@v0",
    envvar="CONCERTMASTER_ACTION",
    show_envvar=True,
    help="The action that the workflows use.",
)
def init(*, path: Path | None, features: tuple[str, ...], yes: bool, overwrite: bool, action: str) -> None:
    """Set a repository up: workflow files and configuration, with no permission that is not needed."""
    from concertmaster.onboarding.features import DEFAULT, chosen
    from concertmaster.onboarding.proposals import done_elsewhere, proposals, survey
    from concertmaster.project.files import WorkingTree

    root = _root(path)
    names = [name.strip() for value in features for name in value.split(",") if name.strip()]
    wanted = chosen(names or DEFAULT)
    seen = survey(WorkingTree.open(root), name=str(root))
    elsewhere = done_elsewhere(seen, wanted, action)
    _tell_survey(seen, elsewhere)
    wanted = tuple(feature for feature in wanted if feature.name not in elsewhere)
    found = list(proposals(root, seen, wanted, action))
    if not found:
        click.echo("Nothing to write: everything is there.")
        return
    _show(found, wanted)
    if action.startswith("OWNER/"):
        click.echo("OWNER stands for the account that the action is published under: give it with --action.")
    written = _write(root, found, yes=yes, overwrite=overwrite)
    if written:
        click.echo("Commit these files, then ask `concertmaster doctor` whether all that they need is there.")


def _root(path: Path | None) -> Path:
    root = (path or Path.cwd()).absolute()
    if not root.is_dir():
        raise missing_path(str(root))
    return root_around([root])


def _tell_survey(seen: Survey, elsewhere: dict[str, str]) -> None:
    from concertmaster.report.terminal import visible

    click.echo(f"orchestrator-core {seen.release}")
    if len(seen.projects) > 1:
        click.echo(f"{len(seen.projects)} projects: {', '.join(map(visible, seen.projects))}")
    for name, path in elsewhere.items():
        click.echo(f"{name}: {visible(path)} sees to it already; it is left as it is")
    if seen.bots and not any(use.has("companion") for use in seen.uses.found):
        bots = " and ".join(seen.bots)
        click.echo(
            f"{bots} raises dependencies here: the feature `companion` adds the code that goes with it."
        )


def _show(found: list[Proposal], wanted: tuple[Feature, ...]) -> None:
    from concertmaster.cli.telling import tell_difference
    from concertmaster.report.difference import unified

    for proposal in found:
        tell_difference(unified(proposal.path, proposal.old, proposal.new))
    click.echo()
    for feature in wanted:
        click.echo(f"{feature.name}: {feature.does}")


def _write(root: Path, found: list[Proposal], *, yes: bool, overwrite: bool) -> int:
    """Ask, and write what is agreed to; how many files that are."""
    from concertmaster.onboarding.proposals import apply
    from concertmaster.report.markdown import count

    if not yes and not sys.stdin.isatty():
        click.echo("Nothing was written: nobody can be asked here. Run it with --yes.", err=True)
        return 0
    new = [proposal for proposal in found if proposal.old is None]
    agreed = (
        new if new and (yes or click.confirm(f"Write {count(len(new), 'new file')}?", default=True)) else []
    )
    for proposal in found:
        if proposal.old is None:
            continue
        if overwrite if yes else click.confirm(f"Overwrite {proposal.path}?", default=False):
            agreed.append(proposal)
        else:
            click.echo(f"{proposal.path} is left as it is.")
    for proposal in agreed:
        apply(root, proposal)
        click.echo(f"wrote {proposal.path}")
    return len(agreed)


class DoctorFormat(StrEnum):
    """How a diagnosis is told."""

    TERMINAL = "terminal"
    JSON = "json"


@click.command(short_help="Say whether all that is needed is there, and what to do.")
@options.repository
@click.option(
    "--repository",
    envvar="GITHUB_REPOSITORY",
    show_envvar=True,
    help="Its name on GitHub, owner/name; else that of its remote.",
)
@options.in_format(DoctorFormat.TERMINAL, "How to tell the diagnosis.")
@options.offline
def doctor(
    *,
    path: Path | None,
    repository: str | None,
    format_: DoctorFormat,
    offline: bool,
) -> int:
    """Say whether everything is there: token, settings, workflows, network, index; and what to do where not.

    The token is that of GITHUB_TOKEN or GH_TOKEN; it is shown to GITHUB_API_URL alone, and nothing is written.
    """
    from concertmaster.onboarding.diagnosis import State, as_json, as_lines, examine

    found: list[Check] = []
    checks = _kept(examine(_root(path), os.environ, repository=repository, offline=offline), found)
    if format_ is DoctorFormat.JSON:
        click.echo(as_json(checks))
    elif sys.stdout.isatty():
        from concertmaster.onboarding.showing import print_checks
        from concertmaster.report.screen import console

        print_checks(console(os.environ), checks)
    else:
        for line in as_lines(checks):
            click.echo(line)
    return FINDINGS if any(check.state is State.FAILURE for check in found) else CLEAN


def _kept(checks: Iterable[Check], found: list[Check]) -> Iterator[Check]:
    """The same checks one by one, each of which is remembered."""
    for check in checks:
        found.append(check)
        yield check
