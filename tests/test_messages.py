"""Every message that a user can see: each is made, with the worst that a repository or a server may say."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from concertmaster.cli import run
from concertmaster.messages import UserError
from concertmaster.messages.base import DOCUMENTATION, LONGEST

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src" / "concertmaster"
MODULES = tuple(
    f"concertmaster.messages.{name}" for name in ("fleet", "github", "index", "project", "setup", "upgrade")
)
HOSTILE = "\x1b]0;x\x07\n::error::x\r##[group]\u202e" + "y" * 2_000
#: Passes on what another process has made with a message of here.
PASSING_ON = {"index/refresh.py"}


def messages() -> Iterator[tuple[str, Callable[..., UserError]]]:
    for name in MODULES:
        module = import_module(name)
        for message, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == name:
                yield message, function


def worst(function: Callable[..., UserError], text: str) -> UserError:
    """A message with this text for everything that comes from elsewhere."""
    values: dict[str, Any] = {
        "str": text,
        "int": 7,
        "bool": True,
        "tuple[str, ...]": (text, text),
    }
    parameters = inspect.signature(function).parameters.values()
    named = {one.name: values[one.annotation] for one in parameters if one.kind is one.KEYWORD_ONLY}
    placed = [values[one.annotation] for one in parameters if one.kind is not one.KEYWORD_ONLY]
    return function(*placed, **named)


ALL = dict(messages())
each = pytest.mark.parametrize("name", sorted(ALL))


@each
def test_what_why_and_remedy_are_sentences(name: str) -> None:
    error = worst(ALL[name], "Something")
    for part in (error.what, error.why, error.remedy):
        assert part == "Something" or re.search(r"[.?]$", part), part
        assert ".." not in part
    assert error.why[0] == error.why[0].upper()
    assert error.remedy[0] == error.remedy[0].upper()
    assert len({error.what, error.why, error.remedy}) == 3


@each
def test_hostile_text_is_neither_obeyed_nor_without_end(name: str) -> None:
    error = worst(ALL[name], HOSTILE)
    for part in error.lines:
        assert part.isprintable() or "\u200b" in part
        assert part.replace("\u200b", "").isprintable()
        assert "::" not in part.removeprefix("https://")
        assert "##[" not in part
        assert len(part) <= LONGEST
    assert len(error.lines) == 3 + bool(error.link)


@each
def test_the_link_leads_to_a_heading_of_the_documentation(name: str) -> None:
    error = worst(ALL[name], "something")
    page, _, anchor = error.link.removeprefix(DOCUMENTATION).partition("#")
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert not anchor or anchor in anchors


@each
def test_it_is_used(name: str) -> None:
    texts = (path.read_text() for path in SOURCES.rglob("*.py") if "messages" not in path.as_posix())
    assert any(re.search(rf"\b{name}\b", text) for text in texts)


def test_no_message_is_made_elsewhere() -> None:
    made = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if "messages" not in path.as_posix()
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("UserError", "IndexProblem")
    }
    assert made <= PASSING_ON


def test_the_command_line_tells_the_parts_on_lines_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["explain", "old-namespac"]) == 2
    what, why, _, link = capsys.readouterr().err.splitlines()
    assert what == "There is no rule called 'old-namespac'."
    assert why.startswith("Did you mean old-namespace")
    assert link.startswith(DOCUMENTATION)
