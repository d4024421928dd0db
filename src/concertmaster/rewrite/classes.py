"""Edits of class statements: a class that only assigns becomes the expression that took its place."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import tokenize
from collections.abc import Callable, Iterator

from msgspec import Struct

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.spans import replace_span

WIDTH = 100
_EQUALS = re.compile(rb"\s*=\s*")
_LEADING_BLANKS = re.compile(r"\A(?:[ \t]*\n)+")


class Setting(Struct, frozen=True):
    """`name = value` in the body of a class."""

    name: str
    value: ast.expr
    statement: ast.Assign | ast.AnnAssign


class Argument(Struct, frozen=True):
    """How a setting is written in a call: `prefix`, its value (or another text for it), `suffix`."""

    prefix: str
    value: str | None = None
    suffix: str = ""


class Call(Struct, frozen=True):
    """What stands around the settings: `Ports = Annotated[`, first arguments of its own, `]`.

    A docstring becomes a string behind the call or, with `comments`, a comment inside it.
    """

    opening: str
    closing: str
    leading: tuple[str, ...] = ()
    comments: bool = False


def settings_of(definition: ast.ClassDef) -> list[Setting] | None:
    """The assignments of a class whose body holds nothing else, none of them built on another; else None."""
    found: list[Setting] = []
    for statement in definition.body:
        setting = _setting(statement)
        if setting is not None:
            found.append(setting)
        elif not isinstance(statement, ast.Pass) and not _is_constant(statement):
            return None
    if definition.decorator_list or getattr(definition, "type_params", None):
        return None
    names: set[str] = set()
    for setting in found:
        read = {node.id for node in ast.walk(setting.value) if isinstance(node, ast.Name)}
        if setting.name in names or names & read:
            return None
        names.add(setting.name)
    return found


def _setting(statement: ast.stmt) -> Setting | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target = statement.target
    else:
        return None
    value = statement.value
    return (
        Setting(target.id, value, statement) if isinstance(target, ast.Name) and value is not None else None
    )


def _is_constant(statement: ast.stmt) -> bool:
    """`...` and the docstring."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def class_to_call(
    file: PythonFile, definition: ast.ClassDef, call: Call, written: Callable[[Setting], Argument | None]
) -> Edit | None:
    """Put a call in the place of a class of settings; a setting for which `written` gives None is left out.

    On one line where that loses nothing, else line by line with all comments. None when neither can be done.
    """
    settings = settings_of(definition)
    if settings is None:
        return None
    texts: dict[ast.stmt, str | None] = {}
    for setting in settings:
        argument, value = written(setting), _value(file, setting)
        if value is None:
            return None
        new = value if argument is None or argument.value is None else argument.value
        texts[setting.statement] = None if argument is None else f"{argument.prefix}{new}{argument.suffix}"
    return _Class(file, definition, call, texts).edit()


def _value(file: PythonFile, setting: Setting) -> str | None:
    """The text of a value, with parentheses around it; None where it is not plainly behind a `=`."""
    statement = setting.statement
    before = statement.annotation if isinstance(statement, ast.AnnAssign) else statement.targets[0]
    equals = _EQUALS.match(file.source, file.span(before)[1])
    return None if equals is None else _text(file, equals.end(), file.span(statement)[1])


def _text(file: PythonFile, start: int, end: int) -> str:
    return file.source[start:end].decode(file.encoding).replace("\r\n", "\n")


class _Class(Struct, frozen=True):
    """A class statement with what is written for each of its settings; None for what is left out."""

    file: PythonFile
    definition: ast.ClassDef
    call: Call
    texts: dict[ast.stmt, str | None]

    def edit(self) -> Edit | None:
        start, end = self.file.span(self.definition)
        document = "" if self.call.comments else self._docstring()
        kept = [text for text in self.texts.values() if text is not None]
        flat = f"{self.call.opening}{', '.join((*self.call.leading, *kept))}{self.call.closing}"
        if self._fits(flat, end):
            return replace_span(self.file, start, end, flat + document)
        lines = self._lines()
        if lines is None:
            return None
        text = "".join((*lines, self._lead(self.definition), self.call.closing, document))
        return replace_span(self.file, start, self._line_end(end), text)

    def _fits(self, flat: str, end: int) -> bool:
        """Whether one line is short enough and loses no comment."""
        commented = any(token.type == tokenize.COMMENT for token in _tokens(self.file.text(self.definition)))
        behind = _text(self.file, end, self._line_end(end)).strip()
        loses = commented or (behind and len(self.texts) > 1) or (self.call.comments and self._docstring())
        return not loses and "\n" not in flat and len(self._lead(self.definition)) + len(flat) <= WIDTH

    def _lead(self, node: ast.stmt) -> str:
        """What stands before a statement on its line."""
        return _text(self.file, self.file.line_span(node.lineno)[0], self.file.span(node)[0])

    def _line_end(self, offset: int) -> int:
        """The end of the line behind an offset, without its line ending."""
        start, end = self.file.line_span(self.file.line_of(offset - 1))
        return start + len(self.file.source[start:end].rstrip(b"\r\n"))

    def _docstring(self) -> str:
        """The docstring as a statement behind the class."""
        if ast.get_docstring(self.definition) is None:
            return ""
        first = self.definition.body[0]
        text = f"\n{self._lead(first)}{_text(self.file, *self.file.span(first))}"
        return text.replace(f"\n{self._lead(first)}", f"\n{self._lead(self.definition)}")

    def _header(self) -> tuple[int, str]:
        """The last line of `class Name(bases):` and what stands behind the colon."""
        depth = 0
        for token in _tokens(self.file.text(self.definition)):
            depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
            if token.string == ":" and not depth:
                return self.definition.lineno + token.end[0] - 1, token.line[token.end[1] :]
        return self.definition.lineno, ""

    def _lines(self) -> list[str] | None:
        """The call line by line up to its closing; None where statements share a line."""
        last, behind_colon = self._header()
        cursor = self.file.line_span(last)[1]
        lead = self._lead(self.definition.body[0])
        lines = [f"{self.call.opening}{behind_colon}", *(f"{lead}{text},\n" for text in self.call.leading)]
        for statement in self.definition.body:
            start, end = (
                self.file.line_span(statement.lineno)[0],
                self.file.line_span(_end_line(statement))[1],
            )
            behind = _text(self.file, self.file.span(statement)[1], end)
            if start < cursor or behind.lstrip().startswith(";"):
                return None
            between = _text(self.file, cursor, start)
            comments = _LEADING_BLANKS.sub("", between) if between.strip() else ""
            lines += [comments, self._line(statement, lead, behind.rstrip("\n"))]
            cursor = end
        return lines

    def _line(self, statement: ast.stmt, lead: str, behind: str) -> str:
        text = self.texts.get(statement)
        if text is not None:
            return f"{lead}{text},{behind}\n"
        document = ast.get_docstring(self.definition)
        if not self.call.comments or document is None or statement is not self.definition.body[0]:
            return ""
        return "".join(f"{lead}# {line}".rstrip() + "\n" for line in document.splitlines())


def _end_line(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens of a statement that is cut out of its file."""
    with contextlib.suppress(tokenize.TokenError, IndentationError):
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
