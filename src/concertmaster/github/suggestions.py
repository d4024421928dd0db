"""Which hunks of a rewrite become suggestions, which findings each of them mends, and which belong together.

A hunk is suggested only if everything is suggested without which it would leave broken code: all other
hunks of its findings, the hunk that imports a name it uses, and every use of a name whose import it drops.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence

from msgspec import Struct

from concertmaster.apart import LostError, apart
from concertmaster.findings import Finding
from concertmaster.github.bindings import needs, parses
from concertmaster.github.diff import FileDiff
from concertmaster.github.hunks import Replacement, Rewrite
from concertmaster.github.together import Together

#: With more pairs of a finding and an edit than this a file gets no suggestions, to bound the time.
MAX_PAIRS = 200_000
PYTHON = (".py", ".pyi")


class Suggestion(Struct, frozen=True):
    """A replacement, the findings that it mends here, and the first lines of all that must be made with it."""

    replacement: Replacement
    findings: tuple[Finding, ...] = ()
    together: tuple[int, ...] = ()


class Unsuggested(Struct, frozen=True):
    """A finding that has a rewrite but no suggestion, and the lines outside the diff that its cure also changes.

    There are no such lines where no suggestion could write the change byte for byte.
    """

    finding: Finding
    outside: tuple[int, ...] = ()


class Cure(Struct, frozen=True):
    """What a rewrite of one file comes to in a pull request."""

    suggestions: tuple[Suggestion, ...] = ()
    unsuggested: tuple[Unsuggested, ...] = ()


def suggest(old: bytes, new: bytes | None, findings: Iterable[Finding], diff: FileDiff) -> Cure:
    """The suggestions that turn the pull request's text into the rewritten one, as far as its diff shows it."""
    mendable = [finding for finding in findings if finding.edits]
    if new is None or new == old or sum(len(finding.edits) for finding in mendable) > MAX_PAIRS:
        return Cure(unsuggested=tuple(map(Unsuggested, mendable)))
    edits = {edit for finding in mendable for edit in finding.edits}
    rewrite = Rewrite.of(old, new, sorted(edits), diff)
    touched = [_touched(rewrite, finding) for finding in mendable]
    together = _dependence(rewrite, touched, is_python=diff.path.endswith(PYTHON))
    written = [rewrite.replacement(index, diff) for index in range(len(rewrite.hunks))]
    chosen = _chosen(rewrite, diff, written, together)
    homes = [_home(rewrite, *pair) for pair in zip(mendable, touched, strict=True)]
    return Cure(
        tuple(_suggestions(written, chosen, together, zip(mendable, homes, strict=True))),
        tuple(
            Unsuggested(finding, _hidden(rewrite, diff, together.along_with(home)) if home >= 0 else ())
            for finding, home in zip(mendable, homes, strict=True)
            if home not in chosen
        ),
    )


def suggest_apart(old: bytes, new: bytes | None, findings: Iterable[Finding], diff: FileDiff) -> Cure:
    """The same, with the texts read in a process of their own where they are Python."""
    told = tuple(findings)
    if new is None or not diff.path.endswith(PYTHON):
        return suggest(old, new, told, diff)
    try:
        return apart(_suggest, (old, new, told, diff))
    except LostError:
        return Cure(unsuggested=tuple(Unsuggested(finding) for finding in told if finding.edits))


def _suggest(given: tuple[bytes, bytes, tuple[Finding, ...], FileDiff]) -> Cure:
    return suggest(*given)


def _touched(rewrite: Rewrite, finding: Finding) -> list[int]:
    return sorted({index for edit in finding.edits for index in rewrite.touched(edit)})


def _dependence(rewrite: Rewrite, tied: Iterable[Sequence[int]], *, is_python: bool) -> Together:
    together = Together(len(rewrite.hunks))
    owned: set[int] = set()
    for hunks in tied:
        together.tie(hunks)
        owned.update(hunks)
    if is_python and len(rewrite.hunks) > 1:
        for index, others in enumerate(needs(rewrite, owned)):
            together.need(index, others)
    return together


def _suggestions(
    written: Sequence[Replacement | None],
    chosen: Container[int],
    together: Together,
    homes: Iterable[tuple[Finding, int]],
) -> Iterator[Suggestion]:
    mends: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding, home in homes:
        mends[home].append(finding)
    firsts: dict[int, tuple[int, ...]] = {}
    for index, found in enumerate(written):
        if found is None or index not in chosen:
            continue
        group = together.group(index)
        if group not in firsts:
            others = (written[other] for other in together.along_with(index))
            firsts[group] = tuple(other.first for other in others if other)
        yield Suggestion(found, tuple(mends[index]), firsts[group])


def _chosen(
    rewrite: Rewrite, diff: FileDiff, written: Sequence[Replacement | None], together: Together
) -> set[int]:
    """The hunks that can be suggested along with all that they need, and leave Python where there was Python."""
    groups = {together.group(index) for index in range(len(written))}
    whole = {
        group for group in groups if all(written[index] is not None for index in together.along_with(group))
    }
    chosen = {index for index in range(len(written)) if together.group(index) in whole}
    partial = 0 < len(chosen) < len(written)
    if partial and diff.path.endswith(PYTHON) and not parses(rewrite.text_with(chosen)):
        return set()
    return chosen


def _home(rewrite: Rewrite, finding: Finding, hunks: Sequence[int]) -> int:
    """The hunk at which a finding is told, the nearest to its place; -1 where it has none."""

    def distance(index: int) -> int:
        hunk, line = rewrite.hunks[index], finding.line - 1
        return max(hunk.start - line, line - max(hunk.end - 1, hunk.start), 0)

    return min(hunks, key=distance, default=-1)


def _hidden(rewrite: Rewrite, diff: FileDiff, members: Iterable[int]) -> tuple[int, ...]:
    """The first lines of hunks that the diff does not show."""
    hunks = (rewrite.hunks[index] for index in members)
    places = ((hunk.start + 1, max(hunk.end, hunk.start + 1)) for hunk in hunks)
    return tuple(first for first, last in places if not diff.carries(first, last))
