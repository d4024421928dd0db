"""One project of a repository: what its code defines and registers, and what its migrations make of it."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from posixpath import dirname

from msgspec import Struct, field

from concertmaster.project.model.blocks import BlockModel, Blocks
from concertmaster.project.model.core_revisions import CORE_REVISIONS
from concertmaster.project.model.entries import Entry, read_entries
from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.place import Sources
from concertmaster.project.model.products import ProductRegistry, read_products
from concertmaster.project.model.registrations import (
    Registration,
    Registry,
    WorkflowFunction,
    read_functions,
    read_registry,
)
from concertmaster.project.model.replay import Replay, replay
from concertmaster.project.model.revisions import Revision, read_revisions
from concertmaster.project.model.rows import Row
from concertmaster.project.model.step_reader import StepReader
from concertmaster.project.model.steps import Steps
from concertmaster.project.model.translations import Translations, read_languages, read_translations
from concertmaster.project.model.values import Function
from concertmaster.project.names import canonical
from concertmaster.versions import Window, release

#: A folder as configuration names it, below where that lies.
_PLACE = re.compile(r"(?:%\(here\)s/|\{here\}/)?([\w./-]+)")
_LOCATIONS = re.compile(r"^version_locations[ \t]*=[ \t]*(?P<places>[^\n]*)", re.MULTILINE)


class ProjectModel(Struct, dict=True):
    """Everything is read when it is first asked for."""

    window: Window
    root: str
    sources: Sources
    _steps: dict[tuple[str, str], Steps | None] = field(default_factory=dict)

    @cached_property
    def interpreter(self) -> Interpreter:
        return Interpreter(self.sources)

    def judges(self, number: str) -> bool:
        """Whether the release under judgement is at least this one."""
        return release(self.window.judged) >= release(number)

    # -- code ----------------------------------------------------------------------------------

    @cached_property
    def functions(self) -> tuple[WorkflowFunction, ...]:
        return tuple(read_functions(self.sources, self.interpreter, release_4=self.judges("4.0.0")))

    @cached_property
    def registry(self) -> Registry:
        return read_registry(self.sources, self.interpreter)

    def function_of(self, registration: Registration) -> WorkflowFunction | None:
        """The function that a registration names, where the project defines it."""
        path = self.module_of(registration)
        named = [one for one in self.functions if one.name == registration.name]
        direct = [one for one in named if one.path == path]
        if direct or path is None:
            return direct[0] if direct else None
        scope = self.interpreter.scope_of(path)
        value = self.interpreter.lookup(str(registration.name), scope) if scope is not None else None
        return self._defined.get(id(value.node)) if isinstance(value, Function) else None

    @cached_property
    def _defined(self) -> dict[int, WorkflowFunction]:
        return {id(one.code.node): one for one in self.functions}

    def is_registered(self, function: WorkflowFunction) -> bool:
        """Whether a registration names a function, be it under a name that another module gives it."""
        return function.name in self.registry.names or function.code.node in self._registered

    @cached_property
    def _registered(self) -> set[ast.AST]:
        found = (self.function_of(one) for one in self.registry.registrations)
        return {one.code.node for one in found if one is not None}

    def steps_of(self, function: WorkflowFunction) -> Steps | None:
        """The steps of a workflow in their order; None where its code does not tell."""
        key = (function.path, function.name)
        if key not in self._steps:
            self._steps[key] = StepReader(self.interpreter).of(function.code, function.added)
        return self._steps[key]

    def module_of(self, registration: Registration) -> str | None:
        """The file that holds a registration's module."""
        place = registration.module.place
        return self.sources.definitions.find(str(registration.module), place.path if place else "")

    @cached_property
    def own(self) -> tuple[Registration, ...]:
        """The registrations of the project's own workflows; those of the framework come with their rows and labels."""
        return tuple(one for one in self.registry.registrations if not is_framework(one))

    @cached_property
    def products(self) -> ProductRegistry:
        return read_products(self.sources, self.interpreter)

    @cached_property
    def blocks(self) -> dict[str, BlockModel]:
        return Blocks(self.sources, self.interpreter).read()

    @cached_property
    def has_all_blocks(self) -> bool:
        """Whether domain models use no product blocks of other packages."""
        return Blocks(self.sources, self.interpreter).is_closed()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(read_entries(self.sources, self.interpreter))

    @cached_property
    def translations(self) -> Translations | None:
        return read_translations(self.sources, self.root)

    @cached_property
    def languages(self) -> tuple[Translations, ...]:
        """The labels in other languages."""
        return () if self.translations is None else tuple(read_languages(self.sources, self.translations))

    # -- migrations ----------------------------------------------------------------------------

    @cached_property
    def revisions(self) -> tuple[Revision, ...]:
        return read_revisions(self.sources, self.interpreter)

    @cached_property
    def replay(self) -> Replay:
        before_4 = release(self.window.installed) < release("4.0.0")
        return replay(self.revisions, self.interpreter, before_4=before_4)

    @cached_property
    def heads(self) -> tuple[Revision, ...]:
        """The revisions that no other one follows."""
        followed = {name for one in self.revisions for name in one.down}
        return tuple(one for one in self.revisions if one.id not in followed)

    @cached_property
    def data_heads(self) -> tuple[Revision, ...]:
        """The heads of the branch `data`; all heads where no revision names that branch."""
        if not any("data" in one.labels for one in self.revisions):
            return self.heads
        return tuple(head for head in self.heads if self._descends(head))

    def _descends(self, revision: Revision) -> bool:
        by_id = {one.id: one for one in self.revisions}
        pending, seen = [revision.id], set[str]()
        while pending:
            one = by_id.get(name := pending.pop())
            if one is None or name in seen:
                continue
            if "data" in one.labels:
                return True
            seen.add(name)
            pending += () if one.labels else one.down  # another label begins another branch
        return False

    @cached_property
    def is_readable(self) -> bool:
        """Whether every migration could be parsed, and names its revision."""
        files = [
            path for path in self.sources.holding(b"down_revision") if "versions" in dirname(path).split("/")
        ]
        return len(files) == len(self.revisions) and all(one.is_followed for one in self.revisions)

    @cached_property
    def has_other_migrations(self) -> bool:
        """Whether there are folders of migrations beside those that were found, or code that says where they are."""
        found = {dirname(one.path) for one in self.revisions}
        named = [
            place
            for path in self.sources.paths
            if path.endswith(("alembic.ini", "pyproject.toml"))
            for match in _LOCATIONS.finditer((self.sources.source(path) or b"").decode("utf-8", "replace"))
            for place in _PLACE.findall(match["places"])
        ]
        outside = [
            one
            for one in named
            if not any(f"{folder}/".endswith(f"/{one}/") or folder == one for folder in found)
        ]
        return bool((outside and len(named) > 1) or self.sources.holding(b"version_locations"))

    @cached_property
    def has_gaps(self) -> bool:
        """Whether migrations build on others that are not here, so that there may be more than is seen."""
        here = {one.id for one in self.revisions}
        labels = {label for one in self.revisions for label in one.labels}
        before = {name for one in self.revisions for name in one.down}
        return self.has_other_migrations or not before <= here | labels | CORE_REVISIONS

    @cached_property
    def product_types(self) -> dict[str, list[Row]]:
        """The products by their type, as far as it is known."""
        found: dict[str, list[Row]] = {}
        for row in self.replay.database.products.values():
            if (kind := row.text("product_type")) is not None:
                found.setdefault(kind, []).append(row)
        return found

    def knows(self, *topics: str) -> bool:
        """Whether there are migrations, and these tables are known for certain after them."""
        is_whole = bool(self.revisions) and self.is_readable and not self.has_gaps
        return is_whole and self.replay.knows(*topics)

    def target_of(self, row: Row) -> str | None:
        """A workflow's target as its code gives it, else as its row does."""
        named = [one for one in self.functions if one.name == row.name and one.target]
        return named[0].target if len(named) == 1 else row.text("target")


def is_framework(registration: Registration) -> bool:
    module = str(registration.module)
    return module.startswith("orchestrator.") and canonical(module, module=True).startswith(
        "orchestrator.core."
    )
