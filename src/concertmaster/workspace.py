"""What a run needs to know before it judges: the project's settings, its releases, its rules."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from concertmaster.config import Config, load_config
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
from concertmaster.rule import Rule, load_rules
from concertmaster.versions import NEWEST_KNOWN, RELEASES, Mode, Window, release


@dataclass(frozen=True, slots=True)
class Workspace:
    """A project with everything settled that decides how it is judged."""

    project: Project
    config: Config
    dependencies: Dependencies
    around: Surroundings
    rules: tuple[Rule, ...]
    believed: Installed | None

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
) -> Workspace:
    """Settle releases and rules: options first, then configuration, then what the project declares.

    Raises:
        UserError: a release or rule is unknown, the configuration is malformed, or nothing names the framework.
    """
    config = config or load_config(lambda path: readable(project, path))
    dependencies = read_dependencies(project)
    believed = installed(dependencies)
    current = _current(installed_release, believed, name)
    aim = known(target or config.target or NEWEST_KNOWN, option="--target")
    if release(aim) < release(current):
        aim = current
    files = manifests(project)
    names, regular = shadow(project.paths, files)
    definitions = Definitions(project.paths, lambda path: readable(project, path))
    deployment = Deployment(project.paths, lambda path: readable(project, path), _homes(dependencies))
    around = Surroundings(Window(current, aim, mode), names, regular, definitions, deployment)
    rules = choose_rules(tuple(select) or config.select, (*ignore, *config.ignore), prose=config.prose)
    return Workspace(project, config, dependencies, around, rules, believed)


def _homes(dependencies: Dependencies) -> set[str]:
    """The folders whose manifests require the framework for running."""
    required = (item for item in dependencies.of(FRAMEWORK) if not item.isolated)
    return {item.path.rpartition("/")[0] for item in required}


def _current(installed_release: str | None, believed: Installed | None, name: str) -> str:
    if installed_release is not None:
        return known(installed_release, option="--from")
    if believed is None:
        raise no_framework(name)
    return believed.release


def known(text: str, *, option: str) -> str:
    """A release number that is known here, `newest`, or a pre-release of a known series.

    Raises:
        UserError: it is neither.
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
    raise unknown_release(text, option=option, newest=NEWEST_KNOWN)


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
