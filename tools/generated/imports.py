"""Does every module of a project import under a release of the framework?"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tools.generated.environments import interpreter, variables

if TYPE_CHECKING:
    from collections.abc import Iterator

INSIDE = Path(__file__).parent / "inside.py"


class ImportsFailed(Exception):
    """Nothing could be imported at all, for a reason that lies outside the project."""


def import_all(project: Path, environment: Path) -> dict[str, str | None]:
    """Import each module of `project`; map its path to the error, or to None when it imports.

    Executes the project's code: for projects of this package only, never for a reviewed repository.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer.json")
        ended = subprocess.run(
            [interpreter(environment), INSIDE, "import", answer],
            input=json.dumps(sorted(_modules(project))),
            cwd=project,
            env=variables(environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise ImportsFailed(f"{ended.stdout}\n{ended.stderr}")
        outcome: dict[str, str | None] = json.loads(answer.read_text("utf-8"))
        return outcome


def _modules(project: Path) -> Iterator[str]:
    """List files of Python; `migrations/env.py` is left out, it runs only within Alembic."""
    for path in project.rglob("*.py"):
        if (name := path.relative_to(project).as_posix()) != "migrations/env.py":
            yield name
