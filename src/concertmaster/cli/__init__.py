"""The command line: one module for commands that belong together, loaded when one of them is called."""

from __future__ import annotations

import sys


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code; wrong use ends in one message, without a traceback."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["check"]:
        from concertmaster.remembering.again import said_again

        code = said_again(given)
        if code is not None:
            return code
    from concertmaster.cli.application import run_application

    return run_application(given)
