"""`python -m concertmaster` and the `concertmaster` command."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Answer `--version` at once; load everything else only when there is work."""
    if sys.argv[1:] == ["--version"]:
        from concertmaster import __version__

        sys.stdout.write(f"concertmaster {__version__}\n")
        return
    gc.set_threshold(200_000, 20, 50)  # loading makes many objects that stay, and hardly any cycles
    code = _act() if sys.argv[1:] == ["review"] and "GITHUB_ACTIONS" in os.environ else _run()
    gc.freeze()  # what is left goes with the process: it is not looked through on the way out
    sys.exit(code)


def _run() -> int:
    from concertmaster.cli import run

    return run()


def _act() -> int:
    """As the action: without the command line, and ready to be stopped from the start."""
    from concertmaster.stopping import Stopped, stoppable

    try:
        with stoppable():
            from concertmaster.action import run_action

            return run_action(os.environ)
    except Stopped as stopped:
        return stopped.exit_code


if __name__ == "__main__":
    main()
