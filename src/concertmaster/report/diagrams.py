"""Diagrams of products and steps for Mermaid, divided so that GitHub draws each of them and people can read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from concertmaster.project.model.mapping import MappedWorkflow, ProjectMap
from concertmaster.report.markdown import count, visible

#: Mermaid draws up to 500 edges and 50,000 characters; what is larger than this is hard to read before that.
MAX_EDGES, MAX_TEXT, MAX_BOXES = 300, 30_000, 40
#: Steps that stand in a row; more of them stand in a column.
MAX_ROW, MAX_COLUMNS = 5, 6
ROWS, COLUMNS = "flowchart LR", "flowchart TB"
MAX_LABEL = 80
_SPECIAL = re.compile(r"[^\w .,:()+*/=|-]")
Lines = list[str]


class Box(Struct, frozen=True):
    """A product or a product block, and the blocks directly in it."""

    name: str
    blocks: tuple[str, ...]
    is_product: bool = False


def hop_diagram(releases: Sequence[str]) -> Lines:
    """The releases to deploy, in their order."""
    boxes = [f'h{number}["{_label(release)}"]' for number, release in enumerate(releases)]
    return [ROWS, *boxes, *(f"h{number} --> h{number + 1}" for number in range(len(releases) - 1))]


def mermaid(lines: Iterable[str]) -> Iterator[str]:
    """A diagram as a block of Markdown."""
    first, *rest = lines
    yield from ("```mermaid", first, *(f"  {line}" for line in rest), "```", "")


def model_diagrams(project: ProjectMap) -> Iterator[Lines]:
    """Products and all blocks in them; where that is too much, products with their own blocks, then these."""
    known = {block.name for block in project.product_blocks}
    owners = [
        *(Box(one.name, one.blocks, is_product=True) for one in project.products),
        *(Box(one.name, one.blocks) for one in project.product_blocks),
    ]
    if _fits(_boxes(owners, known)):
        parts = [owners] if owners else []
    else:
        parts = [
            part
            for kind in (True, False)
            for part in _chunks([one for one in owners if one.is_product is kind], known)
        ]
    yield from ([ROWS, *_limited(_boxes(part, known))] for part in parts)


def _chunks(boxes: Sequence[Box], known: set[str]) -> Iterator[list[Box]]:
    """As many boxes as go well into one diagram, with what is in them."""
    part: list[Box] = []
    for box in boxes:
        if part and not _fits(_boxes([*part, box], known)):
            yield part
            part = []
        part.append(box)
    if part:
        yield part


def step_diagrams(workflows: Iterable[MappedWorkflow]) -> Iterator[Lines]:
    """Workflows with their steps: short ones in rows below each other, then long ones in columns side by side."""
    listed = list(enumerate(workflows))
    rows = [one for one in listed if len(one[1].steps) <= MAX_ROW]
    columns = [one for one in listed if len(one[1].steps) > MAX_ROW]
    for part in _together(rows, MAX_BOXES):  # drawn from the bottom up
        yield [ROWS, *(line for number, one in reversed(part) for line in _steps(number, one))]
    for part in _together(columns, MAX_COLUMNS):
        yield [COLUMNS, *_limited([line for number, one in part for line in _steps(number, one)])]


def _together(
    workflows: Sequence[tuple[int, MappedWorkflow]], most: int
) -> Iterator[list[tuple[int, MappedWorkflow]]]:
    """As many workflows as go well into one diagram."""
    part: list[tuple[int, MappedWorkflow]] = []
    for one in workflows:
        lines = [line for number, other in (*part, one) for line in _steps(number, other)]
        if part and (len(part) >= most or not _fits(lines, boxes=MAX_EDGES)):
            yield part
            part = []
        part.append(one)
    if part:
        yield part


def _fits(lines: Sequence[str], *, boxes: int = MAX_BOXES) -> bool:
    edges = sum(" --> " in line for line in lines)
    return edges <= MAX_EDGES and len(lines) - edges <= boxes and sum(map(len, lines)) <= MAX_TEXT


def _limited(lines: Lines) -> Lines:
    """What one diagram can hold of something that is too large for it by itself."""
    if _fits(lines, boxes=len(lines)):
        return lines
    kept: Lines = []
    edges = size = 0
    for line in lines:
        edges, size = edges + (" --> " in line), size + len(line)
        if edges > MAX_EDGES or size > MAX_TEXT:
            break
        kept.append(line)
    more = len(lines) - len(kept)
    closing = ["end"] * (sum(line.startswith("subgraph ") for line in kept) - kept.count("end"))
    return [*kept, f'more["{_label(count(more, "line") + " left out")}"]', *closing]


def _boxes(boxes: Sequence[Box], known: set[str]) -> Lines:
    """Boxes, and arrows to the product blocks in them."""
    inner = [name for box in boxes for name in box.blocks if name in known]
    names = dict.fromkeys((*(box.name for box in boxes if not box.is_product), *inner))
    numbers = {name: f"b{index}" for index, name in enumerate(names)}
    lines = [f'{number}["{_label(name)}"]' for name, number in numbers.items()]
    for index, box in enumerate(boxes):
        own = f"p{index}" if box.is_product else numbers[box.name]
        lines += [f'{own}(["{_label(box.name)}"])'] if box.is_product else []
        lines += [f"{own} --> {numbers[name]}" for name in box.blocks if name in numbers]
    return lines


def _steps(number: int, workflow: MappedWorkflow) -> Iterator[str]:
    """A box around the steps in their order."""
    yield f'subgraph w{number}["{_label(workflow.name)}"]'
    yield f"  direction {'LR' if len(workflow.steps) <= MAX_ROW else 'TB'}"
    names = [f"w{number}s{index}" for index, _ in enumerate(workflow.steps)]
    yield from (f'  {name}["{_label(step)}"]' for name, step in zip(names, workflow.steps, strict=True))
    if not names:
        yield f'  w{number}none["steps not known"]'
    yield from (f"  {one} --> {other}" for one, other in pairwise(names))
    yield "end"


def _label(text: str) -> str:
    """A text in quotes that nothing in it can end: what is special is written by its number."""
    shown = visible(text)
    cut = shown if len(shown) <= MAX_LABEL else f"{shown[: MAX_LABEL - 1]}…"
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", cut)
