"""What follows the rewrites of each commit: the layout of the project, and the locks of manifests that change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct, field

from concertmaster.project.files import Project
from concertmaster.project.overlay import Overlay
from concertmaster.upgrading.formatting import Dress, Formatting, Told, unformatted
from concertmaster.upgrading.locking import LOCK, Locksmith, Unlockable, release_of
from concertmaster.upgrading.model import Note
from concertmaster.upgrading.pins import unrenewed
from concertmaster.upgrading.stages import parses
from concertmaster.workspace import manifests, readable

MANIFEST = "pyproject.toml"

#: For each rule the files that its commit changes, with their text after it.
Staged = Mapping[str, Mapping[str, bytes]]


class Finish(Struct, frozen=True):
    """How commits are finished. `may_write` refuses files that are not to be changed."""

    formatting: Formatting = unformatted
    locksmith: Locksmith | None = None
    may_write: Callable[[str], bool] = lambda _: True


class Finished(Struct, frozen=True):
    """Commits in the layout of the project, with their locks; what became of it, and the locks that are left."""

    staged: Staged
    style: Told = field(default_factory=Told)
    locks: tuple[Note, ...] = ()

    def notes(self) -> Iterator[str]:
        """What a person may have to do about it."""
        return undone(self.style.lines(), self.locks)

    @property
    def lacking(self) -> tuple[str, ...]:
        """What this run could not have and the next one may."""
        return lacking(self.style, self.locks)


def undone(style: Iterable[str], locks: Iterable[Note]) -> Iterator[str]:
    """Plain lines on what of the layout and the locks is left to a person."""
    yield from (line for line in style if not line.startswith("Checked"))
    yield from (f"Renew {note.path}: {note.text}." for note in locks)


def lacking(style: Told, locks: tuple[Note, ...]) -> tuple[str, ...]:
    return tuple(sorted(filter(None, {style.lacks, *("uv" for note in locks if note.lacks)})))


def finished(base: Project, staged: Staged, finish: Finish) -> Finished:
    """The commits as the project would have them; what cannot be done is left as the rewrites have made it."""
    with finish.formatting(base) as (dress, style):
        dressed = _dressed(base, staged, dress)
    notes: list[Note] = []
    if finish.locksmith is not None and any(_locks(base, files) for files in dressed.values()):
        dressed = dict(_relocked(base, dressed, finish, finish.locksmith, notes))
    return Finished(dressed, style, tuple(notes))


def _dressed(base: Project, staged: Staged, dress: Dress) -> Staged:
    """Every step in the layout of the project, without files that a step leaves as they were."""
    current: dict[str, bytes | None] = {}
    found: dict[str, dict[str, bytes]] = {}
    for name, files in staged.items():
        dressed = {path: text if parses(path, text) else files[path] for path, text in dress(files).items()}
        new = {
            path: text
            for path, text in dressed.items()
            if text != (current[path] if path in current else readable(base, path))
        }
        current |= new
        if new:
            found[name] = new
    return found


def _relocked(
    base: Project, staged: Staged, finish: Finish, locksmith: Locksmith, notes: list[Note]
) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    """A manifest's lock goes with it into its commit; one that cannot be renewed is not tried again."""
    current: dict[str, bytes] = {}
    for name, files in staged.items():
        current |= files
        for path in _locks(base, files):
            known = manifests(Overlay(base, current))
            held = release_of(path, known[path])
            if not held or not finish.may_write(path) or any(note.path == path for note in notes):
                continue
            try:
                current[path] = locksmith.renew(known, path, held)
            except Unlockable as reason:
                notes.append(unrenewed(path, reason))
        locks = {path: current[path] for path in _locks(base, files) if path in current}
        yield name, {**files, **{path: text for path, text in locks.items() if text != readable(base, path)}}


def _locks(base: Project, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The locks beside the manifests among some files."""
    homes = (path.removesuffix(MANIFEST) for path in files if path.rpartition("/")[2] == MANIFEST)
    return tuple(f"{home}{LOCK}" for home in homes if f"{home}{LOCK}" in base.paths)
