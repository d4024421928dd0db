"""Patches as GitHub gives them, of two texts that are kept beside them, some of them damaged."""

from __future__ import annotations

import difflib
import json
from random import Random

from concertmaster.github.diff import ChangedFile, read_diff, rebuild_diff, undo
from tools.fuzzing import Kind

LINES = (
    "", " ", "a", "b", "x = 1", "+", "-", "+++ b/x", "--- a/x", "@@ -1 +1 @@", "\\ No newline at end of file", "\r",
    "\u2028", "\x0c", "\x85", "é", "diff --git a/x b/x", "index 1..2", " b/", "\t", "a\rb", "\0", "\x1b[31m",
)  # fmt: skip
DAMAGE = (
    "@@ -0,0 +1 @@\n",
    "\n",
    "+",
    "-",
    " ",
    "\\ No newline at end of file\n",
    "@@ -1,9999999999 +1 @@\n",
    "\0",
)
END = "\\ No newline at end of file"


def make(random: Random) -> bytes:
    old = random.choices(LINES, k=random.randint(0, 12))
    new = list(old)
    for _ in range(random.randint(1, 5)):
        place, gone = random.randint(0, len(new)), random.randint(0, 2)
        new[place : place + gone] = random.choices(LINES, k=random.randint(0, 2))
    before, after = _text(old, random), _text(new, random)
    patch, whole = _patch(before, after), random.randrange(3) > 0
    if not whole:
        place = random.randint(0, len(patch))
        patch = patch[:place] + random.choice(DAMAGE) + patch[place + random.randint(0, 5) :]
    return json.dumps({"old": before, "new": after, "patch": patch, "whole": whole}).encode()


def _text(lines: list[str], random: Random) -> str:
    text = "".join(f"{line}\n" for line in lines)
    return text.removesuffix("\n") if text[-2:-1] not in ("", "\n") and random.randrange(3) == 0 else text


def _patch(before: str, after: str) -> str:
    """The hunks as git writes them; lines end at line feeds only."""
    old, new = (text.split("\n")[: -1 if text.endswith("\n") else None] for text in (before, after))
    old, new = ([] if not text else lines for text, lines in ((before, old), (after, new)))
    if not before.endswith("\n") and old:
        old[-1] += "\n" + END
    if not after.endswith("\n") and new:
        new[-1] += "\n" + END
    return "\n".join(list(difflib.unified_diff(old, new, lineterm=""))[2:])


def hold(source: bytes) -> None:
    """A patch that is whole gives the old text and the new lines; any other gives that or nothing at all."""
    case = json.loads(source)
    patch, old, new = case["patch"], case["old"].encode(), case["new"].encode()
    plus, minus = _counts(patch)
    file = ChangedFile(filename="f.py", status="modified", patch=patch, additions=plus, deletions=minus)
    read, rebuilt, undone = read_diff(file), rebuild_diff(file, old, new), undo(patch, new)
    for diff in (read, rebuilt):
        for hunk in diff.hunks:
            assert all(hunk.new_start <= first <= last <= hunk.new_end for first, last in hunk.added), hunk
    if not case["whole"] or not patch:
        return
    assert read.known
    assert undone == old
    if b"\0" not in old + new:
        added = sum(last - first + 1 for hunk in rebuilt.hunks for first, last in hunk.added)
        assert rebuilt.rebuilt
        assert added <= new.count(b"\n") + 1


def _counts(patch: str) -> tuple[int, int]:
    lines = patch.split("\n")
    return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)


KIND = Kind("diff", ".json", make, hold, lines=False)
