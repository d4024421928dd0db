"""Requirements in `setup.cfg`, `tox.ini` and the literal parts of a `setup.py`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec.structs import replace

from concertmaster.project.manifests.model import Found, Manifest, NotUnderstood, Written
from concertmaster.project.manifests.python_versions import TOOL, of_point, of_range
from concertmaster.project.manifests.requirements import one

_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]\s*$")
_KEY = re.compile(r"(?P<key>[^\s=:#;][^=:]*?)\s*[=:]\s*(?P<value>.*)$")
_COMMENT = re.compile(r"(^|\s)[#].*$")
_FACTOR = re.compile(r"[\w!,.{}-]+:\s+")
_PYTHON = frozenset((("options", "python_requires"), ("mypy", "python_version")))
_GROUPS = {"install_requires": "", "setup_requires": "build-system", "tests_require": "tests"}


def read_ini(manifest: Manifest) -> Found:
    """`install_requires` and its like in `setup.cfg`, `deps` in `tox.ini`."""
    section = key = ""
    for offset, line in manifest.logical_lines():
        header = _SECTION.match(line)
        if header:
            section, key = header["name"].strip(), ""
        elif line[:1].strip() and line[0] not in "#;":
            named = _KEY.match(line)
            key = named["key"].strip() if named else ""
            if named:
                yield from _ini_line(section, key, named["value"], offset + named.start("value"))
        else:
            yield from _ini_line(section, key, line, offset)


def _ini_line(section: str, key: str, line: str, offset: int) -> Iterator[Written]:
    if (section, key) in _PYTHON and line.strip():
        yield from _python(line.strip(), offset + len(line) - len(line.lstrip()))
    group = _ini_group(section, key)
    if group is None:
        return
    content = _COMMENT.sub("", line)
    factor = _FACTOR.match(content.lstrip()) if group.startswith("env:") else None
    skipped = len(content) - len(content.lstrip()) + (factor.end() if factor else 0)
    found = one(content[skipped:].rstrip(), offset + skipped, group=group)
    if found:
        yield found


def _python(text: str, offset: int) -> Iterator[Written]:
    found = of_point(text, offset, group=TOOL) or of_range(text, offset)
    yield found


def _ini_group(section: str, key: str) -> str | None:
    if section == "options.extras_require":
        return key or None
    if section == "options":
        return _GROUPS.get(key)
    return f"env:{section}" if section.startswith("testenv") and key == "deps" else None


def read_setup_py(manifest: Manifest) -> Found:
    """Literal lists of the call of `setup()`; the file is parsed, never run."""
    try:
        tree = ast.parse(manifest.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotUnderstood(f"not valid Python: {error}") from None
    names = _constants(tree)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _called(call.func) == "setup":
            for keyword in call.keywords:
                yield from _keyword(manifest, keyword, names)


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Names that the module binds exactly once."""
    found: dict[str, list[ast.expr]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _keyword(manifest: Manifest, keyword: ast.keyword, names: dict[str, ast.expr]) -> Iterator[Written]:
    value = names.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
    if keyword.arg == "extras_require" and isinstance(value, ast.Dict):
        for key, items in zip(value.keys, value.values, strict=True):
            group = str(key.value) if isinstance(key, ast.Constant) else ""
            yield from _literals(manifest, items, group)
    elif keyword.arg == "python_requires" and isinstance(value, ast.Constant):
        start, end = _span(manifest, value)
        if manifest.text[start + 1 : end - 1] == value.value:
            yield of_range(str(value.value), start + 1)
    elif keyword.arg in _GROUPS and value is not None:
        yield from _literals(manifest, value, _GROUPS[keyword.arg])


def _literals(manifest: Manifest, node: ast.expr, group: str) -> Iterator[Written]:
    for item in node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]:
        if not isinstance(item, ast.Constant) or not isinstance(item.value, str):
            continue
        start, end = _span(manifest, item)
        found = one(item.value.strip(), start + 1, group=group)
        if found and manifest.text[start + 1 : end - 1] != item.value:
            found = replace(found, start=start, end=end, version=None, extras_at=None)
            found = replace(found, problem="not written as one plain string")
        if found:
            yield found


def _span(manifest: Manifest, node: ast.Constant) -> tuple[int, int]:
    assert node.end_lineno is not None and node.end_col_offset is not None  # noqa: S101, PT018
    return (
        manifest.offset(node.lineno, node.col_offset),
        manifest.offset(node.end_lineno, node.end_col_offset),
    )
