"""Draws how time and memory of `check` grow with the number of files, and with the number of workers.

    python -m benchmarks.growth [--rounds 3] [--write]

Corpora of 1, 2, 4 and 8 times as many files are parts of the large one; the last line tells how far from linear.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from benchmarks.corpora import corpus
from benchmarks.measuring import interleaved
from benchmarks.tools import check

PICTURE = Path(__file__).parent.parent / "docs" / "speed.svg"
FILES, TIMES, WORKERS = 1_250, (1, 2, 4, 8), (1, 2, 4)
COLOURS = {1: "#8a5a00", 2: "#3b6ea5", 4: "#2e7d4f"}
WIDTH, HEIGHT, MARGIN = 330, 240, 46


def part(target: Path, files: int) -> None:
    """Every n-th file of the large corpus, candidates and others in their share."""
    whole = corpus("large")
    paths = sorted(whole.rglob("*.py"), key=lambda path: int(path.stem.removeprefix("module")))
    for path in paths[:: len(paths) // files][:files]:
        copy = target / path.relative_to(whole)
        copy.parent.mkdir(exist_ok=True, parents=True)
        shutil.copyfile(path, copy)
    shutil.copyfile(whole / "pyproject.toml", target / "pyproject.toml")
    subprocess.run(["git", "init", "-q"], cwd=target, check=True)
    subprocess.run(["git", "add", "-A"], cwd=target, check=True)


def measured(rounds: int) -> dict[int, list[tuple[int, float, float]]]:
    """By workers: files, seconds, megabytes."""
    found: dict[int, list[tuple[int, float, float]]] = {number: [] for number in WORKERS}
    with tempfile.TemporaryDirectory() as name:
        for times in TIMES:
            folder = Path(name) / str(times)
            part(folder, FILES * times)
            tools = [replace(check(number), name=str(number)) for number in WORKERS]
            for number, figures in interleaved(tools, folder, rounds).items():
                found[int(number)].append((FILES * times, min(figures.wall), figures.memory / 1e6))
    return found


def slopes(points: list[tuple[int, float, float]]) -> Iterator[float]:
    """What 1,000 more files cost in seconds, from each size to the next."""
    for (few, early, _), (many, late, _) in pairwise(points):
        yield (late - early) / (many - few) * 1_000


def picture(found: dict[int, list[tuple[int, float, float]]]) -> str:
    panels = [
        _panel(found, 1, "seconds", MARGIN),
        _panel(found, 2, "MB, all processes", MARGIN * 2 + WIDTH),
    ]
    size = f'viewBox="0 0 {WIDTH * 2 + MARGIN * 3} {HEIGHT + MARGIN * 2}"'
    style = 'font-family="sans-serif" font-size="12" fill="#444"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n{"".join(panels)}</svg>\n'


def _panel(found: dict[int, list[tuple[int, float, float]]], column: int, title: str, left: int) -> str:
    most = max(point[column] for points in found.values() for point in points) * 1.1
    widest = FILES * max(TIMES)

    def at(point: tuple[int, float, float]) -> str:
        x, y = left + WIDTH * point[0] / widest, MARGIN + HEIGHT * (1 - point[column] / most)
        return f"{x:.1f},{y:.1f}"

    lines = [
        f'<polyline fill="none" stroke="{COLOURS[workers]}" stroke-width="2" points="{" ".join(map(at, points))}"/>\n'
        f'<text x="{left + 8}" y="{MARGIN + 16 + 16 * index}" fill="{COLOURS[workers]}">{workers} at work</text>\n'
        for index, (workers, points) in enumerate(found.items())
    ]
    return "".join([*_axes(left, most, widest, title), *lines])


def _axes(left: int, most: float, widest: int, title: str) -> Iterable[str]:
    bottom = MARGIN + HEIGHT
    yield f'<path d="M{left} {MARGIN}V{bottom}H{left + WIDTH}" fill="none" stroke="#999"/>\n'
    yield f'<text x="{left}" y="{MARGIN - 12}">{title}</text>\n'
    for share in (0.5, 1.0):
        yield f'<text x="{left - 6}" y="{bottom - HEIGHT * share + 4}" text-anchor="end">{most * share:.3g}</text>\n'
    for times in TIMES:
        x = left + WIDTH * FILES * times / widest
        yield f'<text x="{x:.0f}" y="{bottom + 18}" text-anchor="middle">{FILES * times:,}</text>\n'
    yield f'<text x="{left + WIDTH / 2}" y="{bottom + 36}" text-anchor="middle">files</text>\n'


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    found = measured(given.rounds)
    for workers, points in found.items():
        told = ", ".join(f"{files:,}: {seconds:.2f} s {memory:.0f} MB" for files, seconds, memory in points)
        steps = [*slopes(points)]
        sys.stdout.write(
            f"{workers} workers: {told}; per 1,000 files {', '.join(f'{one:.3f}' for one in steps)} s\n"
        )
    if given.write:
        PICTURE.write_text(picture(found), encoding="utf-8")


if __name__ == "__main__":
    main()
