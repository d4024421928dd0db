"""The report of `check` as a page: printed by `--format html`, or a file by `--report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from concertmaster.messages import unwritable_report

if TYPE_CHECKING:
    from concertmaster.cli.opening import Opened
    from concertmaster.project.files import WorkingTree
    from concertmaster.report.html import Chapter
    from concertmaster.runner import Report


def page_of(told: list[tuple[Opened, Report]], tree: WorkingTree) -> str:
    """The whole page on all projects of a repository."""
    from concertmaster.report.html import render_project
    from concertmaster.reports import merged

    return render_project(
        merged([report for _, report in told]),
        tree.read,
        [_chapter(one) for one, _ in told if one.is_project],
        {one.folder: one.workspace.window for one, _ in told},
    )


def write_page(path: Path, told: list[tuple[Opened, Report]], tree: WorkingTree) -> None:
    """Write the page to a file.

    Raises:
        UserError: the file cannot be written.
    """
    try:
        path.write_text(page_of(told, tree), encoding="utf-8")
    except OSError as error:
        raise unwritable_report(str(path), error.strerror or type(error).__name__) from None


def _chapter(one: Opened) -> Chapter:
    """The plan and the map of one project, read from all of its files."""
    from concertmaster.plan import make_plan
    from concertmaster.project.model import models_of
    from concertmaster.project.model.mapping import map_of
    from concertmaster.report.html import Chapter
    from concertmaster.workspace import readable

    workspace = one.workspace
    project, window = workspace.project, workspace.window
    models = models_of(project.paths, lambda name: readable(project, name), window)
    plan = make_plan(project, window).below(one.folder)
    return Chapter(one.folder, plan, tuple(map(map_of, models)))
