"""Reports that are kept from one job to the next, by everything that they depend on.

The key holds the object ids of all files that a run may read, at the head and at the base, which of them could be had,
this program, its rules and its index, Python and the libraries, the configuration, and what was asked for. What is
kept is data, never run. Whoever can write the folder can make it say anything: it is for jobs that trust who filled it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from msgspec import DecodeError, Struct, json

from concertmaster import runner
from concertmaster.findings import Finding, Suppressed
from concertmaster.index import store
from concertmaster.index.supply import shipped
from concertmaster.project.files import Project
from concertmaster.remembering.key import PACKAGE, libraries
from concertmaster.remembering.memory import Memory
from concertmaster.runner import Report
from concertmaster.workspace import Workspace

FORMAT = b"concertmaster report 1"


@runtime_checkable
class Identified(Protocol):
    """A project whose content has a name."""

    def identity(self) -> bytes:
        """The same for the same bytes below the same paths, and for no others."""
        ...


class Kept(Struct, frozen=True):
    """What is kept of a report: everything but what the run is told again."""

    findings: tuple[Finding, ...]
    rewritten: dict[str, bytes]
    suppressed: tuple[Suppressed, ...]
    created: frozenset[str]
    proposed: dict[str, bytes]
    later: dict[str, int]
    unread: str


class Reports:
    """Runs as `concertmaster.runner` does, or says what the same run said before."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        with_owner = folder.parent.stat().st_uid if folder.parent.is_dir() else None
        self._memory = Memory(str(folder), tell, owner=with_owner)

    def run(
        self,
        workspace: Workspace,
        project: Project,
        *,
        unsafe: bool = False,
        jobs: int | None = None,
        paths: Iterable[str] | None = None,
        base: Project | None = None,
        rewriting: bool = True,
        ahead: bool = False,
    ) -> Report:
        wanted = None if paths is None else tuple(paths)

        def judged() -> Report:
            return runner.run(
                workspace,
                project,
                unsafe=unsafe,
                jobs=jobs,
                paths=wanted,
                base=base,
                rewriting=rewriting,
                ahead=ahead,
            )

        key = key_of(workspace, project, base, (unsafe, wanted, rewriting, ahead))
        if key is None:
            return judged()
        known = _decoded(self._memory.recall(key))
        if known is not None:
            return _report(known, workspace)
        report = judged()
        if not report.unanalysed:
            with suppress(ValueError):  # text that JSON cannot hold
                self._memory.keep(key, _encoded(report))
        return report


def key_of(
    workspace: Workspace, project: Project, base: Project | None, asked: tuple[object, ...]
) -> str | None:
    """One name for all that a report depends on; None where something of it has none."""
    if workspace.names.notes or workspace.names.index is not shipped(store.SHIPPED):
        return None
    projects = [project, workspace.project, *([base] if base is not None else [])]
    if not all(isinstance(one, Identified) for one in projects):
        return None
    digest = hashlib.blake2b(FORMAT, digest_size=24)
    for part in (
        *_settled(workspace, asked),
        *(one.identity() for one in projects if isinstance(one, Identified)),
    ):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _settled(workspace: Workspace, asked: tuple[object, ...]) -> Iterator[bytes]:
    """What decides how files are judged, and is not in them."""
    yield program()
    yield repr((sys.version, workspace.window, workspace.names.release, asked)).encode()
    yield repr(workspace.config).encode()
    yield repr([rule.id for rule in workspace.rules]).encode()


@cache
def program() -> bytes:
    """A digest of this program, its rules and its index, and the versions of the libraries."""
    digest = hashlib.blake2b(libraries(sys.path))
    for folder, folders, files in os.walk(PACKAGE):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            path = Path(folder, name)
            digest.update(repr((str(path.relative_to(PACKAGE)), path.stat().st_size)).encode())
            digest.update(path.read_bytes())
    return digest.digest()


def _encoded(report: Report) -> bytes:
    return json.encode(Kept(**{name: getattr(report, name) for name in Kept.__struct_fields__}))


def _decoded(body: bytes | None) -> Kept | None:
    try:
        return None if body is None else json.decode(body, type=Kept)
    except (DecodeError, ValueError, RecursionError):
        return None


def _report(known: Kept, workspace: Workspace) -> Report:
    return Report(
        workspace.window,
        known.findings,
        (),
        known.rewritten,
        known.suppressed,
        known.created,
        known.proposed,
        workspace.names,
        known.later,
        known.unread,
    )
