"""Plans the upgrade of a local project, and writes it to the working tree where asked to; nothing is committed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click

from concertmaster.index.supply import Supply
from concertmaster.outcome import CLEAN, NOT_ANALYSED
from concertmaster.project.files import WorkingTree
from concertmaster.report.markdown import count
from concertmaster.report.terminal import tell_markdown
from concertmaster.report.upgrade import Surroundings, render
from concertmaster.report.upgrade_plan import lines
from concertmaster.upgrading import Limits, UpgradePlan, plan_upgrade, target_for
from concertmaster.upgrading.formatting import formatter
from concertmaster.upgrading.locking import Locksmith
from concertmaster.upgrading.tools import Toolbox
from concertmaster.workspace import open_workspace
from concertmaster.writer import write


def upgrade_locally(
    root: Path,
    *,
    installed_release: str | None,
    target: str | None,
    unsafe: bool,
    apply: bool,
    supply: Supply | None = None,
    limits: Limits | None = None,
    tools: Toolbox | None = None,
) -> int:
    """Print the upgrade, or write it, and return the exit code.

    Raises:
        UserError: a release is unknown or has a fault, or the project cannot be judged.
    """
    tree = WorkingTree.open(root)
    name = str(root)
    aim = target_for(
        tree, wanted=target, installed_release=installed_release, name=name, supply=supply, limits=limits
    )
    workspace = open_workspace(
        tree, installed_release=installed_release, target=aim, name=name, supply=supply
    )
    if workspace.window.installed == workspace.window.target:
        click.echo(f"orchestrator-core {workspace.window.installed} is installed already.", err=True)
        return CLEAN
    box = tools or Toolbox()
    plan = plan_upgrade(
        workspace,
        unsafe=unsafe,
        may_write=lambda _: True,
        formatting=partial(formatter, tools=box),
        locksmith=Locksmith(box, supply.address if supply else None),
    )
    for line in lines(plan):
        click.echo(line)
    if apply:
        for path, text in plan.files.items():
            write(tree.root, path, text)
    else:
        click.echo()
        tell_markdown(f"{render(plan, Surroundings())}\n", os.environ)
    for note in plan.names.notes:
        click.echo(note, err=True)
    for line in _told(plan, apply=apply):
        click.echo(line, err=True)
    return NOT_ANALYSED if plan.unanalysed else CLEAN


def _told(plan: UpgradePlan, *, apply: bool) -> Iterator[str]:
    """What was done, and where to go from there."""
    files = count(len(plan.files), "file")
    if not apply:
        yield f"{files} would change; with --write they do."
        return
    yield f"{files} changed; nothing is committed. What is left for a person:"
    yield f"  concertmaster plan --from {plan.installed} --target {plan.target}"
    yield "  concertmaster check"
