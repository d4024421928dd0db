"""The labels of workflows in `translations/en-GB.json`, which the framework demands, and those in other languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from posixpath import basename, dirname

from msgspec import Struct

from concertmaster.findings import Edit
from concertmaster.project.model.place import Sources
from concertmaster.project.paths import is_test

FILE = "translations/en-GB.json"
_LANGUAGE = re.compile(r"[a-z]{2}-[A-Z]{2}\.json")
_LAST = re.compile(rb"(?P<comma>[^\s{])?\s*\}\s*$")
_INDENT = re.compile(rb"\n(?P<indent>[ \t]+)\"")
_SECTION = re.compile(rb'"workflow"\s*:\s*\{')
_ENTRY = re.compile(rb'(?P<key>"(?:[^"\\]|\\.)*")\s*:\s*(?P<value>"(?:[^"\\]|\\.)*")')


class Translations(Struct, frozen=True):
    """The file's path and its labels of workflows."""

    path: str
    source: bytes
    labels: dict[str, str]

    @property
    def language(self) -> str:
        return basename(self.path).removesuffix(".json")

    def adding(self, name: str, label: str) -> Edit | None:
        """The edit that puts a label in its sorted place; None where the file is written unusually."""
        section = _SECTION.search(self.source)
        if section is None:
            return self._adding_section(name, label)
        end = self.source.find(b"}", section.end())
        entries = list(_ENTRY.finditer(self.source, section.end(), end))
        if end < 0 or len(entries) != len(self.labels):
            return None
        text = f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(label, ensure_ascii=False)}".encode()
        if not entries:
            indent = b" " * 8
            return Edit(section.end(), end, b"\n" + indent + text + b"\n    ")
        names = [json.loads(entry["key"]) for entry in entries]
        gap = self.source[section.end() : entries[0].start()]
        between = (
            self.source[entries[0].end() : entries[1].start()] if len(entries) > 1 else b"," + (gap or b" ")
        )
        index = next((place for place, other in enumerate(names) if other > name), None)
        if index is None or names != sorted(names):
            last = entries[-1].end()
            return Edit(last, last, between + text)
        start = entries[index].start()
        return Edit(start, start, text + between)

    def _adding_section(self, name: str, label: str) -> Edit | None:
        """The edit that puts the first label into a file that has other texts alone."""
        last = _LAST.search(self.source)
        if last is None or b'"workflow"' in self.source:
            return None
        found = _INDENT.search(self.source)
        indent = found["indent"].decode() if found else "    "
        entry = f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(label, ensure_ascii=False)}"
        text = f'\n{indent}"workflow": {{\n{indent * 2}{entry}\n{indent}}}\n}}'
        newline = "\r\n" if b"\r\n" in self.source else "\n"
        start = last.start() + 1
        comma = "," if last["comma"] else ""
        return Edit(start, len(self.source.rstrip()), (comma + text).replace("\n", newline).encode())


def is_labels(path: str) -> bool:
    """Whether a file may hold the labels of a language."""
    return basename(dirname(path)) == "translations" and bool(_LANGUAGE.fullmatch(basename(path)))


def read_translations(sources: Sources, root: str) -> Translations | None:
    """The project's file of labels; None where there is none, or it cannot be read."""
    wanted = f"{root}/{FILE}" if root else FILE
    found = [path for path in sources.paths if path == wanted] or [
        path for path in sources.paths if path.endswith(f"/{FILE}") and not is_test(path)
    ]
    return _read(sources, found[0]) if len(found) == 1 else None


def read_languages(sources: Sources, main: Translations) -> Iterator[Translations]:
    """The files of other languages beside the one that the framework demands."""
    for path in sources.paths:
        if is_labels(path) and dirname(path) == dirname(main.path) and path != main.path:
            found = _read(sources, path)
            if found is not None:
                yield found


def _read(sources: Sources, path: str) -> Translations | None:
    source = sources.source(path)
    if source is None:
        return None
    try:
        data = json.loads(source)
        labels = data.get("workflow", {})
        if isinstance(labels, dict) and all(isinstance(value, str) for value in labels.values()):
            return Translations(path, source, dict(labels))
    except (ValueError, AttributeError, RecursionError):
        return None
    return None
