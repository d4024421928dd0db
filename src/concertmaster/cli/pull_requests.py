"""`concertmaster review` and `concertmaster upgrade`, as the action starts them and in a local repository."""

from __future__ import annotations

import os
from pathlib import Path

import click

from concertmaster.cli import options
from concertmaster.cli.opening import root_around
from concertmaster.config import FailOn
from concertmaster.messages import missing_path


@click.command(short_help="Review a pull request, or a local branch with --base.")
@click.option("--base", help="Review HEAD against this revision of the local repository.")
@click.option("--dry-run", is_flag=True, help="Print the plan; post nothing.")
@click.option("--preview", type=options.PATH, help="Write the review as an HTML page.")
@options.from_release
@options.target
@options.fail_on
@options.offline
def review(
    *,
    base: str | None,
    dry_run: bool,
    preview: Path | None,
    from_release: str | None,
    target: str | None,
    fail_on: FailOn | None,
    offline: bool,
) -> int:
    """Review a pull request: in an Action from its environment, else a local branch with --base."""
    if base is None:
        from concertmaster.action import run_action

        return run_action(os.environ, dry_run=dry_run, preview=preview, offline=offline)
    from concertmaster.index.supply import Supply
    from concertmaster.local_review import review_locally

    return review_locally(
        Path.cwd(),
        base,
        installed_release=from_release,
        target=target,
        fail_on=fail_on,
        preview=preview,
        supply=Supply.of(os.environ, offline=offline),
    )


@click.command(short_help="Plan the upgrade of a project, or make it with --write.")
@options.project
@options.from_release
@click.option("--target", help="A release, `newest`, `newest-of-major` or `next-hop`; newest if none.")
@click.option(
    "--minimum-age",
    type=click.IntRange(min=0),
    help="Only a release that has been out for so many days.",
)
@click.option("--prereleases/--no-prereleases", default=None, help="Also a pre-release.")
@options.unsafe
@click.option("--dry-run", is_flag=True, help="Print the plan; write nothing. As without --write.")
@click.option("--write", is_flag=True, help="Write the changes of all commits to the working tree.")
@options.offline
def upgrade(
    *,
    path: Path | None,
    from_release: str | None,
    target: str | None,
    minimum_age: int | None,
    prereleases: bool | None,
    unsafe: bool,
    dry_run: bool,
    write: bool,
    offline: bool,
) -> int:
    """Plan the upgrade of a project: the pins, a commit for each rule, and what is left for a person.

    In an Action it opens or renews the pull request, as the input `mode: upgrade` does.
    """
    if path is None and "INPUT_GITHUB-TOKEN" in os.environ:
        from concertmaster.action_upgrade import run_upgrade

        return run_upgrade(os.environ, dry_run=dry_run, offline=offline)
    from concertmaster.index.supply import Supply
    from concertmaster.local_upgrade import upgrade_locally
    from concertmaster.upgrading import Limits
    from concertmaster.upgrading.tools import Toolbox

    root = (path or Path.cwd()).absolute()
    if not root.is_dir():
        raise missing_path(str(root))
    apply = write and not dry_run
    supply = Supply.of(os.environ, offline=offline)
    return upgrade_locally(
        root_around([root]),
        installed_release=from_release,
        target=target,
        unsafe=unsafe,
        apply=apply,
        supply=supply,
        limits=Limits(minimum_age, prereleases),
        tools=Toolbox(environment=os.environ),
    )
