"""Where the work lies and how far each hop gets, as rows of numbers with bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from concertmaster.findings import Finding, Safety
from concertmaster.plan import Hop
from concertmaster.report.markdown import visible
from concertmaster.versions import release

MOST_BARS = 12


class Part(Struct, frozen=True):
    """A part of a bar: its class, where it begins and how wide it is, of a hundred, and what it counts."""

    kind: str
    start: float
    width: float
    number: int


class Bar(Struct, frozen=True):
    """A row of a chart; `done` is how much of all work is made when this row is, in hundredths."""

    name: str
    total: int
    parts: tuple[Part, ...]
    note: str = ""
    done: int = 0


class Chart(Struct, frozen=True):
    """Bars that share a scale, and what names their rows."""

    title: str
    head: str
    bars: tuple[Bar, ...]
    shows_progress: bool = False


def charts(findings: Sequence[Finding], hops: Sequence[Hop], target: str) -> tuple[Chart, ...]:
    """Those with something to show."""
    if not findings:
        return ()
    by_rule = Chart("By rule", "Rule", tuple(_bars(findings, lambda item: item.rule)))
    by_folder = Chart("By folder", "Folder", tuple(_bars(findings, _folder)))
    progress = (_progress(findings, hops, target),) if len(hops) > 1 else ()
    return (*progress, by_rule, by_folder)


def _folder(finding: Finding) -> str:
    parts = visible(finding.path).split("/")[:-1]
    return "/".join(parts[:2]) or "(top)"


def _bars(findings: Sequence[Finding], key: Callable[[Finding], str]) -> Iterator[Bar]:
    """The largest groups, and the others together."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(key(finding), []).append(finding)
    ordered = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    rest = [finding for _, group in ordered[MOST_BARS:] for finding in group]
    shown = [*ordered[:MOST_BARS], *([(f"{len(ordered) - MOST_BARS} others", rest)] if rest else [])]
    most = max(len(group) for _, group in shown)
    yield from (Bar(name, len(group), _parts(group, most)) for name, group in shown)


def _progress(findings: Sequence[Finding], hops: Sequence[Hop], target: str) -> Chart:
    """What is due by each stop on the way: the first one that is not before the release that makes it matter."""
    stops = sorted(hops, key=lambda hop: release(hop.release)) or [Hop(target, "")]
    due: dict[str, list[Finding]] = {hop.release: [] for hop in stops}
    for finding in findings:
        at = next((hop for hop in stops if release(hop.release) >= release(finding.since)), stops[-1])
        due[at.release].append(finding)
    most = max(map(len, due.values()))
    bars, made = [], 0
    for hop in stops:
        group = due[hop.release]
        made += len(group)
        bars.append(
            Bar(hop.release, len(group), _parts(group, most), hop.reason, made * 100 // len(findings))
        )
    return Chart("Progress over the hops", "Deploy", tuple(bars), shows_progress=True)


def _parts(group: Iterable[Finding], most: int) -> tuple[Part, ...]:
    counts = Counter(finding.safety for finding in group)
    parts, start = [], 0.0
    for safety in Safety:
        width = round(counts[safety] * 100 / most, 2)
        parts.append(Part(safety.value, round(start, 2), width, counts[safety]))
        start += width
    return tuple(parts)
