"""Raises one requirement to a release, in the style that is found there, and touches nothing else."""

from __future__ import annotations

import re

from msgspec import Struct
from packaging.specifiers import SpecifierSet

from concertmaster.findings import Edit
from concertmaster.project.manifests.constraints import of_conda, of_pipenv, of_poetry
from concertmaster.project.manifests.model import Requirement, Style
from concertmaster.project.manifests.ranges import number
from concertmaster.versions import RELEASES, Release
from concertmaster.versions import release as parsed

_CLAUSE = re.compile(
    r"(?P<operator>\^|~=|~|===|==|=|!=|<=|>=|<|>|)(?P<gap>\s*)v?(?P<version>\d+(?:\.\d+)*)(?P<suffix>\.\*|\w*)"
)


class _Obstacle(Exception):
    """Why a requirement is not raised."""


def raise_pin(requirement: Requirement, release: str) -> Edit | None:
    """The edit that makes a requirement ask for at least `release`; None where `obstacle` says why not."""
    try:
        new = _raised(requirement, parsed(release))
    except _Obstacle:
        return None
    start, end = requirement.written_at
    edit = Edit(0, end - start, new.encode()).trimmed(requirement.written.encode())
    return Edit(start + edit.start, start + edit.end, edit.text)


def obstacle(requirement: Requirement, release: str) -> str:
    """Why a requirement cannot be raised to `release` by an edit; empty where it can."""
    try:
        _raised(requirement, parsed(release))
    except _Obstacle as reason:
        return str(reason)
    return ""


def _raised(requirement: Requirement, target: Release) -> str:
    _refuse(requirement, target)
    written = requirement.written
    clauses = [_Clause(match) for match in _CLAUSE.finditer(written)]
    if not clauses or _CLAUSE.sub("", written).strip(" ,\t"):
        raise _Obstacle(f"the range {written!r} is not understood")
    parts: list[str] = []
    position = 0
    for clause in clauses:
        parts += (written[position : clause.start], clause.raised(target))
        position = clause.end
    raised = _with_floor("".join((*parts, written[position:])), requirement.style, target)
    if requirement.group == "shell" and re.search(r"[<>]", raised) and not re.search(r"[<>]", written):
        raise _Obstacle(f"on a command line {raised!r} may need quotes")
    return raised


def _refuse(requirement: Requirement, target: Release) -> None:
    if requirement.problem:
        raise _Obstacle(requirement.problem)
    if requirement.style is Style.LOCK or requirement.locked:
        raise _Obstacle("a tool has written it; lock again after the manifest was raised")
    if requirement.hashed:
        raise _Obstacle("it is pinned by hashes, which belong to one release")
    if requirement.source:
        raise _Obstacle(f"it does not come from an index but from a {requirement.source}")
    if not requirement.written:
        raise _Obstacle("it names no release, so there is nothing to raise")
    if (lowest := lower_bound(requirement)) is not None and lowest >= target:
        raise _Obstacle(f"it asks for {requirement.written} already")


def lower_bound(requirement: Requirement) -> Release | None:
    """The lowest release that a requirement names as a floor."""
    specs = (spec for spec in requirement.versions if spec.operator in (">=", ">", "==", "===", "~="))
    return max((floor for spec in specs if (floor := number(spec)) is not None), default=None)


class _Clause(Struct, frozen=True):
    """One comparison of a range, as written."""

    match: re.Match[str]

    @property
    def start(self) -> int:
        return self.match.start()

    @property
    def end(self) -> int:
        return self.match.end()

    def raised(self, target: Release) -> str:
        """The same comparison for the new release."""
        operator, suffix = self.match["operator"], self.match["suffix"]
        if operator == "!=":
            return self.match[0]
        if operator in ("<", "<="):
            return self._upper(target)
        if suffix not in ("", ".*") and not _is_prerelease(suffix):
            raise _Obstacle(f"the version {self.match['version']}{suffix} is not understood")
        precision = self.match["version"].count(".") + 1
        number = _cut(target, precision) if suffix == ".*" else _number(target, precision, operator)
        wild = ".*" if suffix == ".*" else ""
        return f"{'>=' if operator == '>' else operator}{self.match['gap']}{number}{wild}"

    def _upper(self, target: Release) -> str:
        """An upper bound that lets the release in: moved by whole majors, minors or patches, as it was."""
        operator, written = self.match["operator"], self.match["version"]
        if self.match["suffix"]:
            raise _Obstacle(f"the upper bound {self.match[0]} is not understood")
        if SpecifierSet(f"{operator}{written}", prereleases=True).contains(target):
            return self.match[0]
        precision = written.count(".") + 1
        if operator == "<=":
            return f"<={self.match['gap']}{_number(target, precision, '==')}"
        level = len(re.sub(r"(\.0)+$", "", written).split("."))
        next_one = [*target.release[: level - 1], target.release[level - 1] + 1]
        return f"<{self.match['gap']}{'.'.join(map(str, next_one + [0] * (precision - level)))}"


def _is_prerelease(suffix: str) -> bool:
    return re.fullmatch(r"(?:a|b|rc)\d+", suffix) is not None


def _cut(target: Release, precision: int) -> str:
    return ".".join(map(str, target.release[:precision]))


def _number(target: Release, precision: int, operator: str) -> str:
    """The release with as many parts as before, or as many as it takes to mean it.

    `~=4.8` stays at two parts, since a third one would lower its upper bound.
    """
    if operator == "~=" and precision == 2 and not target.is_prerelease:
        return _cut(target, 2)
    parts = list(target.release)
    while len(parts) > precision and parts[-1] == 0:
        parts.pop()
    return ".".join(map(str, parts)) + str(target).removeprefix(target.base_version)


def _with_floor(text: str, style: Style, target: Release) -> str:
    """Nothing older than the release may be let in (guard rule G-10), and the release itself must be."""
    translate = {Style.POETRY: of_poetry, Style.PIPENV: of_pipenv, Style.CONDA: of_conda}.get(style)
    specifier = (translate(text) if translate else f"=={text}" if style is Style.IMAGE else text) or ""
    allowed = SpecifierSet(specifier, prereleases=True)
    if not allowed.contains(target):
        raise _Obstacle(f"the range {text!r} would leave {target} out")
    if any(parsed(number) < target and number in allowed for number in RELEASES):
        return f"{text.rstrip()},>={target}" if re.search(r"[~^=*]", text) else f">={target},{text}"
    return text
