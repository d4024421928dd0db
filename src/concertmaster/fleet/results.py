"""Reads the results of many repositories: files that anybody may have written, so within limits and as data only."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from concertmaster.findings import Safety, Severity
from concertmaster.fleet.model import is_repository
from concertmaster.messages.fleet import no_results
from concertmaster.projects import MAX_PROJECTS
from concertmaster.versions import release

MAX_BYTES, MAX_FILES, MAX_FINDINGS = 32 * 1024 * 1024, 20_000, 100_000
_Text = Annotated[str, Field(max_length=4_000)]


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class _Finding(_Loose):
    rule: _Text
    severity: Annotated[Severity, Field(strict=False)]
    safety: Annotated[Safety, Field(strict=False)]
    today: bool = False


class _Upgrade(_Loose):
    result: Annotated[str, Field(max_length=40)]
    reason: _Text = ""
    pull_request: Annotated[int, Field(ge=1, le=2**31)] | None = None
    folder: _Text = ""


class _Result(_Loose):
    version: Annotated[int, Field(ge=1, le=1)]
    repository: _Text | None = None
    installed: _Text | None = None
    target: _Text | None = None
    findings: Annotated[list[_Finding], Field(max_length=MAX_FINDINGS)] = []
    unanalysed: Annotated[list[dict[str, object]], Field(max_length=MAX_FINDINGS)] = []
    upgrade: _Upgrade | None = None
    upgrades: Annotated[list[_Upgrade], Field(max_length=MAX_PROJECTS + 1)] = []
    error: _Text | None = None


class Upgraded(Struct, frozen=True):
    """What came of the upgrade of one project; `folder` is empty where it is the repository's only one."""

    result: str
    number: int | None = None
    folder: str = ""


class Standing(Struct, frozen=True):
    """Where a repository stands. `repository` is one's name, or that of a file where nothing better is known."""

    repository: str
    installed: str = ""
    target: str = ""
    severities: tuple[int, int, int] = (0, 0, 0)
    today: int = 0
    by_hand: int = 0
    unanalysed: int = 0
    upgrade: str = ""
    upgrades: tuple[Upgraded, ...] = ()
    problem: str = ""

    @property
    def is_named(self) -> bool:
        return is_repository(self.repository)


def standings(places: Iterable[Path]) -> list[Standing]:
    """What the files say, by repository; where two tell of the same one, the first counts and the other is told.

    Raises:
        UserError: there are no such files.
    """
    known: dict[str, Standing] = {}
    places = tuple(places)
    for number, (path, name) in enumerate(sorted(_files(places), key=lambda item: item[1])):
        if number == MAX_FILES:
            known["…"] = Standing("…", problem=f"more than {MAX_FILES:,} files: the rest was not read")
            break
        found = _standing(path, name)
        if found.repository in known:
            found = Standing(name, problem=f"tells of {found.repository} once more")
        known.setdefault(found.repository, found)
    if not known:
        raise no_results(", ".join(map(str, places)))
    return sorted(known.values(), key=lambda item: item.repository.lower())


def _files(places: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Every file with its name as seen from the folder that was given; no link is followed."""
    for place in places:
        if not place.is_dir():
            yield place, place.name
            continue
        for folder, names, files in os.walk(place):
            names.sort()
            for name in files:
                if name.endswith(".json"):
                    path = Path(folder, name)
                    yield path, path.relative_to(place).as_posix()


def _standing(path: Path, name: str) -> Standing:
    shown = name.removesuffix(".json")
    try:
        result = _Result.model_validate_json(_bytes(path))
    except OSError as error:
        return Standing(shown, problem=f"the file cannot be read: {error.strerror or 'not a regular file'}")
    except (ValidationError, ValueError, RecursionError):
        return Standing(shown, problem="the file holds no result")
    return _folded(shown, result)


def _bytes(path: Path) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError
    return data


def _folded(shown: str, result: _Result) -> Standing:
    """The counts that a result gives; they are counted here, not believed."""
    name = result.repository if result.repository and is_repository(result.repository) else shown
    severities = Counter(item.severity for item in result.findings)
    upgrade = result.upgrade
    return Standing(
        name,
        _release(result.installed),
        _release(result.target),
        (severities[Severity.ERROR], severities[Severity.WARNING], severities[Severity.NOTICE]),
        sum(item.today for item in result.findings),
        sum(item.safety is Safety.MANUAL for item in result.findings),
        len(result.unanalysed),
        upgrade.result if upgrade else "",
        tuple(Upgraded(one.result, one.pull_request, one.folder) for one in _each(result)),
        result.error or "",
    )


def _each(result: _Result) -> list[_Upgrade]:
    """The upgrade of every project: what is told of all together has the first pull request alone."""
    return result.upgrades or ([result.upgrade] if result.upgrade else [])


def _release(text: str | None) -> str:
    try:
        return str(release(text or "")) if len(text or "") <= 40 else ""
    except ValueError:
        return ""
