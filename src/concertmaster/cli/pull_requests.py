"""`concertmaster review` and `concertmaster upgrade`, as the action starts them and in a local repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from concertmaster.cli.opening import root_around
from concertmaster.cli.options import From, Offline, Target
from concertmaster.config import FailOn
from concertmaster.messages import missing_path

app = typer.Typer()


@app.command(short_help="Review a pull request, or a local branch with --base.")
def review(
    base: Annotated[
        str | None, typer.Option(help="Review HEAD against this revision of the local repository.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan; post nothing.")] = False,
    preview: Annotated[Path | None, typer.Option(help="Write the review as an HTML page.")] = None,
    from_release: From = None,
    target: Target = None,
    fail_on: Annotated[FailOn | None, typer.Option(help="The least severity that fails the run.")] = None,
    offline: Offline = False,
) -> None:
    """Review a pull request: in an Action from its environment, else a local branch with --base."""
    if base is None:
        from concertmaster.action import run_action

        raise typer.Exit(run_action(os.environ, dry_run=dry_run, preview=preview, offline=offline))
    from concertmaster.index.supply import Supply
    from concertmaster.local_review import review_locally

    raise typer.Exit(
        review_locally(
            Path.cwd(),
            base,
            installed_release=from_release,
            target=target,
            fail_on=fail_on,
            preview=preview,
            supply=Supply.of(os.environ, offline=offline),
        )
    )


@app.command(short_help="Plan the upgrade of a project, or make it with --write.")
def upgrade(
    path: Annotated[Path | None, typer.Argument(help="The project; the current folder if none.")] = None,
    from_release: From = None,
    target: Annotated[
        str | None, typer.Option(help="A release, `newest`, `newest-of-major` or `next-hop`; newest if none.")
    ] = None,
    minimum_age: Annotated[
        int | None, typer.Option(min=0, help="Only a release that has been out for so many days.")
    ] = None,
    prereleases: Annotated[
        bool | None, typer.Option("--prereleases/--no-prereleases", help="Also a pre-release.")
    ] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Also make rewrites that ask to be checked.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan; write nothing. As without --write.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write the changes of all commits to the working tree.")
    ] = False,
    offline: Offline = False,
) -> None:
    """Plan the upgrade of a project: the pins, a commit for each rule, and what is left for a person.

    In an Action it opens or renews the pull request, as the input `mode: upgrade` does.
    """
    if path is None and "INPUT_GITHUB-TOKEN" in os.environ:
        from concertmaster.action_upgrade import run_upgrade

        raise typer.Exit(run_upgrade(os.environ, dry_run=dry_run, offline=offline))
    from concertmaster.index.supply import Supply
    from concertmaster.local_upgrade import upgrade_locally
    from concertmaster.upgrading import Limits
    from concertmaster.upgrading.tools import Toolbox

    root = (path or Path.cwd()).absolute()
    if not root.is_dir():
        raise missing_path(str(root))
    apply = write and not dry_run
    supply = Supply.of(os.environ, offline=offline)
    raise typer.Exit(
        upgrade_locally(
            root_around([root]),
            installed_release=from_release,
            target=target,
            unsafe=unsafe,
            apply=apply,
            supply=supply,
            limits=Limits(minimum_age, prereleases),
            tools=Toolbox(environment=os.environ),
        )
    )
