"""Run by the interpreter of a generated environment: the framework's generator in the folders of many projects.

Standard input holds folders with the command lines for each as JSON.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace

import inside  # type: ignore[import-not-found]  # it stands beside this script


def generate(commands: list[list[str]]) -> None:
    for arguments in commands:
        status, printed = inside.run(arguments)
        if status or "[error" in printed:
            raise SystemExit(f"{Path.cwd()}: {shlex.join(arguments)}\n{printed}")


def main() -> None:
    inside.framework("cli.main")
    migration = inside.framework("cli.generator.generator.migration")
    migration.subprocess = SimpleNamespace(check_output=inside.check_output)
    home = Path.cwd()
    for folder, commands in json.load(sys.stdin):
        os.chdir(home / folder)
        generate(commands)


if __name__ == "__main__":
    sys.path[0] = ""  # the project, not the folder of this script
    main()
