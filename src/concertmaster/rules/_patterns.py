"""Regular expressions of pydantic 1, written for pydantic 2: that one searches, and in Rust's dialect."""

from __future__ import annotations

import ast
import re

from concertmaster.project.python import PythonFile

#: What Rust's engine has nothing for: looking around, references back, the end as `\Z`.
_FOREIGN = re.compile(r"\(\?(?:[=!>(]|<[=!]|P=)|\\(?:[1-9]|Z)|[*+?}]\+")
_LITERAL = re.compile(r"(?P<prefix>[rRuU]?)(?P<quote>\"\"\"|'''|\"|')(?P<text>.*)(?P=quote)\Z", re.DOTALL)


def pattern_text(file: PythonFile, node: ast.expr) -> str | None:
    """How a literal is written so that it matches what it matched before; None where that is not known."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or _FOREIGN.search(node.value):
        return None
    source = file.text(node)
    if _has_alternatives(node.value):
        return _wrapped(source, "^(?:", ")")
    return source if node.value.startswith(("^", r"\A")) else _wrapped(source, "^", "")


def _wrapped(source: str, before: str, behind: str) -> str | None:
    literal = _LITERAL.match(source)
    if literal is None or literal["quote"] in literal["text"]:
        return None
    return f"{literal['prefix']}{literal['quote']}{before}{literal['text']}{behind}{literal['quote']}"


def _has_alternatives(text: str) -> bool:
    """Whether a `|` stands outside of all groups and sets."""
    bare = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", "", text)
    depth = 0
    for character in bare:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            return True
    return False
