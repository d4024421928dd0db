"""The project's own settings: `[tool.concertmaster]` in pyproject.toml, or a concertmaster.toml."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from concertmaster.findings import Severity
from concertmaster.messages import malformed_configuration

MAX_BYTES = 64 * 1024
#: Where settings are looked for; the first file that has some counts.
TABLES: dict[str, tuple[str, ...]] = {"concertmaster.toml": (), "pyproject.toml": ("tool", "concertmaster")}
FILES = tuple(TABLES)


class FailOn(StrEnum):
    """The least severity that makes a run fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"
    NEVER = "never"

    def fails(self, severity: Severity) -> bool:
        return self is not FailOn.NEVER and severity.rank >= Severity(self.value).rank


class _Days:
    """What pydantic, which is loaded only where there are settings, makes sure of a number of days."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Callable[[Any], Any]) -> Any:
        return handler(source) | {"ge": 0, "le": 3650}


@dataclass(frozen=True, slots=True)
class Config:
    """Every key of the configuration; see docs/configuration.md."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "alias_generator": lambda name: name.replace("_", "-"),
    }

    target: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: FailOn = FailOn.ERROR
    new_only: bool = True
    prose: bool = False
    library: bool = False
    projects: tuple[str, ...] = ()
    upgrade_to: str | None = None
    minimum_age: Annotated[int, _Days] = 0
    prereleases: bool = False
    per_path_ignores: dict[str, tuple[str, ...]] = field(default_factory=dict)


def load_config(read: Callable[[str], bytes | None]) -> Config:
    """The configuration of a project, `read` giving a file's bytes or None.

    Raises:
        UserError: a file is no TOML, too large, or holds a key or value that is not understood.
    """
    for path, table in TABLES.items():
        source = read(path)
        if source is None:
            continue
        data = _section(path, source, table)
        if data is not None:
            return _validated(path, data)
    return Config()


def _section(path: str, source: bytes, table: tuple[str, ...]) -> dict[str, Any] | None:
    if table and b"concertmaster" not in source:
        return None
    if len(source) > MAX_BYTES and not table:
        raise malformed_configuration(path, f"It is larger than {MAX_BYTES // 1024} KiB")
    from concertmaster.apart import LostError, files_apart

    ((_, found),) = files_apart(_read, [(path, source)])
    if isinstance(found, LostError):
        raise malformed_configuration(path, f"It cannot be read: {found}")
    data, problem = found
    if problem:
        raise malformed_configuration(path, problem)
    return data


def _read(file: tuple[str, bytes]) -> tuple[dict[str, Any] | None, str]:
    """The settings in a file, or what is wrong with it."""
    path, source = file
    import tomllib

    table = TABLES[path.rpartition("/")[2]]
    try:
        data: Any = tomllib.loads(source.decode())
    except (ValueError, RecursionError) as error:
        return None, f"It is no valid TOML: {error}"
    for name in table:
        data = data.get(name) if isinstance(data, dict) else None
    if data is not None and not isinstance(data, dict):
        return None, f"[{'.'.join(table)}] is not a table"
    return data, ""


def _validated(path: str, data: dict[str, Any]) -> Config:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Config).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        why = "There is no such key" if first["type"] == "unexpected_keyword_argument" else first["msg"]
        raise malformed_configuration(path, f"`{key}`: {why}") from None
