"""Puts into docs/names.md how the index of public names does where Python itself answers, pair by pair.

    python -m benchmarks.names [--write]

The figures are those that tests/test_index_against_python.py records when it judges all pairs of releases.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

from tools.figures import DOCS, put

TESTS = "tests/test_index_against_python.py"
Figures = Mapping[str, Counter[str]]


def recorded() -> Figures:
    """What the tests have counted, by the release that was installed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ("-q", "-p", "no:randomly", "-o", "junit_family=xunit1", f"--junitxml={report}")
        command = [sys.executable, "-m", "pytest", *options, TESTS]
        ended = subprocess.run(command, env=os.environ | {"CONCERTMASTER_SLOW": "1"}, check=False)
        if ended.returncode:
            raise SystemExit(
                f"The index and Python do not agree, or a release is not there: {ended.returncode}"
            )
        return read(report)


def read(report: Path) -> Figures:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for case in ElementTree.parse(report).iter("testcase"):
        installed = re.search(r"\[([\d.]+)\]", case.get("name") or "")
        for one in case.iter("property"):
            if installed:
                found[installed[1]][one.get("name") or ""] += int(one.get("value") or 0)
    return found


def table(figures: Figures) -> Iterator[str]:
    """A row a release, then all of them together."""
    yield "| installed | imports | index and Python say yes | both say no | cannot be told | wrong |"
    yield "|---|---:|---:|---:|---:|---:|"
    for installed, counts in figures.items():
        yes, no = counts["index True, Python True"], counts["index False, Python False"]
        untold = counts["index None, Python True"] + counts["index None, Python False"]
        wrong = counts["imports"] - yes - no - untold
        yield f"| {installed} | {counts['imports']:,} | {yes:,} | {no:,} | {untold:,} | {wrong:,} |"
    total: Counter[str] = sum(figures.values(), Counter())
    yield (
        f"\nBeyond these {total['pairs']} pairs, everything that the modules of these releases hold was held "
        "against the index in both directions, without a wrong answer:\n"
    )
    yield "| | compared | of them cannot be told |"
    yield "|---|---:|---:|"
    for what in ("names", "signatures", "members"):
        yield f"| {what} | {total[what]:,} | {total[f'{what} that cannot be told']:,} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.names", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/names.md")
    given = parser.parse_args()
    lines = list(table(recorded()))
    sys.stdout.write("\n".join(lines) + "\n")
    if given.write:
        put(DOCS / "names.md", "imports", lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
