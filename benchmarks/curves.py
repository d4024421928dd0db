"""Draws curves of time and memory over the number of files as one SVG for light and dark pages."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN, GAP = 330, 230, 56, 84
#: Ground, ink, lines of the axes, and a colour for each curve.
LIGHT = ("#ffffff", "#1f2328", "#d0d7de", ("#9a6700", "#0969da", "#1a7f37"))
DARK = ("#0d1117", "#e6edf3", "#3d444d", ("#d29922", "#58a6ff", "#3fb950"))


@dataclass(frozen=True, slots=True)
class Point:
    """What a number of files cost."""

    files: int
    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of one number of workers."""

    workers: int
    points: tuple[Point, ...]

    def values(self, what: str) -> list[float]:
        return [float(getattr(point, what)) for point in self.points]

    def slope(self, what: str) -> float:
        return statistics.linear_regression(self._files, self.values(what)).slope

    def spread(self, what: str) -> float:
        """How far a point lies from the straight line through all of them, in parts of the line."""
        values = self.values(what)
        slope, start = statistics.linear_regression(self._files, values)
        lines = [start + slope * files for files in self._files]
        return max(abs(value / line - 1) for value, line in zip(values, lines, strict=True))

    @property
    def _files(self) -> list[int]:
        return [point.files for point in self.points]


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing: its place, what it shows, and the scales."""

    left: int
    what: str
    title: str
    curves: Sequence[Curve]

    @property
    def most(self) -> float:
        highest = max(value for curve in self.curves for value in curve.values(self.what))
        step = next(
            step for step in (10**n * m for n in range(-2, 6) for m in (1, 2, 5)) if step * 4 >= highest
        )
        return float(step * 4)

    def x(self, files: float) -> float:
        return self.left + WIDTH * files / max(point.files for point in self.curves[0].points)

    def y(self, value: float) -> float:
        return MARGIN + HEIGHT * (1 - value / self.most)

    def draw(self) -> Iterator[str]:
        yield f'<text class="title" x="{self.left}" y="{MARGIN - 20}">{self.title}</text>'
        for quarter in range(5):
            value = self.most * quarter / 4
            yield f'<path class="axis" d="M{self.left} {self.y(value):.1f}h{WIDTH}"/>'
            yield f'<text x="{self.left - 8}" y="{self.y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
        for point in self.curves[0].points:
            place = f'x="{self.x(point.files):.1f}" y="{MARGIN + HEIGHT + 20}"'
            yield f'<text {place} text-anchor="middle">{point.files:,}</text>'
        middle, bottom = self.left + WIDTH / 2, MARGIN + HEIGHT + 40
        yield f'<text x="{middle}" y="{bottom}" text-anchor="middle">files</text>'
        for number, curve in enumerate(self.curves):
            yield from self._curve(number, curve)

    def _curve(self, number: int, curve: Curve) -> Iterator[str]:
        places = [
            (self.x(point.files), self.y(value))
            for point, value in zip(curve.points, curve.values(self.what), strict=True)
        ]
        yield f'<polyline class="line c{number}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
        yield from (f'<circle class="dot c{number}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places)
        workers = f"{curve.workers} worker{'s' if curve.workers > 1 else ''}"
        told = f"{workers}, linear within {curve.spread(self.what):.0%}"
        top = MARGIN + 14 + 19 * number
        yield f'<circle class="dot c{number}" cx="{self.left + 14}" cy="{top - 4}" r="4.5"/>'
        yield f'<text x="{self.left + 25}" y="{top}">{told}</text>'


def picture(curves: Sequence[Curve]) -> str:
    """Both panels; the colours follow the theme of whoever looks, on a ground of their own."""
    left = MARGIN + 4
    panels = (
        Panel(left, "seconds", "Seconds", curves),
        Panel(left + WIDTH + GAP, "megabytes", "Memory of all processes, MB", curves),
    )
    wide, high = left + 2 * WIDTH + GAP + 36, HEIGHT + 2 * MARGIN
    drawn = "\n".join(line for panel in panels for line in panel.draw())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        'role="img" aria-labelledby="what">\n<title id="what">Seconds and memory of check by number of files</title>\n'
        f"<style>\n{_style()}</style>\n"
        f'<rect class="ground" width="{wide}" height="{high}" rx="8"/>\n{drawn}\n</svg>\n'
    )


def _style() -> str:
    text = "text{font:13px sans-serif}.title{font-weight:600;font-size:14px}"
    lines = ".axis{fill:none}.line{fill:none;stroke-width:2}"
    dark = f"@media (prefers-color-scheme: dark){{\n{_colours(DARK)}}}"
    return f"{text}{lines}\n{_colours(LIGHT)}{dark}\n"


def _colours(theme: tuple[str, str, str, tuple[str, ...]]) -> str:
    ground, ink, axis, colours = theme
    curves = "".join(
        f".line.c{number}{{stroke:{colour}}}.dot.c{number}{{fill:{colour}}}"
        for number, colour in enumerate(colours)
    )
    return f".ground{{fill:{ground}}}text{{fill:{ink}}}.axis{{stroke:{axis}}}{curves}\n"
