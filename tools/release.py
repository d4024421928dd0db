"""What a release needs: `check` that everything agrees, `pin` the action to an image, `notes` from the changelog.

Needs nothing but Python and git.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = re.compile(r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)")
IMAGE = re.compile(r"ghcr\.io/[a-z0-9][a-z0-9._/-]*@sha256:[0-9a-f]{64}")
DEVELOPMENT = "  image: Dockerfile\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="may this version be released from this commit?")
    check.add_argument("version")
    check.add_argument("--tagged", action="store_true", help="its tag exists and is this commit")
    commands.add_parser("pin", help="let action.yml run an image").add_argument("image")
    commands.add_parser("notes", help="print what has changed").add_argument("version")
    given = parser.parse_args()
    if given.command == "check":
        found = list(problems(given.version, root=ROOT, tagged=given.tagged))
        sys.stdout.writelines(f"{problem}\n" for problem in found)
        return 1 if found else 0
    if given.command == "pin":
        pin(given.image, root=ROOT)
    else:
        sys.stdout.write(notes(given.version, root=ROOT))
    return 0


def problems(version: str, *, root: Path, tagged: bool) -> Iterator[str]:
    """Each reason not to release, with what to do about it."""
    if not VERSION.fullmatch(version):
        yield f"{version} is no version: give three numbers, such as 1.2.3."
        return
    written = version_of(root)
    if written != version:
        yield f"The code says {written}, not {version}: set __version__ in src/concertmaster/__init__.py."
    if not notes(version, root=root).strip():
        yield f"CHANGELOG.md says nothing of {version}: call the section that is there now `## {version}`."
    if DEVELOPMENT not in (root / "action.yml").read_text(encoding="utf-8"):
        yield "action.yml does not run the Dockerfile: only the commit of a release runs an image."
    yield from _tagged(version, root) if tagged else _untagged(version, root)


def _tagged(version: str, root: Path) -> Iterator[str]:
    if git(root, "rev-parse", "HEAD") != git(root, "rev-parse", f"release/{version}^{{commit}}"):
        yield f"The tag release/{version} is another commit than the one that is checked out."


def _untagged(version: str, root: Path) -> Iterator[str]:
    if git(root, "status", "--porcelain"):
        yield "There are changes that are not committed: commit them, or take them back."
    if git(root, "branch", "--show-current") != "main":
        yield "Releases are made from main: switch to it."
    for tag in (f"release/{version}", f"v{version}"):
        if git(root, "tag", "--list", tag):
            yield f"The tag {tag} exists: a version is released once, so choose the next one."


def version_of(root: Path) -> str:
    """The version, from the one place where it is written."""
    text = (root / "src" / "concertmaster" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    return found[1] if found else "no version"


def notes(version: str, *, root: Path) -> str:
    """The changelog's section of a version."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(version)}\b.*?\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() + "\n" if found else ""


def pin(image: str, *, root: Path) -> None:
    """Let the action run an image by its digest, which nobody can move."""
    if not IMAGE.fullmatch(image):
        raise SystemExit(f"{image} names no image of ghcr.io by its digest (name@sha256:…).")
    path = root / "action.yml"
    text = path.read_text(encoding="utf-8")
    if text.count(DEVELOPMENT) != 1:
        raise SystemExit("action.yml does not run the Dockerfile, so there is nothing to replace.")
    path.write_text(text.replace(DEVELOPMENT, f"  image: docker://{image}\n"), encoding="utf-8")


def git(root: Path, *arguments: str) -> str:
    ended = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"git {arguments[0]} failed: {ended.stderr.strip()}")
    return ended.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
