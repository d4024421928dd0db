"""How git is called so that nothing that a repository brings takes effect: hooks, filters, settings of its own."""

from __future__ import annotations

import os

#: Settings by which a planted `.git/config` could run a program; they beat the repository's own.
_HARDENED = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.quotePath=false",
    "core.attributesFile=/dev/null",
    "diff.external=",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "safe.directory=*",
)
GIT = ("git", *(part for setting in _HARDENED for part in ("-c", setting)))
ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "HOME": "/nonexistent",
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
}
#: Where the repository around a folder begins.
ROOT = ("rev-parse", "--show-toplevel")
#: Tracked files and new ones that are not ignored.
FILES = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
