"""Counts the instructions of `check` on the small corpus with callgrind, and compares them with those that are kept.

    python -m benchmarks.instructions [--write]

Counts are stable where times are not. A growth of more than 5 % is a warning that names the functions that grew most.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.corpora import corpus

KEPT = Path(__file__).with_name("instructions.json")
MOST = 0.05
#: Where the work is done, in one process and in the order that a run has it.
PROGRAM = """
import sys
from concertmaster import workers
workers.can_fork = lambda: False
from concertmaster.cli import run
run(["check", "--no-cache", "--offline", "--jobs", "1", "--fail-on", "never", sys.argv[1]])
"""
_LINE = re.compile(r"^\s*([\d,]+) \([ \d.]+%\)\s+(.*?)(?: \[.*\])?$")


def count(folder: Path) -> tuple[int, dict[str, int]]:
    """All instructions, and those of the functions of the interpreter and its extensions that take the most."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise SystemExit("SKIPPED: instructions are not counted here, for valgrind is not installed.")
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "callgrind"
        command = [valgrind, "--tool=callgrind", f"--callgrind-out-file={out}", "--quiet"]
        subprocess.run(
            [*command, sys.executable, "-c", PROGRAM, str(folder)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": ""},
            stdout=subprocess.DEVNULL,
        )
        text = subprocess.run(
            ["callgrind_annotate", "--threshold=90", str(out)], check=True, capture_output=True, text=True
        ).stdout
    return _read(text)


def _read(text: str) -> tuple[int, dict[str, int]]:
    total, functions = 0, dict[str, int]()
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        number, name = int(match[1].replace(",", "")), match[2].strip()
        if name == "PROGRAM TOTALS":
            total = number
        elif len(functions) < 40:
            function = name.rpartition(":")[2]
            functions[function] = functions.get(function, 0) + number
    return total, functions


def compare(before: dict[str, object], total: int, functions: dict[str, int]) -> str:
    """What to say of a count beside the kept one; a warning that GitHub shows where it grew too much."""
    old, known = before.get("instructions"), before.get("functions")
    if not isinstance(old, int) or not isinstance(known, dict):
        return f"{total:,} instructions; none are kept to compare with.\n"
    growth = total / old - 1
    told = f"{total:,} instructions, {growth:+.1%} from {old:,}"
    if before.get("python") != platform.python_version():
        return f"{told}, counted on Python {before.get('python')}: not comparable.\n"
    if growth <= MOST:
        return f"{told}.\n"
    grown = sorted(functions, key=lambda name: known.get(name, 0) - functions[name])[:5]
    culprits = ", ".join(f"{name} ({functions[name] - known.get(name, 0):+,})" for name in grown)
    return f"::warning title=check needs more instructions::{told}; most of it in {culprits}\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    folder = corpus("small")
    subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)], check=True, stdout=subprocess.DEVNULL
    )  # byte code
    total, functions = count(folder)
    before = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    sys.stdout.write(compare(before, total, functions))
    if given.write:
        made = {"python": platform.python_version(), "instructions": total, "functions": functions}
        KEPT.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
