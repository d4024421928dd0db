"""Counts what `check` does on a corpus: instructions with callgrind, and calls by module."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

#: How many functions and modules are kept.
MANY = 60
#: All work in one process, in the order that a run has it.
PROGRAM = """
import sys
from concertmaster import workers
workers.can_fork = lambda: False
from concertmaster.cli import run
def check():
    run(["check", "--no-cache", "--offline", "--jobs", "1", "--fail-on", "never", "--quiet", sys.argv[1]])
"""
CALLS = """
import json
calls = {}
def note(frame, event, _):
    if event == "call" or event == "c_call":
        name = frame.f_code.co_filename
        calls[name] = calls.get(name, 0) + 1
sys.setprofile(note)
check()
sys.setprofile(None)
with open(sys.argv[2], "w") as file:
    json.dump(calls, file)
"""
_LINE = re.compile(r"^\s*([\d,]+) \([ \d.]+%\)\s+(.*?)(?: \[.*\])?$")
_MODULE = re.compile(r".*?/(?:(concertmaster/.+)|site-packages/([^/]+)/.*|([^/]+))\.py$")


@dataclass(frozen=True, slots=True)
class Count:
    """All instructions, those of the functions that take the most, and calls by the modules that make the most."""

    instructions: int
    functions: dict[str, int]
    modules: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def count(folder: Path, src: Path) -> Count:
    """Count a run of the program whose package lies in `src`.

    Raises:
        OSError: a tool is not installed.
        CalledProcessError: a run failed.
    """
    for tool in ("valgrind", "callgrind_annotate"):
        if shutil.which(tool) is None:
            raise FileNotFoundError(f"{tool} is not installed")
    with tempfile.TemporaryDirectory() as name:
        made = Path(name)
        environment = _environment(src, made / "cache")
        _run([sys.executable, "-c", PROGRAM + "check()", str(folder)], environment)  # byte code is there then
        _run([sys.executable, "-c", PROGRAM + CALLS, str(folder), str(made / "calls")], environment)
        under = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={made / 'counts'}", "--quiet"]
        _run([*under, sys.executable, "-c", PROGRAM + "check()", str(folder)], environment)
        told = _run(["callgrind_annotate", "--threshold=95", str(made / "counts")], environment)
        total, functions = _read(told)
        return Count(total, functions, _by_module(json.loads((made / "calls").read_text())))


def _environment(src: Path, cache: Path) -> dict[str, str]:
    """The same on every run: the order of sets, the packages, and no index but the one that is shipped."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(src), "CONCERTMASTER_CACHE": str(cache)}


def _run(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout


def _read(text: str) -> tuple[int, dict[str, int]]:
    total, functions = 0, Counter[str]()
    for match in filter(None, map(_LINE.match, text.splitlines())):
        number, name = int(match[1].replace(",", "")), match[2].strip()
        if name == "PROGRAM TOTALS":
            total = number
        else:
            functions[name.rpartition(":")[2].partition("'")[0]] += number
    return total, dict(functions.most_common(MANY))


def _by_module(files: dict[str, int]) -> dict[str, int]:
    modules = Counter[str]()
    for name, number in files.items():
        match = _MODULE.match(name)
        modules[next(filter(None, match.groups())) if match else name] += number
    return dict(modules.most_common(MANY))
