"""Version ranges of other tools, told as PEP 440."""

from __future__ import annotations

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

_CLAUSE = re.compile(r"(?P<operator>\^|~=|~|={1,3}|!=|<=|>=|<|>|)\s*(?P<version>[\w.*+!-]+)")


def of_poetry(text: str) -> str | None:
    """`^4.8` is `>=4.8,<5`; None where the range is no single conjunction, or not understood."""
    text = text.strip()
    if text in ("", "*"):
        return ""
    if "||" in text or "|" in text:
        return None
    clauses = [part for part in re.split(r"\s*,\s*|(?<=[\w*])\s+(?=[\^~=<>!])", text) if part]
    translated = [_poetry_clause(clause) for clause in clauses]
    if any(clause is None for clause in translated):
        return None
    return checked(",".join(clause for clause in translated if clause))


def _poetry_clause(text: str) -> str | None:
    match = _CLAUSE.fullmatch(text.strip())
    if match is None:
        return None
    operator, version = match["operator"], match["version"]
    if operator in ("^", "~"):
        return _between(operator, version)
    if version == "*":
        return "" if operator in ("", "=", "==") else None
    return f"{operator if operator not in ('', '=') else '=='}{version}"


def _between(operator: str, text: str) -> str | None:
    try:
        version = Version(text)
    except InvalidVersion:
        return None
    parts = list(version.release)
    if operator == "~":
        keep = min(len(parts), 2)
    else:
        keep = next((i + 1 for i, part in enumerate(parts) if part), len(parts))
    upper = [*parts[: keep - 1], parts[keep - 1] + 1]
    return f">={text},<{'.'.join(map(str, upper))}"


def of_pipenv(text: str) -> str | None:
    """`*` is any version; everything else is PEP 440 as it is."""
    return "" if text.strip() in ("", "*") else checked(text.strip())


def of_conda(text: str) -> str | None:
    """`=4.8` is `==4.8.*`, and a bare `4.8` too."""
    text = text.strip()
    match = re.fullmatch(r"=?\s*(\d[\w.]*?)(?:\.\*)?(?:=.*)?", text)
    if match and not text.startswith("=="):
        return checked(f"=={match[1]}.*")
    return None if "|" in text else checked(text)


def checked(text: str) -> str | None:
    """The specifier in its normal form; None where it is none."""
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        return None
