"""Git in a folder of a test, by nobody in particular, whatever the machine's own configuration says."""

from __future__ import annotations

import subprocess
from pathlib import Path

SETTINGS = {
    "user.name": "Octocat",
    "user.email": "octocat@example.org",
    "init.defaultBranch": "main",
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
}


def git(root: Path, *arguments: str) -> str:
    """What a command of git prints, without the spaces around it.

    Raises:
        subprocess.CalledProcessError: git refuses.
    """
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    done = subprocess.run(["git", *options, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()
