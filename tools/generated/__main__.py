"""`python -m tools.generated 4.8.2` makes a project and prints where it lies."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from tools.generated import Unavailable, environment, import_all, project
from tools.generated.projects import RECIPES


@click.command()
@click.argument("release", help="Release of orchestrator-core, such as 4.8.2")
@click.option("--recipe", default="rich", help=f"One of: {', '.join(RECIPES)}")
@click.option("--to", type=click.Path(path_type=Path), help="Copy the project to this new folder")
@click.option("--check", is_flag=True, help="Import every module under its own release")
def make(release: str, recipe: str, to: Path | None, *, check: bool) -> None:
    """Make a project with orchestrator-core's own generator and print where it lies."""
    try:
        made = project(release, recipe=recipe)
        failed = {m: why for m, why in import_all(made, environment(release)).items() if why} if check else {}
    except Unavailable as absent:
        raise SystemExit(absent.reason) from absent
    print(shutil.copytree(made, to) if to else made)
    for module, why in failed.items():
        print(f"{module}: {why}")
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    make()
