"""The blocks and commands in the documentation, as a reader meets them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))
WRITTEN_BY_PROGRAMS = {"coverage.md"}
FIGURES = re.compile(r"<!-- figures: .*?<!-- /figures -->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: where it stands, what it says it is, and its text."""

    page: str
    line: int
    kind: str
    text: str
    title: str = ""

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


@cache
def blocks() -> tuple[Block, ...]:
    return tuple(block for page in PAGES if page.name not in WRITTEN_BY_PROGRAMS for block in _blocks(page))


def _blocks(page: Path) -> Iterator[Block]:
    text = FIGURES.sub(lambda match: "\n" * match[0].count("\n"), page.read_text(encoding="utf-8"))
    for token in MarkdownIt().parse(text):
        if token.type == "fence" and token.map:
            kind, _, words = token.info.strip().partition(" ")
            title = words.removeprefix('title="').removesuffix('"')
            yield Block(str(page.relative_to(ROOT)), token.map[0] + 1, kind, token.content, title)


def of_kind(*kinds: str) -> list[Block]:
    """Blocks that are not the content of a file which their title names."""
    return [block for block in blocks() if block.kind in kinds and not block.title]


def files() -> list[Block]:
    return [block for block in blocks() if block.title]


def commands(block: Block) -> list[tuple[str, ...]]:
    """Every line of a shell block, taken apart as a shell would, without its comment."""
    return [tuple(shlex.split(line, comments=True)) for line in block.text.splitlines() if line.strip()]


def transcript(block: Block) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every command of a console block with what it printed."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield tuple(shlex.split(command)), printed


def as_pattern(printed: str) -> re.Pattern[str]:
    """What was printed, where `...` stands for anything."""
    return re.compile(".*?".join(re.escape(part) for part in printed.split("...")), re.DOTALL)


@cache
def inline() -> tuple[tuple[str, str], ...]:
    """Commands between backticks in running text, with their pages."""
    found = []
    for page in PAGES:
        for token in MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8")):
            for child in token.children or ():
                if child.type == "code_inline":
                    found.append((str(page.relative_to(ROOT)), child.content.replace("\n", " ")))
    return tuple(found)
