"""Whole projects: what the generator of a release writes, and around it what a team writes by hand."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tools.generated import cache, handwriting, mending, revisions
from tools.generated.environments import environment, interpreter, variables
from tools.generated.versions import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
INSIDE = HERE / "inside.py"

# In the order in which products refer to each other. "wheel:" marks a configuration that comes with
# the framework; the others are ours.
RECIPES = {
    "workshop": ("wheel:user_group", "wheel:user", "wheel:node", "layer3_interface", "wheel:circuit"),
    "rich": ("site", "port", "leased_line", "ip_prefix", "cloud_access"),
}

# What earlier generators write needs a package of their authors; before it a project is by hand.
GENERATES_SINCE = (2, 0)


class GeneratorFailed(Exception):
    """The framework's generator ended with an error."""


def project(release: str, *, recipe: str = "rich") -> Path:
    """Give a complete project for `release`, made on first use. It is shared: copy it before a change."""
    if numbers(release) < GENERATES_SINCE and recipe != "rich":
        raise ValueError(f"recipe {recipe} needs a generator, and that of {release} is of no use")
    home = environment(release)
    name = f"{release}-{recipe}-{_inputs(release, recipe=recipe, home=home)}"
    make = partial(_make, release=release, recipe=recipe, home=home)
    return cache.once(cache.folder() / "projects" / name, make)


def _inputs(release: str, *, recipe: str, home: Path) -> str:
    """Give a digest of all that a project is made from, so that a change makes a new one."""
    digest = hashlib.sha256(home.name.encode())
    sources = [
        HERE / f"{module}.py"
        for module in ("environments", "handwriting", "inside", "mending", "projects", "revisions")
    ]
    products = [HERE / "products" / f"{source}.yaml" for source in RECIPES[recipe] if ":" not in source]
    for path in (*sources, *products, *handwriting.templates(release=release, recipe=recipe)):
        digest.update(f"{path.relative_to(HERE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _make(path: Path, *, release: str, recipe: str, home: Path) -> None:
    path.mkdir(parents=True)
    handwriting.begin(path, release=release, recipe=recipe)
    sources = RECIPES[recipe] if numbers(release) >= GENERATES_SINCE else ()
    for source in sources:
        _copy_configuration(source, path / "config", home=home)
    generate(path, INSIDE, "generate", home=home, orders=list(_commands(sources)))
    mending.mend(path, release=release)
    revisions.settle(path / "migrations" / "versions" / "schema")
    handwriting.finish(path, release=release, recipe=recipe)


def _copy_configuration(source: str, folder: Path, *, home: Path) -> None:
    name = f"{source.removeprefix('wheel:')}.yaml"
    folder.mkdir(exist_ok=True)
    if source.startswith("wheel:"):
        [configuration] = home.glob(f"lib/python*/site-packages/orchestrator/**/products/workshop/{name}")
    else:
        configuration = HERE / "products" / name
    shutil.copy(configuration, folder)


def generate(path: Path, script: Path, *arguments: str, home: Path, orders: object) -> None:
    """Have a script of ours carry out orders in a folder, by the interpreter of a generated environment.

    Raises:
        GeneratorFailed: the generator ended with an error.
    """
    ended = subprocess.run(
        [interpreter(home), script, *arguments],
        input=json.dumps(orders),
        cwd=path,
        env=variables(home),
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise GeneratorFailed(f"{ended.stdout}\n{ended.stderr}")


def _commands(sources: tuple[str, ...]) -> Iterator[list[str]]:
    yield ["db", "init"]
    for source in sources:
        configuration = ["--config-file", f"config/{source.removeprefix('wheel:')}.yaml"]
        for kind in ("product-blocks", "product", "workflows", "unit-tests"):
            yield ["generate", kind, *configuration, "--no-dryrun", "--force"]
        yield ["generate", "migration", *configuration]
