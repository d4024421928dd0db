"""Knows comments again whose lines were edited and are still wrong, by where those lines stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

#: A finding at the head: its likeness, and what says where it stands (see `findings.kinship`).
Relative = tuple[str, str]


class Lost(Struct, frozen=True):
    """What one comment was about and is not found any more; `line` is where it was, to tell equals apart."""

    comment: int
    kin: str
    line: int


def relatives(lost: Sequence[Lost], found: Sequence[Relative]) -> Iterator[tuple[int, str]]:
    """Pairs of a comment and the likeness that goes on from it, the surest first.

    Where only the symbol is the same, as many must be lost as are found; the file itself is no symbol.
    """
    left = sorted(lost, key=lambda item: (item.line, item.comment))
    free = list(found)
    for part, is_sure in _WAYS:
        groups = Counter(key for _, kin in free if (key := part(kin)))
        losers = Counter(key for item in left if (key := part(item.kin)))
        for item in list(left):
            key = part(item.kin)
            if not key or (not is_sure and groups[key] != losers[key]):
                continue
            heir = next((one for one in free if part(one[1]) == key), None)
            if heir is not None:
                left.remove(item)
                free.remove(heir)
                yield item.comment, heir[0]


def _parts(kin: str) -> Sequence[str]:
    found = kin.split("-")
    return found if len(found) == 4 else ("", "", "", "")


def _all(kin: str) -> str:
    return kin if any(_parts(kin)) else ""


def _neighbours(kin: str) -> str:
    rule, _, before, after = _parts(kin)
    return f"{rule}{before}{after}" if rule and before and after else ""


def _above(kin: str) -> str:
    rule, home, before, _ = _parts(kin)
    return f"{rule}{home}{before}" if rule and before else ""


def _below(kin: str) -> str:
    rule, home, _, after = _parts(kin)
    return f"{rule}{home}{after}" if rule and after else ""


def _symbol(kin: str) -> str:
    rule, home, _, _ = _parts(kin)
    return f"{rule}{home}" if rule and home else ""


_WAYS: tuple[tuple[Callable[[str], str], bool], ...] = (
    (_all, True),
    (_neighbours, True),
    (_above, True),
    (_below, True),
    (_symbol, False),
)


def still_free(found: Sequence[Relative], left: Mapping[str, int]) -> list[Relative]:
    """The findings that no comment answers for yet, of each likeness the last ones."""
    count = Counter({likeness: left.get(likeness, 0) for likeness, _ in found})
    free: list[Relative] = []
    for likeness, kin in reversed(found):
        if count[likeness] > 0:
            count[likeness] -= 1
            free.append((likeness, kin))
    return free[::-1]
