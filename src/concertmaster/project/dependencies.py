"""What a project depends on, and which release of the framework is believed to be installed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from packaging.specifiers import SpecifierSet

from concertmaster.project.manifests.model import Dependencies, Requirement, Style
from concertmaster.project.manifests.raising import obstacle, raise_pin
from concertmaster.project.manifests.ranges import number
from concertmaster.project.manifests.read import is_manifest, read_requirements
from concertmaster.versions import NEWEST_KNOWN, RELEASES

__all__ = [
    "Dependencies",
    "Installed",
    "Requirement",
    "Style",
    "installed",
    "is_manifest",
    "obstacle",
    "raise_pin",
    "read_requirements",
]
FRAMEWORK = "orchestrator-core"
#: Where several manifests of one folder name the framework, the earlier of these is believed.
_RANK = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock.toml",
    "Pipfile.lock",
    "pyproject.toml",
    "Pipfile",
    "setup.cfg",
    "setup.py",
    "requirements.txt",
)


class Installed(Struct, frozen=True):
    """The release that is believed to be installed, the lowest one that may be, and why it is believed."""

    release: str
    floor: str
    requirement: Requirement
    reason: str
    others: tuple[Requirement, ...] = ()

    @property
    def disagreeing(self) -> tuple[Requirement, ...]:
        """Requirements elsewhere that do not allow the release."""
        return tuple(item for item in self.others if self.release not in item.versions)


def installed(dependencies: Dependencies, name: str = FRAMEWORK) -> Installed | None:
    """What is believed to be installed: a lock first, then an exact pin, then the narrowest range.

    A lock whose release the manifest beside it no longer allows is stale, and is not believed.
    """
    known = [item for item in dependencies.of(name) if not item.problem]
    candidates = [item for item in known if item.specifier or not item.source]
    if not candidates:
        return None
    chosen, why = _believed(candidates)
    floor, newest = _bounds(chosen.versions)
    reason = _told(chosen, newest, why)
    others = tuple(item for item in known if item is not chosen)
    return _with_disagreement(Installed(newest, floor, chosen, reason, others))


def _believed(candidates: Sequence[Requirement]) -> tuple[Requirement, str]:
    ordered = sorted(candidates, key=_nearness)
    declared = [item for item in ordered if not item.locked]
    locked = [item for item in ordered if item.locked]
    stale = [item for item in locked if _is_stale(item, declared)]
    for item in locked:
        if item not in stale:
            return item, "is locked"
    note = f", and {stale[0].path} holds {_exact(stale[0])}, which is no longer allowed" if stale else ""
    for item in declared:
        if _exact(item):
            return item, f"is pinned{note}"
    best = min(declared or ordered, key=lambda item: (_breadth(item), _nearness(item)))
    return best, f"is the newest release known that `{best.specifier or 'any version'}` allows{note}"


def _nearness(item: Requirement) -> tuple[bool, int, int, bool, str, tuple[int, int]]:
    """Main manifests before command lines, the root before folders, the runtime before groups."""
    folder, _, file_name = item.path.rpartition("/")
    rank = _RANK.index(file_name) if file_name in _RANK else len(_RANK)
    depth = folder.count("/") + 1 if folder else 0
    return item.isolated, depth, rank, bool(item.group), item.path, item.span


def _is_stale(lock: Requirement, declared: Sequence[Requirement]) -> bool:
    folder = lock.path.rpartition("/")[0]
    beside = [item for item in declared if item.path.rpartition("/")[0] == folder and _is_main(item)]
    return bool(beside) and not any(_exact(lock) in item.versions for item in beside)


def _is_main(item: Requirement) -> bool:
    return item.path.rpartition("/")[2] in ("pyproject.toml", "Pipfile", "setup.cfg", "setup.py")


def _exact(item: Requirement) -> str:
    """The one version that a requirement allows; empty where it allows several."""
    specs = list(item.versions)
    exact = [spec for spec in specs if spec.operator in ("==", "===") and "*" not in spec.version]
    return str(number(exact[0]) or "") if len(specs) == 1 and exact else ""


def _allowed(versions: SpecifierSet) -> list[str]:
    return [number for number in RELEASES if number in versions]


def _breadth(item: Requirement) -> int:
    allowed = len(_allowed(item.versions))
    return allowed or (1 if item.specifier else len(RELEASES))


def _bounds(versions: SpecifierSet) -> tuple[str, str]:
    """The lowest and the newest release that a range allows, of the known ones where it allows any."""
    allowed = _allowed(versions)
    if allowed:
        return allowed[0], allowed[-1]
    named = (number(spec) for spec in versions if spec.operator not in ("!=", "<", "<="))
    newest = str(max((version for version in named if version is not None), default=NEWEST_KNOWN))
    return newest, newest


def _told(item: Requirement, release: str, why: str) -> str:
    return f"{release} {why} ({item.path}, line {item.line})"


def _with_disagreement(found: Installed) -> Installed:
    against = found.disagreeing
    if not against:
        return found
    places = "; ".join(f"{item.path}, line {item.line}: `{item.text}`" for item in against[:3])
    return Installed(
        found.release,
        found.floor,
        found.requirement,
        f"{found.reason}; it is not what is said elsewhere: {places}",
        found.others,
    )
