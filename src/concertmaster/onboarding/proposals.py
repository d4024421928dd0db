"""What `init` would write into a repository, beside what is there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from concertmaster.config import FILES, Config, load_config
from concertmaster.messages import no_framework, outside_of_repository
from concertmaster.onboarding.features import Feature, workflows
from concertmaster.onboarding.uses import Uses, read_uses
from concertmaster.project.dependencies import installed
from concertmaster.project.files import Project, WorkingTree
from concertmaster.projects import divide
from concertmaster.workspace import read_dependencies, readable
from concertmaster.writer import write

CONFIGURATION = "concertmaster.toml"
BOTS = {
    "Renovate": (
        "renovate.json",
        "renovate.json5",
        ".github/renovate.json",
        ".renovaterc",
        ".renovaterc.json",
    ),
    "Dependabot": (".github/dependabot.yml", ".github/dependabot.yaml"),
}


class Survey(Struct, frozen=True):
    """What a repository is, as far as its files tell."""

    release: str
    projects: tuple[str, ...]
    uses: Uses
    bots: tuple[str, ...]
    is_configured: bool


class Proposal(Struct, frozen=True):
    """A file to write; `old` is what is there, None where nothing is."""

    path: str
    old: bytes | None
    new: bytes


def survey(project: Project, *, name: str) -> Survey:
    """Look at a repository.

    Raises:
        UserError: nothing in it names the framework, or its configuration is malformed.
    """

    def read(path: str) -> bytes | None:
        return readable(project, path)

    believed = installed(read_dependencies(project))
    if believed is None:
        raise no_framework(name)
    config = load_config(read)
    bots = tuple(bot for bot, paths in BOTS.items() if not set(paths).isdisjoint(project.paths))
    uses = read_uses(project.paths, read)
    return Survey(believed.release, divide(project, config), uses, bots, _is_configured(project, config))


def _is_configured(project: Project, config: Config) -> bool:
    return config != Config() or any(
        b"[tool.concertmaster]" in (readable(project, path) or b"") or path == CONFIGURATION
        for path in FILES
        if path in project.paths
    )


def proposals(root: Path, seen: Survey, features: tuple[Feature, ...], action: str) -> Iterator[Proposal]:
    """Every file that is not yet as it should be; what another file does already is not proposed."""
    mine = dict(workflows(features, action))
    if not seen.is_configured:
        mine[CONFIGURATION] = _configuration(seen)
    for path, text in mine.items():
        new, old = text.encode(), _existing(root, path)
        if new != old:
            yield Proposal(path, old, new)


def done_elsewhere(seen: Survey, features: Iterable[Feature], action: str) -> dict[str, str]:
    """Features that a workflow under another name sees to, and the path of that."""
    paths = {feature.name: path for feature in features for path, _ in workflows((feature,), action)}
    others = [use for use in seen.uses.found if use.path not in paths.values()]
    kinds = {
        "review": [use.path for use in others if use.mode == "review" and "pull_request" in use.events],
        "forks": [use.path for use in others if "workflow_run" in use.events],
        "upgrade": [use.path for use in others if use.mode == "upgrade"],
        "commands": [use.path for use in others if "issue_comment" in use.events],
    }
    return {name: found[0] for name, found in kinds.items() if found and name in paths}


def apply(root: Path, proposal: Proposal) -> None:
    """Write a file, and the folders above it.

    Raises:
        UserError: a link leads out of the repository.
    """
    _inside(root, proposal.path)
    (root / proposal.path).parent.mkdir(parents=True, exist_ok=True)
    write(root, proposal.path, proposal.new)


def _existing(root: Path, path: str) -> bytes | None:
    """Also of files that git ignores."""
    _inside(root, path)
    if not (root / path).exists():
        return None
    return WorkingTree(root, (path,)).read(path)


def _inside(root: Path, path: str) -> None:
    if (root / path).is_symlink() or not (root / path).resolve().is_relative_to(root.resolve()):
        raise outside_of_repository(path)


def _configuration(seen: Survey) -> str:
    lines = [
        "# How Concertmaster judges this project; its guide to configuration lists every key.",
        'fail-on = "error" # the least severity that fails a run: error, warning, notice or never',
    ]
    folders = [folder for folder in seen.projects if folder]
    if len(seen.projects) > 1 and len(folders) == len(seen.projects):
        lines.append(f"projects = {json.dumps(folders, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"
