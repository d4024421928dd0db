"""Commands that show: the plan of an upgrade, the map of a project, the rules."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path

import click

from concertmaster.apart import LostError, once_apart
from concertmaster.cli import options
from concertmaster.cli.opening import open_project
from concertmaster.messages import unknown_rule, unmapped
from concertmaster.worker import Limits

#: Of a processor, for the map of a project.
SECONDS = 600


class PlanFormat(StrEnum):
    """How a plan is told."""

    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


@click.command(short_help="Say what a person must do around the upgrade.")
@options.project
@options.from_release
@options.target
@options.in_format(PlanFormat.MARKDOWN, "How to tell the plan.")
@options.offline
def plan(
    *,
    path: Path | None,
    from_release: str | None,
    target: str | None,
    format_: PlanFormat,
    offline: bool,
) -> None:
    """Say what a person must do around the upgrade: the hops, and the operations that this project needs."""
    from concertmaster.plan import make_plan
    from concertmaster.report.plan import as_html, as_json, as_markdown
    from concertmaster.report.terminal import tell_markdown

    workspace, tree = open_project(
        [path] if path else None, from_release, target, None, None, offline=offline
    )
    found = make_plan(tree, workspace.window)
    if format_ is PlanFormat.MARKDOWN:
        tell_markdown(as_markdown(found), os.environ)
    else:
        click.echo(as_json(found) if format_ is PlanFormat.JSON else as_html(found), nl=False)


class MapFormat(StrEnum):
    """How a map is told."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


@click.command("map", short_help="Draw products, product blocks, workflows and their steps.")
@options.project
@options.from_release
@options.in_format(MapFormat.TERMINAL, "How to tell the map.")
def map_(
    *,
    path: Path | None,
    from_release: str | None,
    format_: MapFormat,
) -> None:
    """Draw products, product blocks, workflows and their steps, as code and migrations define them."""
    from concertmaster.project.model import models_of
    from concertmaster.project.model.mapping import map_of
    from concertmaster.report.map import as_json, as_markdown, as_text
    from concertmaster.workspace import readable

    workspace, tree = open_project(
        [path] if path else None, from_release, from_release, None, None, offline=True
    )
    models = models_of(tree.paths, lambda name: readable(tree, name), workspace.window)
    shown = {MapFormat.JSON: as_json, MapFormat.MARKDOWN: as_markdown}.get(format_, as_text)
    try:
        text = once_apart(lambda: shown([map_of(model) for model in models]), Limits(cpu=SECONDS))
    except LostError as error:
        raise unmapped(str(error)) from None
    click.echo(text, nl=False)
    if not text:
        click.echo(
            "No products, product blocks or registered workflows were found: nothing to draw.", err=True
        )


@click.command(short_help="List every rule.")
def rules() -> None:
    """List every rule: its name, safety, the release that makes it matter, and what is wrong."""
    from concertmaster.rule import load_rules

    known = sorted(load_rules(), key=lambda rule: rule.id)
    if sys.stdout.isatty():
        from concertmaster.report.listing import print_rules
        from concertmaster.report.screen import console

        print_rules(console(os.environ), known)
        return
    for rule in known:
        click.echo(f"{rule.id:36} {rule.safety.value:9} {rule.change.since:7} {rule.documentation.title}")


@click.command()
@click.argument("name", metavar="RULE", help="A rule's name.")
def explain(name: str) -> None:
    """Say what a rule finds, why it matters, and what it leaves alone."""
    import difflib

    from concertmaster.report.explanation import render
    from concertmaster.report.terminal import tell_markdown
    from concertmaster.rule import load_rules

    found = {rule.id: rule for rule in load_rules()}
    if name not in found:
        raise unknown_rule(name, close=tuple(difflib.get_close_matches(name, found, n=3)))
    tell_markdown(f"{render(found[name])}\n", os.environ)
