"""Lines for whoever runs a command."""

from __future__ import annotations

import sys


def say(text: str = "") -> None:
    """A line of what was asked for."""
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """A line beside it, on the side of errors."""
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
