"""`python -m tools.generated 4.8.2` makes a project and prints where it lies."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from tools.generated import Unavailable, environment, import_all, project
from tools.generated.projects import RECIPES


def make(
    release: Annotated[str, typer.Argument(help="Release of orchestrator-core, such as 4.8.2")],
    recipe: Annotated[str, typer.Option(help=f"One of: {', '.join(RECIPES)}")] = "rich",
    to: Annotated[Path | None, typer.Option(help="Copy the project to this new folder")] = None,
    check: Annotated[bool, typer.Option("--check", help="Import every module under its own release")] = False,
) -> None:
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
    typer.run(make)
