"""A map of projects as a tree for the terminal, as Markdown with Mermaid, and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import to_builtins

from concertmaster.project.model.mapping import MappedWorkflow, ProjectMap
from concertmaster.report.diagrams import mermaid, model_diagrams, step_diagrams
from concertmaster.report.markdown import code, visible

NO_TYPE = "without product type"
WIDTH = 80


def as_json(projects: Iterable[ProjectMap]) -> str:
    return json.dumps({"version": 1, "projects": to_builtins(list(projects))}, indent=2) + "\n"


def as_text(projects: Iterable[ProjectMap], *, width: int = WIDTH) -> str:
    lines = (shown for project in projects for line in _tree(project) for shown in _wrapped(line, width))
    return "".join(f"{line}\n" for line in lines)


def as_markdown(projects: Iterable[ProjectMap]) -> str:
    return "\n".join(line for project in projects for line in _document(project)).rstrip() + "\n"


def _wrapped(line: str, width: int) -> list[str]:
    """A line without what a terminal would obey, in as many lines as it takes, each deeper than the first."""
    stripped = line.lstrip(" ")
    indent = " " * (len(line) - len(stripped))
    return textwrap.wrap(
        visible(stripped),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    ) or [indent]


# -- terminal ----------------------------------------------------------------------------------


def _tree(project: ProjectMap) -> Iterator[str]:
    yield f"Project {project.root or '.'}"
    yield "  Products"
    for product in project.products:
        parts = [product.product_type, product.tag, product.status, product.model]
        told = ", ".join(part for part in parts if part)
        yield f"    {product.name}{f' ({told})' if told else ''}{_into(product.blocks)}"
    yield "  Product blocks"
    for block in project.product_blocks:
        yield f"    {block.name}: {', '.join(block.resource_types) or 'no resource types'}{_into(block.blocks)}"
    yield "  Workflows"
    for kind, workflows in _by_type(project.workflows):
        yield f"    {kind}"
        for workflow in workflows:
            yield f"      {workflow.name} ({', '.join(_state(workflow))})"
            yield f"        {' >> '.join(workflow.steps) or 'steps not known'}"


def _into(blocks: Sequence[str]) -> str:
    return f" -> {', '.join(blocks)}" if blocks else ""


def _state(workflow: MappedWorkflow) -> Iterator[str]:
    yield workflow.target or "target not known"
    if not workflow.registered:
        yield "not registered"
    if not workflow.in_database:
        yield "no row in a migration"


def _by_type(workflows: Iterable[MappedWorkflow]) -> Iterator[tuple[str, list[MappedWorkflow]]]:
    ordered = sorted(workflows, key=lambda one: (not one.product_type, one.product_type))
    for kind, group in groupby(ordered, key=lambda one: one.product_type or NO_TYPE):
        yield kind, list(group)


# -- Markdown ----------------------------------------------------------------------------------


def _document(project: ProjectMap) -> Iterator[str]:
    yield f"# {code(project.root) if project.root else 'The project'}"
    yield from ("", "## Products and product blocks", "")
    for diagram in model_diagrams(project):
        yield from mermaid(diagram)
    yield from ("## Workflows", "", "| workflow | target | product type | state |", "|---|---|---|---|")
    for workflow in project.workflows:
        told = ", ".join(list(_state(workflow))[1:]) or "registered, in the database"
        cells = (
            code(workflow.name),
            workflow.target,
            code(workflow.product_type) if workflow.product_type else "",
            told,
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""
    for kind, workflows in _by_type(project.workflows):
        yield from (f"### {code(kind)}", "")
        for diagram in step_diagrams(workflows):
            yield from mermaid(diagram)
