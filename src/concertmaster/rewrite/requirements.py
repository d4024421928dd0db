"""Edits of requirements in manifests of every format."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from packaging.utils import canonicalize_name

from concertmaster.findings import Edit
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.manifests.model import Requirement, Style

_FORMS_OF_PEP_440 = frozenset((Style.PEP508, Style.POETRY, Style.PIPENV))
_LINE_END = re.compile(rb"[\"']?[ \t]*,?[ \t]*(?:#[^\n]*)?\r?$")
_SHELL_SIGNS = re.compile(r"[<>*?;&|() \[]")
_FLOW_SIGNS = re.compile(r"[\[\]{},]")
_LINE_START = re.compile(rb"[ \t]*(?:-[ \t]+)?[\"']?$")


def _edit(file: ManifestFile, start: int, end: int, text: str) -> Edit:
    return Edit(start, end, text.encode()).trimmed(file.source)


def _is_editable(requirement: Requirement) -> bool:
    """Written by hand, as it is meant, and not tied to one release by hashes or a source."""
    return not (requirement.locked or requirement.hashed or requirement.problem or requirement.source)


def replace_requirement(file: ManifestFile, requirement: Requirement, text: str) -> Edit | None:
    """Another requirement in the place of this one; only where PEP 508 is spoken."""
    if not _is_editable(requirement) or requirement.style is not Style.PEP508:
        return None
    return _whole(file, requirement, text)


def _whole(file: ManifestFile, requirement: Requirement, text: str) -> Edit | None:
    """The text in quotes, where what it stands in would take its signs for something else."""
    start, end = requirement.span
    line = file.source[file.line_span(file.line_of(start))[0] : start]
    if line.endswith((b"'", b'"')):
        return _edit(file, start, end, text)
    if requirement.group == "shell" and _SHELL_SIGNS.search(text):
        quotes = [sign for sign in ("'", '"') if line.count(sign.encode()) % 2 == 0 and sign not in text]
        return _edit(file, start, end, f"{quotes[-1]}{text}{quotes[-1]}") if quotes else None
    if (
        file.path.endswith((".yaml", ".yml"))
        and re.search(rb"[\[,][ \t]*\Z", line)
        and _FLOW_SIGNS.search(text)
    ):
        return _edit(file, start, end, f"'{text}'") if "'" not in text else None
    return _edit(file, start, end, text)


def replace_version(file: ManifestFile, requirement: Requirement, specifier: str) -> Edit | None:
    """Another range for the same distribution."""
    if not _is_editable(requirement) or requirement.style not in _FORMS_OF_PEP_440 or not requirement.written:
        return None
    start, end = requirement.written_at
    if requirement.style is not Style.PEP508:
        return _edit(file, start, end, specifier)
    first, last = requirement.span
    text = file.source[first:start] + specifier.encode() + file.source[end:last]
    return _whole(file, requirement, text.decode())


def drop_extras(file: ManifestFile, requirement: Requirement, names: Collection[str]) -> Edit | None:
    """The same requirement without some of its extras; nothing is left of the brackets without any."""
    start, end = requirement.extras_at
    if requirement.locked or start == end:
        return None
    written = file.source[start:end].decode()
    kept = [token for token in _extras(written) if token.strip("\"'") not in names]
    if kept:
        inner = (", " if ", " in written else ",").join(kept)
        pad = " " if written[1:2] == " " else ""
        return _edit(file, start, end, f"[{pad}{inner}{pad}]")
    if requirement.style is Style.PEP508:
        return _edit(file, start, end, "")
    return _drop_key(file, requirement)


def _extras(written: str) -> list[str]:
    return re.findall(r"\"[^\"]*\"|'[^']*'|[\w.-]+", written)


def _drop_key(file: ManifestFile, requirement: Requirement) -> Edit | None:
    """`extras = […]` out of a table: with a comma beside it, or as a line of its own."""
    start, end = requirement.extras_at
    before = file.source[:start]
    key = re.search(rb"(?P<comma>,[ \t]*)?(?P<key>extras[ \t]*=[ \t]*)$", before[-60:])
    if key is None:
        return None
    key_start = start - len(key[0])
    if key["comma"]:
        return _edit(file, key_start, end, "")
    first, last = file.line_span(file.line_of(key_start))[0], file.line_span(file.line_of(end))[1]
    if not file.source[first:key_start].strip() and not file.source[end:last].strip():
        return _edit(file, first, last, "")
    behind = re.match(rb"[ \t]*,[ \t]*", file.source[end:last])
    return _edit(file, key_start, end + behind.end(), "") if behind else None


def drop_requirement(file: ManifestFile, requirement: Requirement) -> Edit | None:
    """The manifest without this requirement; None where it cannot be taken out by itself."""
    if requirement.locked or requirement.problem or requirement.group in ("shell", "image"):
        return None
    if requirement.style is not Style.PEP508 and not _has_key(requirement):
        return None
    start, end = requirement.span
    first, last = file.line_span(file.line_of(start))[0], file.line_span(file.line_of(end))[1]
    behind = file.source[end:last].removesuffix(b"\n")
    if _LINE_START.fullmatch(file.source[first:start]) and _LINE_END.fullmatch(behind):
        return _edit(file, first, last, "")
    return _drop_element(file, start, end)


def add_requirements(file: ManifestFile, beside: Requirement, wanted: Mapping[str, str]) -> Edit | None:
    """Further requirements on lines of their own behind `beside`, written alike; None where that does not go."""
    if not _is_editable(beside) or beside.group in ("shell", "image"):
        return None
    start, end = beside.span
    first, last = file.line_span(file.line_of(start))[0], file.line_span(file.line_of(end))[1]
    before, behind = file.source[first:start], file.source[end:last].removesuffix(b"\n")
    if not _LINE_START.fullmatch(before) or not _LINE_END.fullmatch(behind):
        return None
    form = _form(beside, before.decode(), behind.decode())
    if form is None:
        return None
    text = file.newline.join(form.format(name=name, range=specifier) for name, specifier in wanted.items())
    is_closed = file.source[last - 1 : last] == b"\n"
    return Edit(last, last, (text + file.newline if is_closed else file.newline + text).encode())


def _form(beside: Requirement, before: str, behind: str) -> str | None:
    """How a requirement is written on the line after this one."""
    if beside.style is not Style.PEP508:
        return f'{before}{{name}} = "{{range}}"' if _has_key(beside) else None
    if not before.endswith(("'", '"')):
        return f"{before}{{name}}{{range}}"
    goes_on = behind[1:].lstrip().startswith(",")
    return f"{before}{{name}}{{range}}{before[-1]}," if goes_on else None


def _has_key(requirement: Requirement) -> bool:
    """Whether `name = …` is all there is of it, and not the body of a table of its own."""
    key = requirement.text.partition("=")[0].strip(" \t\"'")
    return canonicalize_name(key) == requirement.name


def _drop_element(file: ManifestFile, start: int, end: int) -> Edit | None:
    """A string out of a list on one line."""
    quote = file.source[start - 1 : start]
    if quote not in (b'"', b"'") or file.source[end : end + 1] != quote:
        return None
    start, end = start - 1, end + 1
    behind = re.match(rb"[ \t]*,(?P<gap>[ \t]*)(?P<last>\r?\n)?", file.source[end : end + 60])
    before = re.search(rb"(?P<comma>,?)(?P<gap>[ \t]*)$", file.source[max(0, start - 60) : start])
    comma, gap = (before["comma"], len(before["gap"])) if before else (b"", 0)
    if behind:
        is_last = comma and behind["last"]
        return _edit(file, start - (gap if is_last else 0), end + behind.end("gap"), "")
    if comma:
        return _edit(file, start - gap - 1, end, "")
    is_alone = file.source[start - 1 : start] == b"[" and file.source[end : end + 1] == b"]"
    return _edit(file, start, end, "") if is_alone else None
