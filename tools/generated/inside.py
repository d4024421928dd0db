"""Run by the interpreter of a generated environment: uses the framework in forks of one warm process.

Importing the framework takes five seconds, so it happens once; each command and each module then has
a process of its own, as if it had been started anew.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import json
import os
import shlex
import subprocess
import sys
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def framework(module: str) -> Any:
    """Import `module` of the framework from wherever this release keeps it."""
    root = "orchestrator.core" if importlib.util.find_spec("orchestrator.core") else "orchestrator"
    return importlib.import_module(f"{root}.{module}")


def forked(command: Callable[[], None]) -> tuple[int, str]:
    """Run `command` in a process of its own; give its exit status and all that it printed."""
    sys.stdout.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _become(command, output=writing)
    os.close(writing)
    with os.fdopen(reading, errors="replace") as pipe:
        printed = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), printed


def _become(command: Callable[[], None], *, output: int) -> None:
    status = 1
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        command()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(status)


def run(arguments: list[str]) -> tuple[int, str]:
    return forked(lambda: framework("cli.main").app(arguments, prog_name="main.py"))


def check_output(command: str, **_: Any) -> str:
    """Stand in for `subprocess.check_output` where the generator starts `python main.py` anew."""
    python, main, *arguments = shlex.split(command)
    if (python, main) != ("python", "main.py"):
        raise ValueError(f"unexpected command of the generator: {command}")
    status, printed = run(arguments)
    if status:
        raise subprocess.CalledProcessError(status, command, printed)
    return printed


def generate() -> int:
    """Run the command lines of the framework that standard input holds as JSON; stop at an error."""
    framework("cli.main")
    framework("cli.generator.generator.migration").subprocess = SimpleNamespace(check_output=check_output)
    for arguments in json.load(sys.stdin):
        status, printed = run(arguments)
        if status or "[error" in printed:
            print(shlex.join(arguments), printed, sep="\n")
            return status or 1
    return 0


def load(path: str) -> None:
    """Import the module at `path` by its dotted name, or by its path where it cannot have one."""
    parts = Path(path).with_suffix("").parts
    if all(part.isidentifier() for part in parts):
        importlib.import_module(".".join(parts).removesuffix(".__init__"))
        return
    spec = importlib.util.spec_from_file_location("migration", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def outcome(path: str) -> str | None:
    status, printed = forked(lambda: load(path))
    if not status:
        return None
    lines = printed.strip().splitlines()
    return lines[-1] if lines else f"ended with {status}"


def import_modules(answer: str) -> int:
    """Import the files that standard input names as JSON; write errors, or nulls, into `answer`."""
    for module in ("app", "cli.main", "migrations.helpers", "services.tasks", "workflows.utils"):
        framework(module)
    importlib.import_module("pytest")
    gc.freeze()
    Path(answer).write_text(json.dumps({path: outcome(path) for path in json.load(sys.stdin)}), "utf-8")
    return 0


if __name__ == "__main__":
    sys.path[0] = ""  # the project, not the folder of this script
    sys.exit(generate() if sys.argv[1] == "generate" else import_modules(sys.argv[2]))
