"""The distributions that are indexed, and the one spelling that the index has for each name."""

from __future__ import annotations

from functools import lru_cache

ROOT, CORE = "orchestrator", "orchestrator.core"
FRAMEWORK = "orchestrator-core"

#: What is indexed: the distribution, its import package in the index, and the oldest release of interest.
PACKAGES = {
    FRAMEWORK: CORE,
    "pydantic-forms": "pydantic_forms",
    "oauth2-lib": "oauth2_lib",
    "nwa-stdlib": "nwastdlib",
}
OLDEST = {FRAMEWORK: "1.3.6"}


def inside(name: str, package: str) -> bool:
    """Whether a dotted name is a package or lies in it."""
    return name == package or name.startswith(f"{package}.")


@lru_cache(maxsize=16_384)
def distribution_of(name: str) -> str | None:
    """The indexed distribution that a canonical name belongs to."""
    return next((each for each, package in PACKAGES.items() if inside(name, package)), None)


def from_root(name: str) -> str:
    """The canonical name for one of the framework's before 5.0: `orchestrator.X` is `orchestrator.core.X`."""
    return CORE + name.removeprefix(ROOT) if inside(name, ROOT) else name


def to_root(name: str) -> str:
    """How a canonical name is written before 5.0."""
    return ROOT + name.removeprefix(CORE) if inside(name, CORE) else name
