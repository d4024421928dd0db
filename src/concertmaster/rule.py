"""What a rule is, and how rules are found: each is a module below `concertmaster.rules`."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

from msgspec import Struct, field
from packaging.utils import canonicalize_name

from concertmaster.documentation import Documentation, documentation
from concertmaster.documentation import Example as Example
from concertmaster.documentation import parse_examples as parse_examples
from concertmaster.findings import Safety
from concertmaster.hits import Hit as Hit
from concertmaster.hits import Import as Import
from concertmaster.hits import ProjectHit as ProjectHit
from concertmaster.hits import Span as Span
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.manifests.model import Requirement
from concertmaster.project.model import ProjectModel
from concertmaster.project.python import PythonFile
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Setting
from concertmaster.versions import Change, Window

Check = Callable[[PythonFile, Any], Iterator[Hit]]
FileCheck = Callable[[PythonFile], Iterator[Hit]]
DependencyCheck = Callable[[Requirement, ManifestFile], Iterator[Hit]]
ProjectCheck = Callable[[ProjectModel], Iterator[ProjectHit]]
Comparison = Callable[[ProjectModel, ProjectModel], Iterator[ProjectHit]]
SettingCheck = Callable[[Setting, SettingsFile], Iterator[Hit]]
ConfigurationCheck = Callable[[SettingsFile], Iterator[Hit]]
NodeFunction = TypeVar("NodeFunction", bound=Callable[..., Iterator[Hit]])


class Rule(Struct):
    """What is wrong, in which releases, and the functions that see it.

    `section` names the upgrade guide and its part (`5.0#6`), `rows` the catalogue's rows, `triggers` the
    words of which a file must hold at least one before it is parsed for this rule.
    """

    module: str
    rows: tuple[str, ...]
    change: Change
    section: str = ""
    safety: Safety = Safety.SAFE
    triggers: tuple[bytes, ...] = (b"orchestrator",)
    #: Words of which the file must hold one as well; of words in a tuple it must hold all.
    context: tuple[bytes | tuple[bytes, ...], ...] = ()
    pattern: re.Pattern[bytes] | None = (
        None  # found in every file that it can concern, where words say too little
    )
    through_project: bool = False  # what is imported from the project's own modules is context enough
    paths: tuple[str, ...] = ()  # endings of paths that are looked at whatever the file holds
    priority: int = 0  # lower is rewritten first where two rules want the same bytes
    follows: bool = (
        False  # whether files that reach the framework through others of the project are looked at
    )
    takes: frozenset[str] = frozenset()  # names that it takes out of a file, which others may take from there
    optional: bool = False  # looked for only when selected by name
    fallback: bool = False  # silent where another rule has something to say at the same place
    covers: bool = True  # whether a fallback is silent where this rule speaks
    rewrites: bool = True  # False keeps the rule's edits back, while it still says what is wrong
    one_change: bool = (
        False  # no hit brings a change of its own, so that the rule's own decides before it looks
    )
    #: By the type of node, and whether only nodes by imported names are shown.
    node_checks: dict[tuple[type[ast.AST], bool], list[Check]] = field(default_factory=dict)
    file_checks: list[FileCheck] = field(default_factory=list)
    project_checks: list[ProjectCheck] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    dependency_checks: dict[str, list[DependencyCheck]] = field(default_factory=dict)
    setting_checks: dict[str, list[SettingCheck]] = field(default_factory=dict)
    configuration_checks: list[tuple[tuple[bytes, ...], ConfigurationCheck]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """`workflow-description` for the module `workflow_description`."""
        return self.module.rpartition(".")[2].replace("_", "-")

    def on(self, *types: type[ast.AST]) -> Callable[[NodeFunction], NodeFunction]:
        """Show every node of these types to the decorated function."""
        return self._register(types, by_import=False)

    def on_imported(self, *types: type[ast.AST]) -> Callable[[NodeFunction], NodeFunction]:
        """Show every name, attribute or call that begins with an imported name: no other one has an origin."""
        return self._register(types, by_import=True)

    def _register(
        self, types: tuple[type[ast.AST], ...], *, by_import: bool
    ) -> Callable[[NodeFunction], NodeFunction]:
        def register(check: NodeFunction) -> NodeFunction:
            for kind in types:
                self.node_checks.setdefault((kind, by_import), []).append(check)
            return check

        return register

    def file(self, check: NodeFunction) -> NodeFunction:
        """Show each candidate file as a whole to the decorated function."""
        self.file_checks.append(check)
        return check

    def project(self, check: ProjectCheck) -> ProjectCheck:
        """Show each project of the repository as a whole to the decorated function."""
        self.project_checks.append(check)
        return check

    def comparison(self, check: Comparison) -> Comparison:
        """Show each project as it was at the base of a review, and as it is now, to the decorated function."""
        self.comparisons.append(check)
        return check

    def dependency(self, *names: str) -> Callable[[DependencyCheck], DependencyCheck]:
        """Show every requirement on these distributions, in whatever format, to the decorated function."""

        def register(check: DependencyCheck) -> DependencyCheck:
            for name in names:
                self.dependency_checks.setdefault(canonicalize_name(name), []).append(check)
            return check

        return register

    def setting(self, *keys: str) -> Callable[[SettingCheck], SettingCheck]:
        """Show every place outside Python that sets these variables to the decorated function."""

        def register(check: SettingCheck) -> SettingCheck:
            for key in keys:
                self.setting_checks.setdefault(key, []).append(check)
            return check

        return register

    def configuration(self, *words: bytes) -> Callable[[ConfigurationCheck], ConfigurationCheck]:
        """Show each file of settings or commands that holds one of the words to the decorated function."""

        def register(check: ConfigurationCheck) -> ConfigurationCheck:
            self.configuration_checks.append((words, check))
            return check

        return register

    @property
    def reads_settings(self) -> bool:
        return bool(self.setting_checks or self.configuration_checks)

    def concerns(self, source: bytes) -> bool:
        """Whether a file of settings holds a word that this rule looks for."""
        words = (word for words, _ in self.configuration_checks for word in words)
        return any(key.encode() in source for key in self.setting_checks) or any(
            word in source for word in words
        )

    def settings_hits(self, file: SettingsFile) -> Iterator[Hit]:
        """Everything that this rule sees in a file of settings."""
        for words, look in self.configuration_checks:
            if any(word in file.source for word in words):
                yield from look(file)
        for setting in file.settings if self.setting_checks else ():
            for check in self.setting_checks.get(setting.key, ()):
                yield from (hit.left(setting.problem) for hit in check(setting, file))

    @property
    def reads_python(self) -> bool:
        return bool(self.node_checks or self.file_checks)

    def dependency_hits(self, file: ManifestFile) -> Iterator[Hit]:
        """Everything that this rule sees in a manifest."""
        for requirement in file.requirements if self.dependency_checks else ():
            for check in self.dependency_checks.get(requirement.name, ()):
                yield from check(requirement, file)

    def project_hits(self, model: ProjectModel) -> Iterator[ProjectHit]:
        """Everything that this rule sees in a project as a whole."""
        for check in self.project_checks:
            yield from check(model)

    def compared_hits(self, before: ProjectModel, after: ProjectModel) -> Iterator[ProjectHit]:
        """Everything that this rule sees in what a change does to a project."""
        for check in self.comparisons:
            yield from check(before, after)

    def can_concern(self, window: Window) -> bool:
        """Whether anything that this rule sees can matter between these releases."""
        return not self.one_change or window.severity(self.change) is not None

    def hits(self, file: PythonFile) -> Iterator[Hit]:
        """Everything that this rule sees in a file."""
        for check in self.file_checks:
            yield from check(file)
        for (kind, by_import), checks in self.node_checks.items():
            for node in file.imported_nodes(kind) if by_import else file.nodes_of(kind):
                for node_check in checks:
                    yield from node_check(file, node)

    @property
    def releases(self) -> tuple[str, ...]:
        """The releases that the rule's own change speaks of."""
        change = self.change
        return tuple(number for number in (change.works_from, change.deprecated, change.removed) if number)

    @property
    def documentation(self) -> Documentation:
        return documentation(self.module)

    @property
    def url(self) -> str:
        """Where the framework's own guide speaks of it."""
        return self.documentation.guide


@lru_cache(maxsize=1)
def load_rules() -> tuple[Rule, ...]:
    """Every rule below `concertmaster.rules`, by priority and name.

    Raises:
        RuntimeError: two rules share a name.
    """
    package = importlib.import_module("concertmaster.rules")
    found: dict[str, Rule] = {}
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        rule = getattr(importlib.import_module(info.name), "rule", None)
        if isinstance(rule, Rule) and rule.module == info.name:
            if rule.id in found:
                raise RuntimeError(f"two rules are called {rule.id}")
            found[rule.id] = rule
    return tuple(sorted(found.values(), key=lambda rule: (rule.priority, rule.id)))
