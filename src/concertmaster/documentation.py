"""What a rule's docstring says: its first line is the title, `diff` fences are before-and-after examples.

Other fences are look-alikes that stay untouched or, marked `reported`, what is told without a rewrite. A fence
names its file when that is no Python: ```` ```diff .env ````. One of a rule with many rows may say which of them it
is about, `row=50-04a`, and one that holds only between certain releases, `from=2.10.0` and `to=4.8.2`.
"""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache

from msgspec import Struct


class Example(Struct, frozen=True):
    """A fence of a docstring: the old text, the new text (the same for a look-alike), and the file it is in.

    A fence marked `reported` holds what is told and left as it is, for a person to mend. `rows` are those of the
    catalogue that it is about, `installed` and `target` the releases that it is judged between, where it says so.
    """

    path: str
    before: str
    after: str
    reported: bool = False
    rows: tuple[str, ...] = ()
    installed: str = ""
    target: str = ""

    @property
    def changes(self) -> bool:
        return self.before != self.after


class Documentation(Struct, frozen=True):
    """A rule's docstring, taken apart; its `body` is what readers get, without the options of fences."""

    title: str
    why: str
    guide: str
    body: str
    examples: tuple[Example, ...]
    projects: tuple[ProjectExample, ...]


_FENCE = re.compile(r"^```(?P<kind>\w+)(?P<words>(?: \S+)*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_OPTION = re.compile(r"(?P<name>row|from|to)=(?P<value>\S+)")
_OPENING = re.compile(r"^```\w.*$", re.MULTILINE)
_GUIDE = re.compile(r"<(https://[^>]+)>")


@cache
def documentation(module: str) -> Documentation:
    """Take a rule's docstring apart; see `tests/test_rules.py` for what it must hold."""
    text = inspect.cleandoc(sys.modules[module].__doc__ or "")
    title, _, body = text.partition("\n")
    paragraphs = [part for part in body.strip().split("\n\n") if part]
    guide = _GUIDE.search(body)
    why = (
        paragraphs[0].replace("\n", " ")
        if paragraphs and not paragraphs[0].startswith(("```", "Guide"))
        else ""
    )
    return Documentation(
        title.rstrip("."),
        why,
        guide.group(1) if guide else "",
        _OPENING.sub(_without_options, body.strip()),
        parse_examples(body),
        parse_projects(body),
    )


def _without_options(opening: re.Match[str]) -> str:
    return " ".join(word for word in opening[0].split() if not _OPTION.fullmatch(word))


def parse_examples(text: str) -> tuple[Example, ...]:
    """The fences of a docstring or of a Markdown file of further cases."""
    return tuple(_example(match) for match in _FENCE.finditer(text) if match["kind"] != "project")


class ProjectExample(Struct, frozen=True):
    """A fence that holds several files: a whole project before and after, the same for a look-alike.

    Files begin with a line `@@ path @@`. One marked `diff` shows what changes, one marked `reported` what is
    told and left to a person, or mended by a new file.
    """

    before: dict[str, str]
    after: dict[str, str]
    reported: bool = False
    rows: tuple[str, ...] = ()
    installed: str = ""
    target: str = ""

    @property
    def changes(self) -> bool:
        return self.before != self.after


_FILE = re.compile(r"^@@ (?P<path>\S+) @@\n", re.MULTILINE)


def parse_projects(text: str) -> tuple[ProjectExample, ...]:
    """The fences of a docstring that hold whole projects."""
    return tuple(_project(match) for match in _FENCE.finditer(text) if match["kind"] == "project")


def _words(match: re.Match[str]) -> tuple[list[str], tuple[tuple[str, ...], str, str]]:
    """The plain words behind a fence's kind, and its options: rows, installed release and target."""
    options = {option["name"]: option["value"] for option in _OPTION.finditer(match["words"])}
    rows = tuple(options["row"].split(",")) if "row" in options else ()
    plain = [word for word in match["words"].split() if not _OPTION.fullmatch(word)]
    return plain, (rows, options.get("from", ""), options.get("to", ""))


def _project(match: re.Match[str]) -> ProjectExample:
    parts = _FILE.split(match["text"])[1:]
    files = dict(zip(parts[::2], parts[1::2], strict=True))
    words, options = _words(match)
    if "diff" not in words:
        return ProjectExample(files, files, "reported" in words, *options)
    sides = [
        {
            path: "".join(line[1:] or line for line in text.splitlines(keepends=True) if line[0] != other)
            for path, text in files.items()
        }
        for other in "+-"
    ]
    return ProjectExample(sides[0], sides[1], False, *options)


def _example(match: re.Match[str]) -> Example:
    words, options = _words(match)
    path = next((word for word in words if word != "reported"), "example.py")
    before = after = match["text"]
    if match["kind"] == "diff":
        lines = match["text"].splitlines(keepends=True)
        before = "".join(line[1:] or line for line in lines if not line.startswith("+"))
        after = "".join(line[1:] or line for line in lines if not line.startswith("-"))
    return Example(path, before, after, "reported" in words, *options)
