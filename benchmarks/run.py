"""Times `check` against reading the same files and parsing the candidates, and prints the ratio.

    python -m benchmarks.run [FILES]

The corpus is made anew: files of the standard library, 15 % of them with imports of the framework that are
right in its newest release, so that there is nothing to find and everything to look at.
"""

from __future__ import annotations

import ast
import statistics
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from concertmaster.cli import run as command_line

FILES = 1_000
SHARE = 0.15
ROUNDS = 5
HEAD = (
    b"from orchestrator.core.types import SubscriptionLifecycle\n"
    b"from orchestrator.core.workflow import StepList, begin, step\n"
)


def corpus(folder: Path, files: int) -> int:
    """Write the files and return how many bytes they hold."""
    library = Path(sysconfig.get_paths()["stdlib"])
    sources = [path.read_bytes() for path in sorted(library.rglob("*.py")) if _is_usable(path)]
    total = 0
    for number in range(files):
        source = sources[number % len(sources)]
        if number < files * SHARE:
            source = HEAD + source.replace(b"from __future__", b"# from __future__")
        path = folder / f"part{number % 50}" / f"module{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(source)
        total += len(source)
    return total


def _is_usable(path: Path) -> bool:
    if {"test", "tests", "idlelib", "lib2to3", "site-packages"} & set(
        path.parts
    ) or path.stat().st_size > 60_000:
        return False
    try:
        ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return False
    return True


def read_and_parse(folder: Path) -> None:
    """The floor: read every file, parse those that mention the framework."""
    for path in folder.rglob("*.py"):
        source = path.read_bytes()
        if b"orchestrator" in source:
            ast.parse(source)


def check(folder: Path, *options: str) -> None:
    arguments = ["check", str(folder), "--from", "5.5.0", "--target", "5.5.0", "--fail-on", "never", *options]
    if command_line(arguments):
        raise SystemExit("the corpus should hold nothing to find")


def seconds(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = corpus(folder, files)
        check(folder)
        pairs = [
            (
                seconds(lambda: check(folder)),
                seconds(lambda: check(folder, "--jobs", "1")),
                seconds(lambda: read_and_parse(folder)),
            )
            for _ in range(ROUNDS)
        ]
    pooled, single, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
    sys.stdout.write(
        f"{files} files, {size / 1e6:.1f} MB, {SHARE:.0%} with the framework's name; medians of {ROUNDS}\n"
        f"reading all and ast.parse of candidates  {floor:6.3f} s\n"
        f"check, one process                       {single:6.3f} s  {single / floor:4.1f} times\n"
        f"check, all processors                    {pooled:6.3f} s  {pooled / floor:4.1f} times\n"
    )


if __name__ == "__main__":
    main()
