"""Times this program beside the fastest tools there are, on corpora from the package index.

    python -m benchmarks.run [--rounds 5] [--jobs 4] [--quick] [--write] [CORPUS …]

Everything runs in turn in one go. The slow tools run once, in the first round; `--quick` leaves them out. With
`--write` the table in docs/speed.md is renewed.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.bars import bars
from benchmarks.corpora import SIZES, corpus
from benchmarks.measuring import Figures, cores, interleaved
from benchmarks.tools import PINNED, tools

PAGE = Path(__file__).parent.parent / "docs" / "speed.md"
BEGIN, END = "<!-- table: python -m benchmarks.run --write -->\n", "<!-- end of the table -->\n"
CORPORA = (*SIZES, "pathological")


def measure(name: str, *, jobs: int, rounds: int, quick: bool) -> dict[str, Figures]:
    chosen = [tool for tool in tools(jobs) if name in tool.corpora and not (quick and tool.slow)]
    return interleaved(chosen, corpus(name), rounds)


def table(found: Mapping[str, Mapping[str, Figures]], *, jobs: int, rounds: int) -> Iterator[str]:
    yield (
        f"Medians of {rounds} interleaved runs on {cores()} processors ({jobs} workers), Python "
        f"{platform.python_version()}, load {os.getloadavg()[0]:.0f} at the end; {', '.join(PINNED)}. The libcst "
        "codemod and fixit ran once. Ratios are medians of the ratios within each round.\n"
    )
    for name, figures in found.items():
        yield f"\n### {_title(name)}\n\n"
        yield "| command | seconds | of all processors | memory (MB) | of `check` |\n|---|---:|---:|---:|---:|\n"
        base = figures.get("check") or figures["fix"]
        for tool, one in figures.items():
            memory = f"{one.memory / 1e6:.0f}" if one.memory else "–"
            ratio = one.ended or f"{one.ratio(base):.2f}"
            yield f"| {tool} | {one.median:.3f} | {one.processors:.2f} | {memory} | {ratio} |\n"
    yield "\n### Bars\n\n| what | wanted | reached |\n|---|---:|---:|\n"
    yield from bars(found, jobs)


def _title(name: str) -> str:
    if name not in SIZES:
        return f"{name}: legal files that cost far more than their size"
    files, share = SIZES[name]
    return f"{name}: {files:,} files, {share:.0%} of them mention the framework"


def renew(page: str, text: str, *, begin: str = BEGIN, end: str = END) -> str:
    """The page with what stands between two comments replaced."""
    head, _, rest = page.partition(begin)
    return f"{head}{begin}\n{text}\n{end}{rest.partition(end)[2]}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpora", nargs="*", metavar="CORPUS", help=", ".join(CORPORA))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=cores())
    parser.add_argument("--quick", action="store_true", help="leave the slow tools out")
    parser.add_argument("--write", action="store_true", help="renew the table in docs/speed.md")
    given = parser.parse_args()
    found = {
        name: measure(name, jobs=given.jobs, rounds=given.rounds, quick=given.quick)
        for name in given.corpora or CORPORA
    }
    text = "".join(table(found, jobs=given.jobs, rounds=given.rounds))
    sys.stdout.write(text)
    if given.write:
        PAGE.write_text(renew(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
