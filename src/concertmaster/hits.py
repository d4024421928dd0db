"""What rules see: places with what is wrong there, and the edits that mend it."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from concertmaster.findings import Edit, Safety
from concertmaster.project.model import Place
from concertmaster.versions import Change


class Span(Struct, frozen=True):
    """A place in a file, in bytes, where no syntax node stands for it."""

    start: int
    end: int


class Import(Struct, frozen=True):
    """A name that a rewrite needs: `from module import name [as alias]`."""

    module: str
    name: str
    alias: str | None = None

    @property
    def local(self) -> str:
        return self.alias or self.name


class Hit(Struct, frozen=True):
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

    def left(self, why: str) -> Hit:
        """With the reason why nothing is edited, where there is one."""
        return replace(self, message=f"{self.message} ({why})") if why and not self.edits else self


class ProjectHit(Struct, frozen=True):
    """What a rule sees in a whole project: told at one place, mended in any file, by new ones too.

    All edits and new files are made together or not at all.
    """

    place: Place
    message: str
    edits: Mapping[str, tuple[Edit, ...]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    safety: Safety | None = None
    rows: tuple[str, ...] | None = None
    change: Change | None = None
    difference: tuple[str, ...] = ()
