"""Chooses the release to upgrade to: never one with a known fault."""

from __future__ import annotations

from concertmaster.config import load_config
from concertmaster.index.supply import Supply
from concertmaster.messages import UserError, faulty_release, no_framework
from concertmaster.plan.hops import FAULTY, hops
from concertmaster.project.dependencies import installed
from concertmaster.project.files import Project
from concertmaster.versions import RELEASES, release
from concertmaster.workspace import known, read_dependencies, readable

NEWEST, NEWEST_OF_MAJOR, NEXT_HOP = "newest", "newest-of-major", "next-hop"
_SOUND = tuple(number for number in RELEASES if number not in FAULTY)


def choose_target(installed: str, wanted: str = NEWEST, supply: Supply | None = None) -> str:
    """The release that `wanted` stands for, seen from what is installed; the installed one where none is newer.

    Raises:
        UserError: it is no known release, or one with a fault.
    """
    if wanted == NEWEST:
        return _newest(installed, _SOUND)
    if wanted == NEWEST_OF_MAJOR:
        return _newest(installed, [item for item in _SOUND if _major(item) == _major(installed)])
    if wanted == NEXT_HOP:
        return next((hop.release for hop in hops(installed, _SOUND[-1])), installed)
    return _explicit(installed, wanted, supply)


def _explicit(installed: str, wanted: str, supply: Supply | None) -> str:
    chosen = known(wanted, option="target", supply=supply)
    if chosen in FAULTY:
        raise _refused(chosen)
    return _newest(installed, [chosen])


def _refused(chosen: str) -> UserError:
    later = next((item for item in _SOUND if release(item) > release(chosen)), _SOUND[-1])
    return faulty_release(chosen, reason=FAULTY[chosen], instead=later)


def _newest(installed: str, numbers: list[str] | tuple[str, ...]) -> str:
    newest: str = max((installed, *numbers), key=release)
    return newest


def _major(number: str) -> int:
    return release(number).major


def target_for(
    project: Project,
    *,
    wanted: str | None,
    installed_release: str | None = None,
    name: str = "this project",
    supply: Supply | None = None,
) -> str:
    """The release for a project: as asked for, else as its configuration says, else the newest.

    Raises:
        UserError: nothing names the framework, a release is unknown, or the wanted one has a fault.
    """
    configured = load_config(lambda path: readable(project, path)).target
    believed = installed(read_dependencies(project))
    if installed_release is not None:
        current = known(installed_release, option="--from", supply=supply)
    elif believed is not None:
        current = believed.release
    else:
        raise no_framework(name)
    return choose_target(current, wanted or configured or NEWEST, supply)
