"""`python -m concertmaster` and the `concertmaster` command."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Answer `--version` at once; load everything else only when there is work."""
    if sys.argv[1:] == ["--version"]:
        from concertmaster import __version__

        sys.stdout.write(f"concertmaster {__version__}\n")
        return
    gc.set_threshold(50_000, 20, 50)  # loading makes many objects that stay, and hardly any cycles
    from concertmaster.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
