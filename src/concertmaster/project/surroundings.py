"""What a file is judged with: the releases, and what its project tells of it."""

from __future__ import annotations

from msgspec import Struct

from concertmaster.index.store import Index
from concertmaster.project.definitions import Definitions
from concertmaster.project.settings.deployment import Deployment
from concertmaster.versions import Window


class Surroundings(Struct, frozen=True):
    """What a file must know of its project, and nothing more.

    `shadow` holds the top-level names below a package or module called `orchestrator` that the project
    itself ships (guard rule G-04); None where it ships none. `regular` tells that this package has an
    `__init__.py`, so that the framework's namespace cannot live beside it. `definitions` answers what other
    modules of the project define and pass on, `deployment` who reads files of settings; None where only the
    file itself is known. `names` is the index to judge the framework's names by; None for the shipped one.
    `required` are the distributions that the project's own manifests name, locks apart.
    """

    window: Window
    shadow: frozenset[str] | None = None
    regular: bool = False
    definitions: Definitions | None = None
    deployment: Deployment | None = None
    names: Index | None = None
    required: frozenset[str] = frozenset()
