"""Writes `upgrading/programs.toml`: the wheels of ruff and uv that are fetched where these are not installed.

`python -m tools.programs` takes the releases and hashes from requirements/dev.txt, and the names of the files
that these hashes belong to from the package index.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import tomlkit

from concertmaster.index.fetch import configured
from concertmaster.upgrading.tools import DATA

LOCKED = Path(__file__).parent.parent / "requirements" / "dev.txt"
HEAD = """\
The wheels that are fetched where a program is not installed. Made by `python -m tools.programs` from the
releases in requirements/dev.txt; they are linked statically, so they run in an image that holds nothing else."""
WANTED = {"ruff": ("x86_64", "aarch64"), "uv": ("x86_64", "aarch64")}


def locked(name: str) -> tuple[str, frozenset[str]]:
    """The release of a distribution that is locked, and the hashes of its files."""
    text = LOCKED.read_text(encoding="utf-8")
    found = re.search(rf"^{name}==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]+(?: \\)?\n)+)", text, re.MULTILINE)
    if found is None:
        raise SystemExit(f"{LOCKED} does not lock {name} with hashes.")
    return found[1], frozenset(re.findall(r"sha256:([0-9a-f]{64})", found[2]))


def wheels(name: str, machines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The machine and the name of each wheel that is linked statically, with its hash."""
    source = configured(os.environ, home=Path.home())
    release, hashes = locked(name)
    listed = [wheel for wheel in source.every(name) if wheel.release == release and wheel.sha256 in hashes]
    for machine in machines:
        for wheel in listed:
            if re.search(rf"musllinux_\d_\d_{machine}\.whl$", wheel.filename):
                yield wheel.filename, wheel.sha256


def main() -> int:
    document = tomlkit.document()
    for line in HEAD.splitlines():
        document.add(tomlkit.comment(line))
    for name, machines in WANTED.items():
        found = dict(wheels(name, machines))
        if len(found) != len(machines):
            raise SystemExit(f"The package index does not have all wheels of {name} that are wanted.")
        document[name] = {"release": locked(name)[0], "wheels": found}
    DATA.write_text(tomlkit.dumps(document), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
