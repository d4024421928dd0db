"""Sessions in documents: code behind the prompts of Python or of a shell, without what it printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

_PYTHON = re.compile(r"(?P<prompt>[ \t]*(?P<sign>>>>|\.\.\.)(?: |\Z))")
_SHELL = re.compile(r"(?P<prompt>[ \t]*(?:\([\w.-]+\)[ \t]*)?(?:[\w.@:~/-]+)?\$ )(?=\S)")
_MORE = re.compile(r"(?P<prompt>[ \t]*> )?")


class Run(NamedTuple):
    """Lines from `first` on that belong together, each with the prompt before its code."""

    first: int
    prompts: tuple[str, ...]
    texts: tuple[str, ...]


def python_runs(lines: Sequence[str]) -> Iterator[Run]:
    """Lines with `>>>` and `...` that follow each other."""
    number = 0
    while number < len(lines):
        following = (_PYTHON.match(lines[index]) for index in range(number, len(lines)))
        found = [match for match in takewhile(bool, following) if match]
        prompts = [match["prompt"] for match in found]
        if found and found[0]["sign"] == ">>>":
            yield _run(lines, number, prompts)
        number += max(1, len(prompts))


def shell_runs(lines: Sequence[str]) -> Iterator[Run]:
    """Lines with `$`, and those that go on where one ends with a backslash."""
    number = 0
    while number < len(lines):
        match = _SHELL.match(lines[number])
        prompts = [match["prompt"]] if match else []
        while (
            prompts and number + len(prompts) < len(lines) and lines[number + len(prompts) - 1].endswith("\\")
        ):
            more = _MORE.match(lines[number + len(prompts)])
            prompts.append((more and more["prompt"]) or "")
        if prompts:
            yield _run(lines, number, prompts)
        number += max(1, len(prompts))


def _run(lines: Sequence[str], first: int, prompts: Sequence[str]) -> Run:
    shown = zip(prompts, lines[first : first + len(prompts)], strict=True)
    return Run(first, tuple(prompts), tuple(line.removeprefix(prompt) for prompt, line in shown))
