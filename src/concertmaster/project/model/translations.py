"""The labels of workflows in `translations/en-GB.json`, which the framework demands for every workflow."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from concertmaster.findings import Edit
from concertmaster.project.model.place import Sources

FILE = "translations/en-GB.json"
_SECTION = re.compile(rb'"workflow"\s*:\s*\{')
_ENTRY = re.compile(rb'(?P<key>"(?:[^"\\]|\\.)*")\s*:\s*(?P<value>"(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, slots=True)
class Translations:
    """The file's path and its labels of workflows."""

    path: str
    source: bytes
    labels: dict[str, str]

    def adding(self, name: str, label: str) -> Edit | None:
        """The edit that puts a label in its sorted place; None where the file is written unusually."""
        section = _SECTION.search(self.source)
        if section is None:
            return None
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
        index = next((place for place, other in enumerate(names) if other > name), None)
        if index is None or names != sorted(names):
            last = entries[-1].end()
            return Edit(last, last, b"," + gap + text)
        start = entries[index].start()
        return Edit(start, start, text + b"," + gap)


def read_translations(sources: Sources, root: str) -> Translations | None:
    """The project's file of labels; None where there is none, or it cannot be read."""
    wanted = f"{root}/{FILE}" if root else FILE
    found = [path for path in sources.paths if path == wanted] or [
        path for path in sources.paths if path.endswith(f"/{FILE}")
    ]
    source = sources.source(found[0]) if len(found) == 1 else None
    if source is None:
        return None
    try:
        data = json.loads(source)
        labels = data.get("workflow", {})
        if isinstance(labels, dict) and all(isinstance(value, str) for value in labels.values()):
            return Translations(found[0], source, dict(labels))
    except (ValueError, AttributeError, RecursionError):
        return None
    return None
