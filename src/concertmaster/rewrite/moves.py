"""Edits that follow names to another module or to another name: in imports, and wherever they are used."""

from __future__ import annotations

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from concertmaster.findings import Edit
from concertmaster.project.names import CORE, ROOT, is_framework, old_spelling
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.imports import _add_alias, block_of, drop_aliases, drop_statement, is_taken
from concertmaster.rewrite.spans import replace_span
from concertmaster.rule import Import

WIDTH = 100
_FROM = re.compile(rb"from(?:[ \t\f]|\\\r?\n)+")
_ENDS_LINE = re.compile(rb"[ \t\f]*(?:#[^\n]*)?\r?(?:\n|\Z)")


def spelled(file: PythonFile, name: str, like: str | None = None) -> str:
    """A canonical name in the layout that the file is written in, or that of one dotted name in it."""
    if not name.startswith(CORE):
        return name
    return name if _is_new_layout(file, like) else old_spelling(name)


def _is_new_layout(file: PythonFile, like: str | None) -> bool:
    if like is not None and like.partition(".")[0] == ROOT:
        return is_framework(like)
    for node in file.nodes(ast.ImportFrom, ast.Import):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for name in names:
            if file.canonical(name, module=True).partition(".")[0] == ROOT:
                return is_framework(
                    f"{name}.{node.names[0].name}" if isinstance(node, ast.ImportFrom) else name
                )
    return file.window.reaches("5.0.0")


def move_names(
    file: PythonFile, node: ast.ImportFrom, wanted: Mapping[ast.alias, Import]
) -> tuple[Edit, ...]:
    """Import some names of a statement from elsewhere; the others stay. Nothing where that cannot be done exactly.

    Names go into an import from there in the same block, else the statement itself is turned to their new
    module, else they get a statement beside it with its indentation.
    """
    groups: dict[str, list[ast.alias]] = defaultdict(list)
    for alias, target in wanted.items():
        groups[target.module].append(alias)
    if _module_span(file, node) is None:
        return ()
    same = groups.pop(node.module or "", [])
    present = {module: there for module in groups if (there := _import_from(file, node, module)) is not None}
    stays = bool(same) or any(alias not in wanted for alias in node.names)
    turned = None if stays else _turned(file, node, groups, present)
    edits = [*_rename(file, same, wanted)]
    for module, aliases in groups.items():
        targets = [wanted[alias] for alias in aliases]
        if module == turned:
            edits += (*_turn(file, node, module), *_rename(file, aliases, wanted))
        elif module in present:
            edits += _merge(file, present[module], targets)
        else:
            edits.append(beside(file, node, module, targets, against=turned))
    gone = [alias for module, aliases in groups.items() if module != turned for alias in aliases]
    dropped = drop_aliases(file, node, gone) if gone else ()
    return tuple(edit for edit in (*edits, *dropped) if edit.text or edit.start < edit.end)


def _turned(
    file: PythonFile,
    node: ast.ImportFrom,
    groups: Mapping[str, Sequence[ast.alias]],
    present: Mapping[str, ast.ImportFrom],
) -> str | None:
    """The module that the statement itself is turned to: the first that has no statement of its own."""
    start, end = file.line_span(node.lineno)[0], file.line_span(node.end_lineno or node.lineno)[1]
    commented = b"#" in file.source[start:end]
    return next((module for module in groups if commented or module not in present), None)


def _turn(file: PythonFile, node: ast.ImportFrom, module: str) -> Iterator[Edit]:
    """Write another module into the statement."""
    place = _module_span(file, node)
    if place is not None:
        yield replace_span(file, *place, module)


def _rename(
    file: PythonFile, aliases: Iterable[ast.alias], wanted: Mapping[ast.alias, Import]
) -> Iterator[Edit]:
    """Write the names that changed into the statement."""
    for alias in aliases:
        target = wanted[alias]
        if target.name != alias.name or target.alias != alias.asname:
            yield replace_span(file, *file.span(alias), as_written(target))


def _module_span(file: PythonFile, node: ast.ImportFrom) -> tuple[int, int] | None:
    """The bytes of `a.b` in `from a.b import …`; None where it is written with blanks in it."""
    name = (node.module or "").encode(file.encoding)
    match = _FROM.match(file.source, file.span(node)[0])
    if match is None or not file.source.startswith(name, match.end()):
        return None
    return match.end(), match.end() + len(name)


def as_written(target: Import) -> str:
    """`name` or `name as alias`."""
    return target.name if target.alias is None else f"{target.name} as {target.alias}"


def _import_from(file: PythonFile, node: ast.ImportFrom, module: str) -> ast.ImportFrom | None:
    """A statement of the same block that imports from a module, with nothing but imports between."""
    block = block_of(file, node)
    index = block.index(node) if node in block else 0
    for run in (reversed(block[:index]), block[index + 1 :]):
        for other in run:
            if not isinstance(other, (ast.Import, ast.ImportFrom)):
                break
            plain = isinstance(other, ast.ImportFrom) and not other.level and other.names[0].name != "*"
            if plain and isinstance(other, ast.ImportFrom) and other.module == module:
                return other
    return None


