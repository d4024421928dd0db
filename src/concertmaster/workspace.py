"""What a run needs to know before it judges: the project's settings, its releases, its rules."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from concertmaster.config import Config, load_config
from concertmaster.index.supply import Names, Supply
from concertmaster.messages import no_framework, unknown_release, unknown_rule
from concertmaster.project.definitions import Definitions
from concertmaster.project.dependencies import (
    FRAMEWORK,
    Dependencies,
    Installed,
    installed,
    is_manifest,
    read_requirements,
)
from concertmaster.project.files import Project, UnreadableFileError
from concertmaster.project.local_package import shadow
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.deployment import Deployment
from concertmaster.project.strangers import strangers
from concertmaster.rule import Rule, load_rules
from concertmaster.versions import NEWEST_KNOWN, RELEASES, Mode, Release, Window, release


class Workspace(Struct, frozen=True):
    """A project with everything settled that decides how it is judged."""

    project: Project
    config: Config
    dependencies: Dependencies
    around: Surroundings
    rules: tuple[Rule, ...]
    believed: Installed | None
    names: Names = field(default_factory=Names)
    supply: Supply = field(default_factory=Supply)
    strangers: tuple[str, ...] = ()  # folders of other programs, which the framework is no part of

    @property
    def window(self) -> Window:
        return self.around.window


def open_workspace(
    project: Project,
    *,
    installed_release: str | None = None,
    target: str | None = None,
    mode: Mode = Mode.UPGRADE,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    name: str = "this project",
    config: Config | None = None,
    supply: Supply | None = None,
    before: str | None = None,
) -> Workspace:
    """Settle releases and rules: options first, then configuration, then what the project declares.

    `supply` gives the names of releases that are not shipped; None where only those that are will do. `before`
    is the release that a change under review leaves.

    Raises:
        UserError: a release or rule is unknown, the configuration is malformed, or nothing names the framework.
    """
    config, supply = config or load_config(lambda path: readable(project, path)), supply or Supply()
    dependencies = read_dependencies(project)
    believed = installed(dependencies)
    current = _current(installed_release, believed, name, supply)
    aim = known(target or config.target or NEWEST_KNOWN, option="--target", supply=supply)
    if release(aim) < release(current):
        aim = current
    files = manifests(project)
    shadows, regular = shadow(project.paths, files)
    rules = choose_rules(tuple(select) or config.select, (*ignore, *config.ignore), prose=config.prose)
    taken = frozenset(name for rule in rules for name in rule.takes)
    definitions = Definitions(project.paths, lambda path: readable(project, path), likely=taken)
    deployment = Deployment(project.paths, lambda path: readable(project, path), _homes(dependencies))
    window = Window(current, aim, mode, before if before != current else None)
    known_names = supply.names(window.judged, current, aim, window.origin)
    around = Surroundings(
        window, shadows, regular, definitions, deployment, known_names.index, _own(dependencies)
    )
    others = _strangers(project, files, definitions)
    return Workspace(project, config, dependencies, around, rules, believed, known_names, supply, others)


def strangers_in(project: Project) -> tuple[str, ...]:
    """The folders of a repository that hold other programs."""
    definitions = Definitions(project.paths, lambda path: readable(project, path))
    return _strangers(project, manifests(project), definitions)


def _strangers(project: Project, files: Mapping[str, bytes], definitions: Definitions) -> tuple[str, ...]:
    return strangers(project.paths, files, definitions, lambda path: readable(project, path))


def _homes(dependencies: Dependencies) -> set[str]:
    """The folders whose manifests require the framework for running."""
    required = (item for item in dependencies.of(FRAMEWORK) if not item.isolated)
    return {item.path.rpartition("/")[0] for item in required}


def _own(dependencies: Dependencies) -> frozenset[str]:
    return frozenset(item.name for item in dependencies.requirements if not item.locked)


def _current(installed_release: str | None, believed: Installed | None, name: str, supply: Supply) -> str:
    if installed_release is not None:
        return known(installed_release, option="--from", supply=supply)
    if believed is None:
        raise no_framework(name)
    return believed.release


def known(text: str, *, option: str, supply: Supply | None = None) -> str:
    """A release number that is known here, `newest`, a pre-release of a known series, or one that came later.

    What came later is taken for a release if the package index has it, or, where that cannot be asked, if it
    is near enough to be one.

    Raises:
        UserError: it is none of them.
    """
    if text == "newest":
        return NEWEST_KNOWN
    try:
        number = release(text)
    except ValueError:
        raise unknown_release(text, option=option, newest=NEWEST_KNOWN) from None
    same = [item for item in RELEASES if release(item) == number]
    if same:
        return same[0]
    if number.is_prerelease and number.release[:2] <= _next_minor():
        return str(number)
    if number > release(NEWEST_KNOWN) and _is_later(number, supply or Supply()):
        return _spelled(number)
    raise unknown_release(text, option=option, newest=NEWEST_KNOWN)


def _is_later(number: Release, supply: Supply) -> bool:
    if number.local or number.epoch or number.is_postrelease or len(number.release) > 3:
        return False
    exists = supply.has(str(number))
    return number.major <= release(NEWEST_KNOWN).major + 1 if exists is None else exists


def _spelled(number: Release) -> str:
    """With all three parts, as releases are numbered."""
    base = f"{number.major}.{number.minor}.{number.micro}"
    return base + str(number).removeprefix(number.base_version)


def _next_minor() -> tuple[int, ...]:
    major, minor = release(NEWEST_KNOWN).release[:2]
    return (major, minor + 1)


def readable(project: Project, path: str) -> bytes | None:
    """A file's bytes, or None where the project has no such file."""
    try:
        return project.read(path)
    except UnreadableFileError:
        return None


def manifests(project: Project) -> Mapping[str, bytes]:
    """The files that declare or lock dependencies."""
    found = ((path, readable(project, path)) for path in project.paths if is_manifest(path))
    return {path: source for path, source in found if source is not None}


def read_dependencies(project: Project) -> Dependencies:
    return read_requirements(manifests(project))


def choose_rules(select: Iterable[str], ignore: Iterable[str], *, prose: bool = False) -> tuple[Rule, ...]:
    """The rules to run; optional ones only when they are selected by name, or `prose` wants them.

    Raises:
        UserError: a name is no rule.
    """
    rules = {rule.id: rule for rule in load_rules()}
    wanted, unwanted = set(select), set(ignore)
    for name in sorted(wanted | unwanted):
        if name not in rules:
            raise unknown_rule(name, close=tuple(difflib.get_close_matches(name, rules, n=3)))
    return tuple(
        rule
        for name, rule in rules.items()
        if (name in wanted if wanted else prose or not rule.optional) and name not in unwanted
    )
