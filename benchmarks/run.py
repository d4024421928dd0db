"""Times this program beside the fastest tools there are, on corpora from the package index.

    python -m benchmarks.run [--rounds 5] [--jobs 4] [--write] [CORPUS …]

Everything runs in turn in one go. With `--write` the table in docs/speed.md is renewed.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.corpora import SIZES, corpus
from benchmarks.measuring import Figures, interleaved
from benchmarks.tools import PINNED, Tool, tools

PAGE = Path(__file__).parent.parent / "docs" / "speed.md"
BEGIN, END = "<!-- table: python -m benchmarks.run --write -->\n", "<!-- end of the table -->\n"
#: Ours, the other, on which corpus, and the ratio that is wanted at most.
BARS = (
    ("check", "ruff, default rules", "large", 1.0),
    ("check", "reading, ast.parse of candidates", "large", 1.0),
    ("fix", "upstream script, no formatter", "large", 2.0),
    ("fix", "libcst rename codemod", "framework", 1 / 25),
    ("concertmaster --version", "python -c pass", "small", 2.0),
)


def measure(name: str, chosen: list[Tool], rounds: int) -> dict[str, Figures]:
    wanted = [tool for tool in chosen if name in tool.corpora or (name == "framework" and tool.name == "fix")]
    slow = [tool for tool in wanted if tool.name in ("libcst rename codemod", "fixit, one rule")]
    if name == "framework":
        return interleaved(wanted, corpus(name), 1)
    quick = interleaved([tool for tool in wanted if tool not in slow], corpus(name), rounds)
    return quick | (interleaved(slow, corpus(name), 1) if slow else {})


def table(found: Mapping[str, Mapping[str, Figures]], jobs: int, rounds: int) -> Iterator[str]:
    yield (
        f"Medians of {rounds} interleaved runs on {os.cpu_count()} processors ({jobs} workers), Python "
        f"{platform.python_version()}, load {os.getloadavg()[0]:.0f} at the end; {', '.join(PINNED)}. "
        "Slow tools ran once.\n\n"
    )
    for name, figures in found.items():
        files, share = SIZES[name]
        yield f"### {name}: {files:,} files, {share:.0%} of them mention the framework\n\n"
        yield "| command | seconds | of all processors | memory (MB) | of `check` |\n|---|---:|---:|---:|---:|\n"
        base = figures.get("check") or figures["fix"]
        for tool, one in figures.items():
            cpu = sorted(one.cpu)[len(one.cpu) // 2]
            memory = f"{one.memory / 1e6:.0f}" if one.memory else "–"
            yield f"| {tool} | {one.median:.3f} | {cpu:.2f} | {memory} | {one.ratio(base):.2f} |\n"
        yield "\n"
    yield from _bars(found)


def _bars(found: Mapping[str, Mapping[str, Figures]]) -> Iterator[str]:
    yield "| ratio | wanted at most | reached |\n|---|---:|---:|\n"
    for ours, other, name, most in BARS:
        if name in found and other in found[name]:
            reached = found[name][ours].ratio(found[name][other])
            yield f"| {ours} / {other} ({name}) | {most:.2f} | {reached:.2f} |\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpora", nargs="*", metavar="CORPUS", help=", ".join(SIZES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    chosen = tools(given.jobs)
    found = {name: measure(name, chosen, given.rounds) for name in given.corpora or SIZES}
    text = "".join(table(found, given.jobs, given.rounds))
    sys.stdout.write(text)
    if given.write:
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
