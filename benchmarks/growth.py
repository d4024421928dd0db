"""Measures how time and memory of `check` grow with the number of files and of workers, and draws it.

    python -m benchmarks.growth [--rounds 3] [--write]

Corpora of 1, 2, 4 and 8 times as many files are parts of the large one, each with the same share of large and small
files and of candidates. `--write` renews docs/speed.svg and the table in docs/speed.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.corpora import corpus
from benchmarks.curves import Curve, Point, picture
from benchmarks.measuring import cores, interleaved
from benchmarks.run import PAGE, renew
from benchmarks.tools import check

PICTURE = PAGE.with_name("speed.svg")
BEGIN, END = "<!-- growth: python -m benchmarks.growth --write -->\n", "<!-- end of the growth -->\n"
FILES, TIMES, WORKERS = 1_250, (1, 2, 4, 8), (1, 2, 4)


def part(target: Path, files: int) -> None:
    """Every n-th file of the large corpus, by kind and size."""
    whole = corpus("large")
    paths = sorted(whole.rglob("*.py"), key=_kind_and_size)
    for path in paths[:: len(paths) // files][:files]:
        copy = target / path.relative_to(whole)
        copy.parent.mkdir(exist_ok=True, parents=True)
        shutil.copyfile(path, copy)
    shutil.copyfile(whole / "pyproject.toml", target / "pyproject.toml")
    subprocess.run(["git", "init", "-q"], cwd=target, check=True)
    subprocess.run(["git", "add", "-A"], cwd=target, check=True)


def _kind_and_size(path: Path) -> tuple[bool, int, str]:
    content = path.read_bytes()
    return b"orchestrator" in content, len(content), path.name


def measured(rounds: int) -> list[Curve]:
    """A curve for each number of workers: the least time of some rounds, and the most memory."""
    found: dict[int, list[Point]] = {number: [] for number in WORKERS}
    with tempfile.TemporaryDirectory() as name:
        for times in TIMES:
            folder = Path(name) / str(times)
            part(folder, FILES * times)
            tools = [replace(check(number), name=str(number)) for number in WORKERS]
            for number, figures in interleaved(tools, folder, rounds).items():
                point = Point(FILES * times, min(figures.wall), figures.memory / 1e6)
                found[int(number)].append(point)
    return [Curve(workers, tuple(points)) for workers, points in found.items()]


def table(curves: list[Curve], rounds: int) -> Iterator[str]:
    yield "![Seconds and memory by the number of files, for one, two and four workers](speed.svg)\n\n"
    heads = [f"{point.files:,} files" for point in curves[0].points]
    yield f"| workers | {' | '.join(heads)} | seconds for 1,000 more | linear within |\n"
    yield f"|---:|{'---:|' * len(heads)}---:|---:|\n"
    for curve in curves:
        cells = [f"{point.seconds:.2f} s, {point.megabytes:.0f} MB" for point in curve.points]
        slope, spread = curve.slope("seconds"), curve.spread("seconds")
        yield f"| {curve.workers} | {' | '.join(cells)} | {slope * 1_000:.2f} | {spread:.0%} |\n"
    most = max(curve.spread("megabytes") for curve in curves)
    yield (
        f"\nThe least of {rounds} interleaved runs on {cores()} processors, load {os.getloadavg()[0]:.0f} at the end. "
        "Linear within means the farthest that a measured point lies from the straight line through all of them, in "
        f"parts of the line; that of memory is {most:.0%} at most.\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--write", action="store_true", help="renew the picture and the table in the documentation"
    )
    given = parser.parse_args()
    curves = measured(given.rounds)
    text = "".join(table(curves, given.rounds))
    sys.stdout.write(text)
    if given.write:
        PICTURE.write_text(picture(curves), encoding="utf-8")
        page = renew(PAGE.read_text(encoding="utf-8"), text, begin=BEGIN, end=END)
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
