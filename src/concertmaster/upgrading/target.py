"""Chooses the release to upgrade to: never one with a known fault."""

from __future__ import annotations

from collections.abc import Sequence

from concertmaster.config import Config, load_config
from concertmaster.index.supply import Supply
from concertmaster.messages import UserError, faulty_release, no_framework
from concertmaster.plan.hops import FAULTY
from concertmaster.project.dependencies import installed
from concertmaster.project.files import Project
from concertmaster.upgrading.candidates import SOUND, Limits, candidates
from concertmaster.versions import release
from concertmaster.workspace import known, read_dependencies, readable

NEWEST, NEWEST_OF_MAJOR, NEXT_HOP = "newest", "newest-of-major", "next-hop"
POLICIES = (NEWEST, NEWEST_OF_MAJOR, NEXT_HOP)


def choose_target(
    installed: str, wanted: str = NEWEST, supply: Supply | None = None, limits: Limits | None = None
) -> str:
    """The release that `wanted` stands for, seen from what is installed; the installed one where none is newer.

    A release that is asked for by its number may be of any age.

    Raises:
        UserError: it is no known release, or one with a fault, or the package index does not tell ages.
    """
    if wanted not in POLICIES:
        return _explicit(installed, wanted, supply)
    numbers = candidates(installed, limits or Limits(), supply)
    if wanted == NEWEST:
        return _newest(installed, numbers)
    if wanted == NEWEST_OF_MAJOR:
        return _newest(installed, _of_major(numbers, _major(installed)))
    return _next_hop(installed, numbers)


def _next_hop(installed: str, numbers: Sequence[str]) -> str:
    """The last release of the major that comes next: everything deprecated still works there."""
    ahead = [number for number in numbers if release(number) > release(installed)]
    nearest = min(map(_major, ahead), default=_major(installed))
    return _newest(installed, _of_major(ahead, nearest))


def _of_major(numbers: Sequence[str], major: int) -> list[str]:
    return [number for number in numbers if _major(number) == major]


def _explicit(installed: str, wanted: str, supply: Supply | None) -> str:
    chosen = known(wanted, option="target", supply=supply)
    if chosen in FAULTY:
        raise _refused(chosen)
    return _newest(installed, [chosen])


def _refused(chosen: str) -> UserError:
    later = next((item for item in SOUND if release(item) > release(chosen)), SOUND[-1])
    return faulty_release(chosen, reason=FAULTY[chosen], instead=later)


def _newest(installed: str, numbers: Sequence[str]) -> str:
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
    limits: Limits | None = None,
    config: Config | None = None,
) -> str:
    """The release for a project: as asked for, else as its configuration says, else the newest.

    Raises:
        UserError: nothing names the framework, a release is unknown, or the wanted one has a fault.
    """
    config = config or load_config(lambda path: readable(project, path))
    believed = installed(read_dependencies(project))
    if installed_release is not None:
        current = known(installed_release, option="--from", supply=supply)
    elif believed is not None:
        current = believed.release
    else:
        raise no_framework(name)
    aim = wanted or config.upgrade_to or config.target or NEWEST
    return choose_target(current, aim, supply, _settled(config, limits or Limits()))


def _settled(config: Config, limits: Limits) -> Limits:
    """The limits of the run, else those of the project."""
    age, early = limits.minimum_age, limits.prereleases
    return Limits(
        config.minimum_age if age is None else age,
        config.prereleases if early is None else early,
        limits.now,
    )
