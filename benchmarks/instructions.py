"""Counts the instructions of `check` on the small corpus with callgrind, and compares them with those that are kept.

    python -m benchmarks.instructions [--write]

Counts are stable where times are not. A growth of more than 5 % is a warning that names what grew most: modules of
this program by the calls they make, functions of the interpreter and its extensions by their instructions. Another
interpreter counts otherwise: there, what the kept counts were made of is counted anew on the same machine.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.corpora import corpus
from benchmarks.counting import Count, count

KEPT = Path(__file__).with_name("instructions.json")
ROOT = KEPT.parent.parent
SRC = ROOT / "src"
MOST = 0.05
NAMED = 5


class Skipped(Exception):
    """Why nothing is counted, or nothing is there to compare with."""


def interpreter() -> str:
    """What makes counts comparable: how Python was built, and for which machine."""
    return f"{sys.version} {sysconfig.get_platform()} {sysconfig.get_config_var('OPT')}"


def grown(new: Mapping[str, int], old: Mapping[str, int]) -> str:
    """What grew most, and by how much."""
    more = {name: number - old.get(name, 0) for name, number in new.items()}
    most = sorted((name for name in more if more[name] > 0), key=lambda name: -more[name])[:NAMED]
    return ", ".join(f"{name} +{more[name]:,}" for name in most) or "nothing alone"


def compare(new: Count, old: Count, what: str) -> str:
    """What to say of a count beside an old one; a warning, which GitHub shows, where it grew too much."""
    growth = new.instructions / old.instructions - 1
    told = f"{new.instructions:,} instructions, {growth:+.1%} from {old.instructions:,} ({what})."
    if growth <= MOST:
        return told
    causes = f"Calls: {grown(new.modules, old.modules)}. Instructions: {grown(new.functions, old.functions)}."
    heading = (
        "::warning title=check needs more instructions::" if os.environ.get("GITHUB_ACTIONS") else "WARNING: "
    )
    return f"{heading}{told} What grew most. {causes}"


def reference() -> tuple[Count, str]:
    """The kept count or, under another interpreter, one of what it was made of."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    if kept.pop("interpreter") == interpreter():
        return Count(**kept), "kept"
    commit = _git("log", "-1", "--format=%H", "--", str(KEPT)).decode().strip()
    if not commit:
        raise Skipped(
            "the kept counts are of another interpreter, and git does not know what they were made of"
        )
    with tempfile.TemporaryDirectory() as name:
        with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, "src"))) as archive:
            archive.extractall(name, filter="data")
        return count(corpus("small"), Path(name) / "src"), f"commit {commit[:12]}, on this machine"


def _git(*arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise Skipped(f"git could not tell what the kept counts were made of: {done.stderr.decode().strip()}")
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="keep the new counts")
    given = parser.parse_args()
    try:
        new = count(corpus("small"), SRC)
        if given.write:
            made = {"interpreter": interpreter(), **new.as_dict()}
            KEPT.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        print(compare(new, *reference()))
    except (Skipped, OSError, subprocess.CalledProcessError) as error:
        print(f"SKIPPED: instructions were not compared: {error}.")


if __name__ == "__main__":
    main()
