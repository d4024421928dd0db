"""The command line: one module for commands that belong together, loaded when one of them is called."""

from __future__ import annotations

import os
import sys

BROKEN = 1


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code; wrong use ends in one message, without a traceback."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        ended = _run(given)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads it has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN
    return ended


def _run(given: list[str]) -> int:
    """`check` is not taken apart, and what was said is not found out, where that was done before."""
    if given[:1] == ["check"] and hasattr(os, "posix_spawnp"):
        from concertmaster.remembering.again import Understood, said_again

        understood = Understood.before(given)
        if understood is not None:
            code = said_again(understood)
            if code is not None:
                return code
            from concertmaster.cli.checked import checked_again

            return checked_again(understood.values, given)
    from concertmaster.cli.application import run_application

    return run_application(given)