def _merge(file: PythonFile, there: ast.ImportFrom, targets: Iterable[Import]) -> Iterator[Edit]:
    """Add names to a statement, those that it has already left out."""
    present = {(alias.name, alias.asname) for alias in there.names}
    fresh = sorted({as_written(target) for target in targets if (target.name, target.alias) not in present})
    texts: dict[tuple[int, int], bytes] = defaultdict(bytes)
    for text in fresh:
        edit = _add_alias(file, there, text)
        texts[edit.start, edit.end] += edit.text
    yield from (Edit(start, end, text) for (start, end), text in texts.items())


def join_doubled(before: PythonFile, after: PythonFile) -> Iterator[tuple[Edit, ...]]:
    """One statement for what rewrites have come to import by two; who wrote two goes on to have two."""
    known = {before.text(node) for node in before.nodes(ast.ImportFrom)}
    apart = {
        before.imported_module(first)
        for first, second in itertools.pairwise(before.nodes(ast.ImportFrom))
        if before.imported_module(first) == before.imported_module(second)
    }
    for first, second in itertools.pairwise(after.nodes(ast.ImportFrom)):
        if after.imported_module(first) in apart or second not in block_of(after, first):
            continue
        below = second.lineno == (first.end_lineno or first.lineno) + 1
        same = first.module == second.module and not first.level and not second.level
        lines = after.source[after.line_span(first.lineno)[0] : after.line_span(second.end_lineno or 0)[1]]
        fresh = not {after.text(first), after.text(second)} <= known
        if below and same and fresh and not re.search(rb"[#;*]", lines):
            targets = [Import(first.module or "", alias.name, alias.asname) for alias in second.names]
            yield (*_merge(after, first, targets), drop_statement(after, second))


def beside(
    file: PythonFile,
    node: ast.ImportFrom,
    module: str,
    targets: Sequence[Import],
    *,
    against: str | None = None,
) -> Edit:
    """An import of its own before or behind another, as their modules sort."""
    start, end = file.span(node)
    indent = file.source[file.line_span(node.lineno)[0] : start].decode(file.encoding)
    text = _statement(module, targets, "" if indent.strip() else indent)
    if indent.strip():
        return replace_span(file, start, start, f"{text}; ")
    if module < (against or node.module or "") or not _ENDS_LINE.match(file.source, end):
        return replace_span(file, start, start, f"{text}\n{indent}")
    end = file.span(_last_before(file, node, module))[1]
    line_end = file.line_span(file.line_of(end))[1]
    complete = file.source[:line_end].endswith(b"\n")
    return replace_span(file, line_end, line_end, f"{indent}{text}\n" if complete else f"\n{indent}{text}")


def _last_before(file: PythonFile, node: ast.ImportFrom, module: str) -> ast.ImportFrom:
    """The last of the imports on the lines behind a statement that sorts before a module."""
    block = block_of(file, node)
    for other in block[block.index(node) + 1 :] if node in block else ():
        below = other.lineno == (node.end_lineno or node.lineno) + 1
        plain = isinstance(other, ast.ImportFrom) and not other.level
        if not (below and plain and isinstance(other, ast.ImportFrom)) or (other.module or "") > module:
            break
        if not _ENDS_LINE.match(file.source, file.span(other)[1]):
            break
        node = other
    return node


def _statement(module: str, targets: Sequence[Import], indent: str) -> str:
    names = [as_written(target) for target in targets]
    text = f"from {module} import {', '.join(names)}"
    if len(indent) + len(text) <= WIDTH:
        return text
    lines = "".join(f"\n{indent}    {name}," for name in names)
    return f"from {module} import ({lines}\n{indent})"


def rename_uses(
    file: PythonFile, node: ast.ImportFrom, alias: ast.alias, name: str
) -> tuple[Edit, ...] | None:
    """Edits of every use of an imported name, for another name; None where the old one must live on.

    That is so where something else may look it up here: another file, a string, a second binding.
    """
    scope = file.scope(node)
    uses = [
        one for one in file.nodes(ast.Name) if one.id == alias.name and file.scope(one).find(one.id) is scope
    ]
    alone = len(scope.imports[alias.name]) == 1 and alias.name not in scope.others
    if not uses or not alone or file.path.endswith("__init__.py"):
        return None
    if (
        _is_word(file, name)
        or any(_mentions(file, text, alias.name) for text in file.nodes(ast.Constant))
        or is_taken(file, alias.name)  # which looks into other files
    ):
        return None
    return tuple(replace_span(file, *file.span(use), name) for use in uses)


def _is_word(file: PythonFile, name: str) -> bool:
    return re.search(rb"\b" + re.escape(name.encode(file.encoding)) + rb"\b", file.source) is not None


def _mentions(file: PythonFile, constant: ast.Constant, name: str) -> bool:
    """Whether a string may stand for a name of this file: an annotation, `__all__`, what a test patches."""
    text = constant.value
    if not isinstance(text, str) or isinstance(file.parent(constant), ast.Expr):
        return False
    return not text.startswith(f"{ROOT}.") and re.search(rf"\b{re.escape(name)}\b", text) is not None


def is_free(file: PythonFile, at: ast.AST, wanted: Import) -> bool:
    """Whether a name can be imported for the whole file and means the same at one place in it."""
    scope = file.scope(at).find(wanted.local)
    if scope is None:
        return True
    origins = {file.canonical(imported.dotted) for imported in scope.imports.get(wanted.local, ())}
    return wanted.local not in scope.others and origins == {file.canonical(f"{wanted.module}.{wanted.name}")}
