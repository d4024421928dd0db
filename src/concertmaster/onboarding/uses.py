"""Where workflow files use the action: their triggers, permissions and inputs, read and never run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from concertmaster.apart import LostError, apart

FOLDER = ".github/workflows/"
MAX_BYTES = 256 * 1024
_ACTION = re.compile(r"(?:^|/)concertmaster(?:/[^@]*)?@|^docker://[^ ]*/concertmaster[:@]")
Permissions = Mapping[str, str] | str | None


class Use(Struct, frozen=True):
    """A step that uses the action; `permissions` are those of its job, None where only the repository says."""

    path: str
    workflow: str
    job: str
    events: Mapping[str, Mapping[str, Any]]
    permissions: Permissions
    inputs: Mapping[str, str]

    @property
    def mode(self) -> str:
        return self.inputs.get("mode") or "review"

    def has(self, name: str) -> bool:
        """Whether an input is switched on."""
        return self.inputs.get(name, "").lower() == "true"

    def level(self, permission: str) -> str | None:
        """`write`, `read` or `none`; None where only the repository's settings say."""
        given = self.permissions
        if given is None:
            return None
        if isinstance(given, str):
            return {"write-all": "write", "read-all": "read"}.get(given, "none")
        return given.get(permission, "none")


class Uses(Struct, frozen=True):
    """All uses in a repository, the names of its workflows, and the files that could not be read."""

    found: tuple[Use, ...]
    names: frozenset[str]
    unread: tuple[str, ...]


def read_uses(paths: Iterable[str], read: Callable[[str], bytes | None]) -> Uses:
    """Every step of every workflow file that uses the action."""
    found: list[Use] = []
    names: set[str] = set()
    unread: list[str] = []
    for path in sorted(paths):
        if not path.startswith(FOLDER) or not path.endswith((".yml", ".yaml")):
            continue
        data = _loaded(read(path))
        if data is None:
            unread.append(path)
            continue
        name = str(data.get("name") or path)
        names.add(name)
        found += _uses(path, name, data)
    return Uses(tuple(found), frozenset(names), tuple(unread))


def _loaded(source: bytes | None) -> Mapping[str, Any] | None:
    if source is None or len(source) > MAX_BYTES:
        return None
    try:
        return apart(_parsed, source)
    except LostError:
        return None


def _parsed(source: bytes) -> Mapping[str, Any] | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe", pure=True).load(source.decode())
    except (YAMLError, ValueError, RecursionError, TypeError):
        return None
    return data if isinstance(data, dict) else None


def _uses(path: str, name: str, data: Mapping[str, Any]) -> Iterator[Use]:
    events = _events(data.get("on", data.get(True)))  # type: ignore[call-overload]
    for key, job in _object(data.get("jobs")).items():
        body = _object(job)
        steps = body.get("steps")
        for step in steps if isinstance(steps, list) else ():
            if not _ACTION.search(str(_object(step).get("uses", ""))):
                continue
            given = {str(name): _scalar(value) for name, value in _object(step.get("with")).items()}
            permissions = _permissions(body.get("permissions", data.get("permissions")))
            yield Use(path, name, str(key), events, permissions, given)


def _events(given: Any) -> dict[str, Mapping[str, Any]]:
    """The three ways to write triggers: one, a list, or with settings."""
    if isinstance(given, dict):
        return {str(name): _object(settings) for name, settings in given.items()}
    names = given if isinstance(given, list) else [given] if given else []
    return {str(name): {} for name in names}


def _permissions(given: Any) -> Permissions:
    if isinstance(given, dict):
        return {str(name): str(level) for name, level in given.items()}
    return None if given is None else str(given)


def _object(data: Any) -> Mapping[str, Any]:
    return data if isinstance(data, dict) else {}


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
