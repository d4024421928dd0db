"""Requirements in YAML: conda's `environment.yml` and pre-commit's `additional_dependencies`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from concertmaster.project.manifests.constraints import of_conda
from concertmaster.project.manifests.model import Found, Manifest, NotUnderstood, Style, Written
from concertmaster.project.manifests.requirements import one

_CONDA = re.compile(r"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9][\w.-]*)\s*(?P<version>[=<>!~ ].*)?")


def compose(manifest: Manifest) -> Node | None:
    """The document's nodes with their places; nothing is constructed, so nothing is run or expanded."""
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(manifest.text)
    except (YAMLError, ValueError, RecursionError) as error:
        reason = getattr(error, "problem", None) or type(error).__name__
        raise NotUnderstood(f"not valid YAML: {reason}") from None
    return root


def items(node: Node | None) -> list[Node]:
    """The members of a list; none for everything else."""
    return list(node.value) if isinstance(node, SequenceNode) else []


def member(node: Node | None, key: str) -> Node | None:
    """The value of a key of a mapping."""
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if getattr(name, "value", None) == key), None)


def read_environment(manifest: Manifest) -> Found:
    """conda's dependencies, and those of its `pip` section."""
    for node in items(member(compose(manifest), "dependencies")):
        if isinstance(node, ScalarNode):
            yield from _conda(manifest, node)
        for line in items(member(node, "pip")):
            yield from _pip(manifest, line, group="")


def read_pre_commit(manifest: Manifest) -> Found:
    """`additional_dependencies` of every hook."""
    for repository in items(member(compose(manifest), "repos")):
        for hook in items(member(repository, "hooks")):
            group = f"env:{getattr(member(hook, 'id'), 'value', '')}"
            for line in items(member(hook, "additional_dependencies")):
                yield from _pip(manifest, line, group=group)


def scalar_place(manifest: Manifest, node: ScalarNode) -> tuple[int, int] | None:
    """Where a scalar's text stands without quotes; None where it is not written as it is meant."""
    start, end = node.start_mark.index, node.end_mark.index
    if node.style in ("'", '"'):
        start, end = start + 1, end - 1
    return (start, end) if manifest.text[start:end] == node.value else None


def _pip(manifest: Manifest, node: Node, *, group: str) -> Iterator[Written]:
    place = scalar_place(manifest, node) if isinstance(node, ScalarNode) else None
    found = one(node.value, place[0], group=group) if place else None
    if found:
        yield found


def _conda(manifest: Manifest, node: ScalarNode) -> Iterator[Written]:
    place, match = scalar_place(manifest, node), _CONDA.fullmatch(node.value)
    if place is None or match is None:
        return
    specifier = of_conda(match["version"] or "")
    yield Written(
        match["name"],
        *place,
        Style.CONDA,
        specifier or "",
        version=(place[0] + match.start("version"), place[0] + match.end("version"))
        if match["version"]
        else None,
        problem="" if specifier is not None else "the range is not understood",
    )
