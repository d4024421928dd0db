"""The projects of a repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from posixpath import dirname

from concertmaster.project.model.place import Sources
from concertmaster.project.model.project import ProjectModel
from concertmaster.project.model.revisions import folders_of
from concertmaster.versions import Window

#: Words of which one must be in a repository before there is anything to model.
TRIGGERS = (b"LazyWorkflowInstance", b"SUBSCRIPTION_MODEL_REGISTRY", b"down_revision", b"_workflow(")


def models_of(
    paths: tuple[str, ...], read: Callable[[str], bytes | None], window: Window
) -> Iterator[ProjectModel]:
    """The projects of a repository: one, or one for each folder that has migrations of its own."""
    sources = Sources(paths, read)
    if not sources.holding(*TRIGGERS):
        return
    roots = _outermost({dirname(folder) for folder in folders_of(sources)})
    configured = {dirname(path) for path in paths if path.endswith("alembic.ini")}
    if len(roots) < 2 or (len(configured) == 1 and not configured & roots):
        yield ProjectModel(window, next(iter(roots)) if len(roots) == 1 else "", sources)
        return
    for root in sorted(roots):
        inner = tuple(path for path in paths if _home(path, roots) == root)
        yield ProjectModel(window, root, Sources(inner, sources.source))


def _outermost(roots: set[str]) -> set[str]:
    """Those that do not lie in another one."""
    return {one for one in roots if not any(one != other and _lies_in(one, other) for other in roots)}


def _lies_in(path: str, root: str) -> bool:
    return not root or path.startswith(f"{root}/")


def _home(path: str, roots: set[str]) -> str | None:
    """The root that a file lies in."""
    return next((root for root in sorted(roots) if _lies_in(path, root)), None)
