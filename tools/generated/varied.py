"""Many projects, each of products that chance defined, by the generators of several releases of the framework."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from tools.generated import cache, handwriting, mending, revisions
from tools.generated.definitions import Definitions, commands
from tools.generated.environments import environment
from tools.generated.projects import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
INSIDE = HERE / "inside_varied.py"
RECIPE = "varied"
#: Batch by batch in turn.
RELEASES = ("4.8.2", "2.10.0", "5.5.0", "4.4.2", "3.2.3", "5.0.5", "4.0.4")
#: Projects that one start of the framework makes.
BATCH = 10


def batch(number: int) -> Iterator[tuple[int, str, Path]]:
    """The seed, the release and the folder of each project of a batch, made on first use. Copy before a change."""
    release = RELEASES[number % len(RELEASES)]
    home = environment(release)
    name = f"{release}-{number}-{_inputs(release, home)}"
    make = partial(_make, number=number, release=release, home=home)
    folder = cache.once(cache.folder() / "varied" / name, make)
    for seed in _seeds(number):
        yield seed, release, folder / str(seed)


def _seeds(number: int) -> range:
    return range(number * BATCH, (number + 1) * BATCH)


def _inputs(release: str, home: Path) -> str:
    digest = hashlib.sha256(home.name.encode())
    modules = (
        "definitions",
        "environments",
        "handwriting",
        "inside",
        "inside_varied",
        "mending",
        "projects",
        "revisions",
        "varied",
    )
    sources = [HERE / f"{module}.py" for module in modules]
    for path in (*sources, *handwriting.templates(release=release, recipe=RECIPE)):
        digest.update(f"{path.relative_to(HERE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _make(path: Path, *, number: int, release: str, home: Path) -> None:
    path.mkdir(parents=True)
    orders = [(str(seed), _begin(path / str(seed), seed, release)) for seed in _seeds(number)]
    generate(path, INSIDE, home=home, orders=orders)
    for seed in _seeds(number):
        project = path / str(seed)
        mending.mend(project, release=release)
        revisions.settle(project / "migrations" / "versions" / "schema")
        handwriting.finish(project, release=release, recipe=RECIPE)


def _begin(project: Path, seed: int, release: str) -> list[list[str]]:
    """Write what the generator of a project needs; the commands to give to it."""
    project.mkdir()
    handwriting.begin(project, release=release, recipe=RECIPE)
    (project / "config").mkdir()
    products = Definitions(seed).products()
    for product in products:
        YAML().dump(product, project / "config" / f"{product['variable']}.yaml")
    return [*commands(seed, [product["variable"] for product in products])]
