"""What a rule is, how rules are found, and what their docstrings say.

A rule is a module below `concertmaster.rules`. Its docstring is its documentation: the first line is the
title, `diff` fences are before-and-after examples, `python` fences are look-alikes that stay untouched
(or, marked `reported`, what is told without a rewrite).
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, TypeVar

from packaging.utils import canonicalize_name

from concertmaster.findings import Edit, Safety
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.manifests.model import Requirement
from concertmaster.project.python import PythonFile
from concertmaster.versions import Change

GUIDES = "https://workfloworchestrator.org/orchestrator-core/guides/upgrading/"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file, in bytes, where no syntax node stands for it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Import:
    """A name that a rewrite needs: `from module import name [as alias]`."""

    module: str
    name: str
    alias: str | None = None

    @property
    def local(self) -> str:
        return self.alias or self.name


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule holds; what is None is taken from the rule.

    The edits are made together or not at all. `imports` are added to the file with them; names that
    no one uses after a rewrite are dropped by the engine.
    """

    where: ast.AST | Span
    message: str
    edits: tuple[Edit, ...] = ()
    imports: tuple[Import, ...] = ()
    safety: Safety | None = None
    rows: tuple[str, ...] | None = None
    change: Change | None = None


Check = Callable[[PythonFile, Any], Iterator[Hit]]
FileCheck = Callable[[PythonFile], Iterator[Hit]]
DependencyCheck = Callable[[Requirement, ManifestFile], Iterator[Hit]]
NodeFunction = TypeVar("NodeFunction", bound=Callable[..., Iterator[Hit]])


@dataclass(slots=True)
class Rule:
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
    priority: int = 0  # lower is rewritten first where two rules want the same bytes
    optional: bool = False  # looked for only when selected by name
    fallback: bool = False  # silent where another rule has something to say at the same place
    covers: bool = True  # whether a fallback is silent where this rule speaks
    node_checks: dict[type[ast.AST], list[Check]] = field(default_factory=dict)
    file_checks: list[FileCheck] = field(default_factory=list)
    dependency_checks: dict[str, list[DependencyCheck]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """`workflow-description` for the module `workflow_description`."""
        return self.module.rpartition(".")[2].replace("_", "-")

    def on(self, *types: type[ast.AST]) -> Callable[[NodeFunction], NodeFunction]:
        """Show every node of these types to the decorated function."""

        def register(check: NodeFunction) -> NodeFunction:
            for kind in types:
                self.node_checks.setdefault(kind, []).append(check)
            return check

        return register

    def file(self, check: NodeFunction) -> NodeFunction:
        """Show each candidate file as a whole to the decorated function."""
        self.file_checks.append(check)
        return check

    def dependency(self, *names: str) -> Callable[[DependencyCheck], DependencyCheck]:
        """Show every requirement on these distributions, in whatever format, to the decorated function."""

        def register(check: DependencyCheck) -> DependencyCheck:
            for name in names:
                self.dependency_checks.setdefault(canonicalize_name(name), []).append(check)
            return check

        return register

    @property
    def reads_python(self) -> bool:
        return bool(self.node_checks or self.file_checks)

    def dependency_hits(self, file: ManifestFile) -> Iterator[Hit]:
        """Everything that this rule sees in a manifest."""
        for requirement in file.requirements if self.dependency_checks else ():
            for check in self.dependency_checks.get(requirement.name, ()):
                yield from check(requirement, file)

    def hits(self, file: PythonFile) -> Iterator[Hit]:
        """Everything that this rule sees in a file."""
        for check in self.file_checks:
            yield from check(file)
        for kind, checks in self.node_checks.items():
            for node in file.nodes(kind):
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


@dataclass(frozen=True, slots=True)
class Example:
    """A fence of a docstring: the old text, the new text (the same for a look-alike), and the file it is in.

    A fence marked `reported` holds what is told and left as it is, for a person to mend.
    """

    path: str
    before: str
    after: str
    reported: bool = False

    @property
    def changes(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Documentation:
    """A rule's docstring, taken apart."""

    title: str
    why: str
    guide: str
    body: str
    examples: tuple[Example, ...]


_FENCE = re.compile(
    r"^```(?P<kind>\w+)(?: (?P<path>(?!reported$)\S+))?(?P<reported> reported)?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_GUIDE = re.compile(r"<(https://[^>]+)>")


@cache
def documentation(module: str) -> Documentation:
    """Take a rule's docstring apart; see `tests/test_rules.py` for what it must hold."""
    text = inspect.cleandoc(sys.modules[module].__doc__ or "")
    title, _, body = text.partition("\n")
    paragraphs = [part for part in body.strip().split("\n\n") if part]
    guide = _GUIDE.search(body)
    why = (
        paragraphs[0].replace("\n", " ")
        if paragraphs and not paragraphs[0].startswith(("```", "Guide"))
        else ""
    )
    return Documentation(
        title.rstrip("."), why, guide.group(1) if guide else "", body.strip(), parse_examples(body)
    )


def parse_examples(text: str) -> tuple[Example, ...]:
    """The fences of a docstring or of a Markdown file of further cases."""
    return tuple(_example(match) for match in _FENCE.finditer(text))


def _example(match: re.Match[str]) -> Example:
    path, text = match["path"] or "example.py", match["text"]
    if match["kind"] != "diff":
        return Example(path, text, text, reported=bool(match["reported"]))
    lines = text.splitlines(keepends=True)
    before = "".join(line[1:] or line for line in lines if not line.startswith("+"))
    after = "".join(line[1:] or line for line in lines if not line.startswith("-"))
    return Example(path, before, after)


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
