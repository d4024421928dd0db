"""Compares what programs make of a real project: how much of it imports under the newest release afterwards.

    python -m benchmarks.comparison [--write]

The projects are made by orchestrator-core's own generator, the answer is that of Python itself: every module is
imported where the newest release is installed. With `--write` the tables go to docs/comparison.md.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.demo import git
from tools.figures import DOCS, put
from tools.generated import environment, import_all, project

from concertmaster.versions import NEWEST_KNOWN, release

PAGE = DOCS / "comparison.md"
RELEASES = ("2.10.0", "3.2.3", "4.8.2")
SCRIPTS = "orchestrator.core.devtools.scripts.migrate_"
RUFF = (
    "ruff",
    "check",
    "--isolated",
    "--select",
    "UP",
    "--fix",
    "--unsafe-fixes",
    "--exit-zero",
    "--quiet",
    ".",
)
RENAME = (
    *("libcst.tool", "codemod", "--no-format", "--hide-progress", "rename.RenameCommand"),
    *("--old_name", "orchestrator", "--new_name", "orchestrator.core", "."),
)


@dataclass(frozen=True, slots=True)
class Contender:
    """A program, and what it does in the folder of a project of a release."""

    name: str
    act: Callable[[Path, str], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What is there afterwards: modules that import, of how many, files that changed, and those not in Python."""

    imported: int
    modules: int
    changed: int
    others: int


def bump(folder: Path, installed: str) -> None:
    """What a program does that raises versions: the requirement, and no code."""
    for path in (folder / "pyproject.toml", folder / "requirements.txt"):
        if path.exists():
            pinned = re.compile(rf"(?<=[=>])=?{re.escape(installed)}(?!\d)")
            path.write_text(
                pinned.sub(lambda match: match[0].replace(installed, NEWEST_KNOWN), path.read_text())
            )


def ours(*options: str) -> Callable[[Path, str], None]:
    def act(folder: Path, installed: str) -> None:
        given = (*options, ".", "--from", installed, "--target", NEWEST_KNOWN, "--offline")
        _run([sys.executable, "-m", "concertmaster", *given], folder)

    return act


def upstream(folder: Path, installed: str) -> None:
    """The framework's own scripts for every major release that is crossed.

    They stop before they begin where ruff objects to anything, as it does here: they get one that never does.
    """
    home = environment(NEWEST_KNOWN)
    silent = folder.parent / "bin" / "ruff"
    silent.parent.mkdir()
    silent.write_text("#!/bin/sh\n")
    silent.chmod(0o755)
    path = f"{silent.parent}{os.pathsep}{os.environ['PATH']}"
    for major in ("20", "30", "50"):
        if release(installed).major < int(major[0]):
            _run([str(home / "bin/python"), "-m", f"{SCRIPTS}{major}", str(folder)], folder.parent, PATH=path)


def module(*arguments: str) -> Callable[[Path, str], None]:
    return lambda folder, _: _run([sys.executable, "-m", *arguments], folder)


CONTENDERS = (
    Contender("the requirement raised, and nothing else", bump),
    Contender("ruff, its rules `UP` with unsafe fixes", module(*RUFF)),
    Contender("libcst's codemod `rename.RenameCommand`", module(*RENAME)),
    Contender("the framework's own scripts `migrate_*`, with a ruff that never objects", upstream),
    Contender("`concertmaster fix`", ours("fix")),
    Contender("`concertmaster fix --unsafe`", ours("fix", "--unsafe")),
)


def _run(command: list[str], folder: Path, **variables: str) -> None:
    told = subprocess.run(
        command, cwd=folder, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    if told.returncode not in (0, 1):
        raise SystemExit(f"{command}: {told.returncode}\n{told.stdout}{told.stderr}")


def judged(contender: Contender, installed: str) -> Result:
    """Let a program change a copy of the project, and ask Python what imports."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "network"
        shutil.copytree(project(installed), folder, ignore=shutil.ignore_patterns("__pycache__"))
        git(folder, "init", "--quiet")
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", "As it is")
        contender.act(folder, installed)
        changed = _changed(folder)
        outcome = import_all(folder, environment(NEWEST_KNOWN))
        good = sum(error is None for error in outcome.values())
        others = sum(not path.endswith(".py") for path in changed)
        return Result(good, len(outcome), len(changed), others)


def _changed(folder: Path) -> list[str]:
    shown = ["git", "status", "--porcelain", "--untracked-files=no", "--no-renames"]
    told = subprocess.run(shown, cwd=folder, capture_output=True, text=True, check=True).stdout
    return [line[3:] for line in told.splitlines()]


def table(installed: str) -> Iterator[str]:
    """One project: a row a program."""
    results = [(one, judged(one, installed)) for one in CONTENDERS]
    yield f"### From {installed} to {NEWEST_KNOWN}: {results[0][1].modules} modules\n"
    yield "| what was done | modules that import | files changed | of them not Python |"
    yield "|---|---:|---:|---:|"
    for one, result in results:
        cells = (result.imported, result.changed, result.others)
        yield f"| {one.name} | {' | '.join(map(str, cells))} |"
    yield ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.comparison", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/comparison.md")
    given = parser.parse_args()
    lines = [line for installed in RELEASES for line in table(installed)]
    sys.stdout.write("\n".join(lines) + "\n")
    if given.write:
        put(PAGE, "comparison", lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
