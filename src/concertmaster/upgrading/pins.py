"""Raises every requirement on the framework, and says which ones it leaves and how locks are renewed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from concertmaster.findings import Edit, apply
from concertmaster.project.dependencies import (
    FRAMEWORK,
    Dependencies,
    Requirement,
    obstacle,
    raise_pin,
    read_requirements,
)
from concertmaster.upgrading.lock_commands import compiling, locking
from concertmaster.upgrading.locking import Locksmith, Unlockable, is_behind
from concertmaster.upgrading.model import Note, Pin
from concertmaster.versions import release


def raise_pins(files: Mapping[str, bytes], target: str) -> tuple[dict[str, bytes], tuple[Pin, ...]]:
    """The manifests that change, with their new text, and what became of each requirement that a person wrote."""
    edits: defaultdict[str, list[Edit]] = defaultdict(list)
    pins: list[Pin] = []
    for item in _written(read_requirements(files)):
        if not _is_below(item, target):
            continue
        edit = raise_pin(item, target)
        if edit is not None:
            edits[item.path].append(edit)
        pins.append(Pin(item.path, item.line, item.text, "" if edit else obstacle(item, target)))
    changed = {path: apply(files[path], found) for path, found in edits.items()}
    return _checked(files, changed, tuple(pins), target)


def _written(dependencies: Dependencies) -> Iterator[Requirement]:
    return (item for item in dependencies.of(FRAMEWORK) if not item.locked)


def _is_below(item: Requirement, target: str) -> bool:
    """Whether a requirement lets something older in, or keeps the target out."""
    floors = [spec for spec in item.versions if spec.operator in (">=", "==", "===", "~=", ">")]
    if item.problem or item.source or not floors:
        return True
    return target not in item.versions or any(
        release(spec.version.removesuffix(".*")) < release(target) for spec in floors
    )


def _checked(
    files: Mapping[str, bytes], changed: dict[str, bytes], pins: tuple[Pin, ...], target: str
) -> tuple[dict[str, bytes], tuple[Pin, ...]]:
    """A manifest is read again; where it does not let the target in, it stays as it was."""
    again = read_requirements({**files, **changed})
    unreadable = {item.path for item in again.unanalysed}
    wrong = {
        path
        for path in changed
        if path in unreadable
        or not any(target in item.versions for item in _written(again) if item.path == path)
    }
    told = tuple(
        Pin(pin.path, pin.line, pin.text, pin.obstacle or "the raised file would not ask for the release")
        if pin.path in wrong
        else pin
        for pin in pins
    )
    return {path: text for path, text in changed.items() if path not in wrong}, told


def renewed(
    files: Mapping[str, bytes], target: str, locksmith: Locksmith | None, may_write: Callable[[str], bool]
) -> tuple[dict[str, bytes], tuple[Note, ...]]:
    """The locks that could be renewed, and a note for each of the others."""
    done: dict[str, bytes] = {}
    notes: list[Note] = []
    for note in locks(files):
        if locksmith is None or not may_write(note.path) or not is_behind(files, note.path, target):
            notes.append(note)
            continue
        try:
            done[note.path] = locksmith.renew(files, note.path, target)
        except Unlockable as reason:
            notes.append(unrenewed(note.path, reason))
    return done, tuple(notes)


def unrenewed(path: str, reason: Unlockable) -> Note:
    """What a person does about a lock, and why it was not done here."""
    return Note(path, f"{locking(path, b'')} (not done here: {reason})", path if reason.passing else "")


def locks(files: Mapping[str, bytes]) -> Iterator[Note]:
    """The files that a tool has to write anew, each with its command."""
    found = read_requirements(files).of(FRAMEWORK)
    for path in sorted({item.path for item in found if item.locked}):
        yield Note(path, locking(path, files[path]))
    for path in sorted({item.path for item in found if item.hashed and not item.locked}):
        yield Note(path, compiling(files[path]))
