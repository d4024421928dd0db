"""Respells an example without changing what it means, so that each rule meets the forms that real code has."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable

Spelling = Callable[[str], str | None]


def as_written(text: str) -> str:
    return text


def with_crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def with_tabs(text: str) -> str | None:
    """Tabs for indentation; not where a string spans lines."""
    if '"""' in text or "'''" in text:
        return None
    return re.sub(r"^( {4})+", lambda match: "\t" * (len(match[0]) // 4), text, flags=re.MULTILINE)


def after_non_ascii(text: str) -> str:
    return f'NAME = "Zoë Ångström – ✓"\n{text}' if "__future__" not in text else text


def after_docstring(text: str) -> str:
    return f'"""Tö begin with.\n\nMore: from somewhere import something.\n"""\n\n{text}'


def without_final_newline(text: str) -> str:
    return text.rstrip("\n")


def beside_a_parameter_of_that_name(text: str) -> str:
    """Names that rules look for are also parameters and local names somewhere else in the file."""
    names = "step, workflow, begin, done, task, form, query, state, Target, orchestrator, app_settings, mock"
    return f"{text.rstrip(chr(10))}\n\n\ndef unrelated({names}):\n    return [{names}]\n"


def inside_a_function(text: str) -> str | None:
    """All of it in a function body: imports and uses are local there."""
    if "__future__" in text or "import *" in text or '"""' in text or "__all__" in text:
        return None
    return "def outer():\n" + textwrap.indent(text, "    ")


def inside_a_condition(text: str) -> str | None:
    if "__future__" in text or '"""' in text:
        return None
    return "if True:\n" + textwrap.indent(text, "    ")


def with_parenthesised_imports(text: str) -> str | None:
    """`from a import (b, c)`, one name a line."""

    def spread(match: re.Match[str]) -> str:
        names = ",\n".join(f"{match['indent']}    {name.strip()}" for name in match["names"].split(","))
        return f"{match['indent']}from {match['module']} import (\n{names},\n{match['indent']})"

    pattern = r"^(?P<indent> *)from (?P<module>[\w.]+) import (?P<names>[\w, ]+)$"
    return re.sub(pattern, spread, text, flags=re.MULTILINE)


def with_comments_on_imports(text: str) -> str:
    return re.sub(r"^( *(?:from|import) [^(\n#]+)$", r"\1  # noqa: F401 – kept", text, flags=re.MULTILINE)


def with_semicolons(text: str) -> str:
    return f"import sys; import os\n{text}" if "__future__" not in text else text


def right_below_imports(text: str) -> str | None:
    """No blank line between the imports and what uses them, as in documentation."""
    if '"""' in text:
        return None
    return re.sub(r"^((?:from|import) [^\n(]+\n)\n+(?!from|import)", r"\1", text, flags=re.MULTILINE)


SPELLINGS: tuple[Spelling, ...] = (
    as_written,
    with_crlf,
    with_tabs,
    after_non_ascii,
    after_docstring,
    without_final_newline,
    beside_a_parameter_of_that_name,
    inside_a_function,
    inside_a_condition,
    with_parenthesised_imports,
    with_comments_on_imports,
    with_semicolons,
    right_below_imports,
)


#: What can be done to a text of any kind.
TEXT_SPELLINGS: tuple[Spelling, ...] = (as_written, with_crlf, without_final_newline)


def spellings(path: str) -> tuple[Spelling, ...]:
    """The spellings of an example in a file of this name."""
    return SPELLINGS if path.endswith(".py") else TEXT_SPELLINGS


def spell(text: str, spelling: Spelling, path: str = "example.py") -> str | None:
    """The example in another spelling; None where that does not go, or is no Python."""
    new = spelling(text)
    if new is None or not path.endswith(".py"):
        return new
    try:
        ast.parse(new)
    except SyntaxError:
        return None
    return new
