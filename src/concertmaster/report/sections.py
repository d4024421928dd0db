"""Parts of a long text that are cut, the least important first, until the whole has room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.report.markdown import count, joined


class Block(Struct, frozen=True):
    """A piece that is shown whole or not at all; `items` is how many things it tells of."""

    text: str
    items: int = 1


class Section(Struct, frozen=True):
    """A part under a heading. The lowest `importance` is cut first, from its end; None is never cut.

    `noun` is what its items are called where some are left out. `glue` stands between blocks, and between the
    first of them and `header`, the head of a table.
    """

    title: str
    blocks: tuple[Block, ...]
    importance: int | None = None
    noun: str = ""
    intro: str = ""
    header: str = ""
    glue: str = "\n\n"
    left_out: int = 0

    @property
    def total(self) -> int:
        return self.left_out + sum(block.items for block in self.blocks)

    def shortened(self, kept: int) -> Section:
        """The same with only its first blocks."""
        gone = sum(block.items for block in self.blocks[kept:])
        return replace(self, blocks=self.blocks[:kept], left_out=self.left_out + gone)

    def render(self) -> str:
        if not self.blocks and not self.left_out and not self.intro:
            return ""
        head = f"### {self.title}" if self.title else ""
        lead = [self.header] if self.header and self.blocks else []
        body = self.glue.join((*lead, *(block.text for block in self.blocks)))
        return joined((head, self.intro, body, self._missing()))

    def _missing(self) -> str:
        if not self.left_out:
            return ""
        return f"Left out for want of room: {self.left_out:,} of {count(self.total, self.noun)}."


def fit(sections: Sequence[Section], limit: int) -> str:
    """The sections in their order, in at most `limit` characters where what is never cut leaves room."""
    shown = list(sections)
    for index in _by_importance(shown):
        over = len(joined(section.render() for section in shown)) - limit
        if over <= 0:
            break
        shown[index] = _cut(shown[index], over)
    return joined(section.render() for section in shown)


def _by_importance(sections: Sequence[Section]) -> Iterator[int]:
    ranked = ((section.importance, index) for index, section in enumerate(sections))
    yield from (index for _, index in sorted((rank, index) for rank, index in ranked if rank is not None))


def _cut(section: Section, over: int) -> Section:
    """The section with as many of its first blocks as make it shorter by `over`, or none."""
    wanted = len(section.render()) - over
    lowest, highest = 0, len(section.blocks)
    while lowest < highest:
        middle = (lowest + highest + 1) // 2
        if len(section.shortened(middle).render()) <= wanted:
            lowest = middle
        else:
            highest = middle - 1
    return section.shortened(lowest)
