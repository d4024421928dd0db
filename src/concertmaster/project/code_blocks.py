"""The code in a document with its language: fences of Markdown, blocks of reStructuredText, sessions in both."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.project.sessions import python_runs, shell_runs

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

#: What a file with this code would be called.
NAMES = {
    "python": "snippet.py",
    "py": "snippet.py",
    "python3": "snippet.py",
    "sh": "snippet.sh",
    "bash": "snippet.sh",
    "shell": "snippet.sh",
    "zsh": "snippet.sh",
    "env": ".env",
    "dotenv": ".env",
    "yaml": "snippet.yaml",
    "yml": "snippet.yaml",
    "toml": "pyproject.toml",
    "ini": "snippet.ini",
    "cfg": "setup.cfg",
    "dockerfile": "Dockerfile",
    "docker": "Dockerfile",
    "pycon": "snippet.py",
    "doctest": "snippet.py",
    "console": "snippet.sh",
    "shell-session": "snippet.sh",
    "makefile": "Makefile",
    "make": "Makefile",
}
#: Languages of sessions: what has no prompt was printed.
_SESSIONS = frozenset(("pycon", "doctest", "console", "shell-session"))
_DIRECTIVE = re.compile(
    r"^(?P<indent>[ \t]*)\.\.[ \t]+"
    r"(?:(?:code-block|code|sourcecode)::[ \t]*(?P<language>[\w-]+)|(?:doctest|testcode)::[^\n]*)[ \t]*$"
)
_PROMPT = re.compile(r"[ \t]*>>> ")
_OPTION = re.compile(r"^[ \t]+:[\w-]+:")
_LANGUAGE = re.compile(r"\{?\.?(?P<language>[\w+-]+)")


class Block(Struct, frozen=True):
    """Lines of code in a document, from 0; `texts` are they as code where the document's own syntax is known.

    A session has `prompts` before its code.
    """

    language: str
    first: int
    last: int
    texts: tuple[str, ...]
    prompts: tuple[str, ...] = ()


def _sessions(block: Block) -> Iterator[Block]:
    """The runs of a session, or the block itself where it is none."""
    is_python = NAMES[block.language].endswith(".py")
    found = list((python_runs if is_python else shell_runs)(block.texts)) if _may_be_session(block) else []
    for run in found:
        first = block.first + run.first
        yield Block(block.language, first, first + len(run.texts), run.texts, run.prompts)
    if not found and block.language not in _SESSIONS:
        yield block


def _may_be_session(block: Block) -> bool:
    text = next((text.lstrip() for text in block.texts if text.strip()), "")
    return block.language in _SESSIONS or (
        NAMES[block.language].endswith((".py", ".sh")) and text.startswith((">>> ", "$ "))
    )


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def markdown_blocks(text: str) -> Iterator[Block]:
    """Fences that name a language which is known here."""
    for token in _parser().parse(text):
        language = _LANGUAGE.match(token.info.strip()) if token.type == "fence" else None
        name = language["language"].lower() if language else ""
        if name in NAMES and token.map is not None and token.content:
            texts = tuple(token.content.removesuffix("\n").split("\n"))
            yield from _sessions(Block(name, token.map[0] + 1, token.map[0] + 1 + len(texts), texts))


def rst_blocks(lines: Sequence[bytes]) -> Iterator[Block]:
    """Code blocks, literal blocks that are Python, and sessions."""
    texts = [line.decode("utf-8", "replace").rstrip("\r\n") for line in lines]
    number = 0
    while number < len(lines):
        line = texts[number]
        number += 1
        if match := _DIRECTIVE.match(line):
            while number < len(lines) and _OPTION.match(texts[number]):
                number += 1
            language = (match["language"] or "doctest").lower()
            block = _indented(texts, number, match["indent"], language)
            number = block.last if block else number
            yield from _sessions(block) if block and language in NAMES else ()
        elif line.endswith("::") and not line.lstrip().startswith(".. "):
            block = _indented(texts, number, line[: len(line) - len(line.lstrip())], "python")
            number = block.last if block else number
            yield from _literal(block) if block else ()
        elif _PROMPT.match(line):
            block = Block("doctest", number - 1, *_until_blank(texts, number - 1))
            number = block.last
            yield from _sessions(block)


def _literal(block: Block) -> Iterator[Block]:
    """A block that names no language: a session by its prompt, else Python where it can be nothing else."""
    if block.texts[0].startswith("$ "):
        block = replace(block, language="console")
    yield from (each for each in _sessions(block) if each.prompts or _is_python(each))


def _indented(texts: Sequence[str], number: int, indent: str, language: str) -> Block | None:
    """The block that is indented deeper than the line before it."""
    while number < len(texts) and not texts[number].strip():
        number += 1
    own = texts[number][: len(texts[number]) - len(texts[number].lstrip())] if number < len(texts) else ""
    if len(own) <= len(indent):
        return None
    last = number
    while last < len(texts) and (texts[last].startswith(own) or not texts[last].strip()):
        last += 1
    while not texts[last - 1].strip():
        last -= 1
    return Block(language, number, last, tuple(text.removeprefix(own) for text in texts[number:last]))


def _until_blank(texts: Sequence[str], number: int) -> tuple[int, tuple[str, ...]]:
    last = number
    while last < len(texts) and texts[last].strip():
        last += 1
    return last, tuple(texts[number:last])


def _is_python(block: Block) -> bool:
    """Whether a literal block, which names no language, is Python that imports something."""
    try:
        tree = ast.parse("\n".join(block.texts))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in tree.body)
