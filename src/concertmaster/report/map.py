"""A map of projects as a tree for the terminal, as Markdown with Mermaid, and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby, pairwise

from concertmaster.project.model.mapping import MappedWorkflow, ProjectMap
from concertmaster.report.markdown import code, visible

NO_TYPE = "without product type"
MAX_LABEL = 80
_SPECIAL = re.compile(r"[^\w .,:()+*/=|-]")


def as_json(projects: Iterable[ProjectMap]) -> str:
    return json.dumps({"version": 1, "projects": [asdict(one) for one in projects]}, indent=2) + "\n"


def as_text(projects: Iterable[ProjectMap]) -> str:
    return "".join(f"{visible_tree(line)}\n" for project in projects for line in _tree(project))


def as_markdown(projects: Iterable[ProjectMap]) -> str:
    return "\n".join(line for project in projects for line in _document(project)).rstrip() + "\n"


def visible_tree(line: str) -> str:
    """A line without what a terminal would obey; its indentation stays."""
    stripped = line.lstrip(" ")
    return " " * (len(line) - len(stripped)) + visible(stripped)


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
    yield from ("", "## Products and product blocks", "", *_mermaid(_models(project)), "")
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
    for kind, workflows in _by_type(project.workflows):
        yield from ("", f"### {code(kind)}", "", *_mermaid(_steps(workflows)))
    yield ""


def _mermaid(lines: Iterable[str]) -> Iterator[str]:
    yield "```mermaid"
    yield "flowchart LR"
    yield from (f"  {line}" for line in lines)
    yield "```"


def _models(project: ProjectMap) -> Iterator[str]:
    numbers = {block.name: f"b{index}" for index, block in enumerate(project.product_blocks)}
    for block in project.product_blocks:
        yield f'{numbers[block.name]}["{_label(block.name)}"]'
    for index, product in enumerate(project.products):
        yield f'p{index}(["{_label(product.name)}"])'
        yield from (f"p{index} --> {numbers[name]}" for name in product.blocks if name in numbers)
    for block in project.product_blocks:
        yield from (f"{numbers[block.name]} --> {numbers[name]}" for name in block.blocks if name in numbers)


def _steps(workflows: Sequence[MappedWorkflow]) -> Iterator[str]:
    for number, workflow in enumerate(workflows):
        yield f'subgraph w{number}["{_label(workflow.name)}"]'
        names = [f"w{number}s{index}" for index, _ in enumerate(workflow.steps)]
        yield from (f'  {name}["{_label(step)}"]' for name, step in zip(names, workflow.steps, strict=True))
        yield from (f"  {one} --> {other}" for one, other in pairwise(names))
        yield "end"


def _label(text: str) -> str:
    """A text in quotes that nothing in it can end: what is special is written by its number."""
    shown = visible(text)
    cut = shown if len(shown) <= MAX_LABEL else f"{shown[: MAX_LABEL - 1]}…"
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", cut)
