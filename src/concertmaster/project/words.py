"""Looks for many words in a text at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind


class Words:
    """Which of some words a text holds, anywhere in it."""

    def __init__(self, words: tuple[bytes, ...]) -> None:
        self.words = words
        self._bits = {word: 1 << number for number, word in enumerate(words)}
        self._automaton = BytesAhoCorasick(list(words), implementation=Implementation.DFA) if words else None

    def indices(self, source: bytes) -> frozenset[int]:
        if self._automaton is None:
            return frozenset()
        matches = self._automaton.find_matches_as_indexes(source, overlapping=True)
        return frozenset([match[0] for match in matches])

    def bits(self, words: Iterable[bytes]) -> int:
        """A number with a bit for each of these words."""
        return sum(self._bits[word] for word in set(words))


def holders(
    words: Iterable[bytes], paths: Iterable[str], read: Callable[[str], bytes | None]
) -> Mapping[bytes, tuple[str, ...]]:
    """The files that hold each of some words, in the order of the paths; every file is read once.

    Few files hold one of them: a search that leaps over what is none costs less than to read a file.
    """
    wanted = tuple(words)
    found: dict[bytes, list[str]] = {word: [] for word in wanted}
    if wanted:
        rare = BytesAhoCorasick(list(wanted), matchkind=MatchKind.LeftmostFirst)
        for path in paths:
            source = read(path)
            if source and rare.find_matches_as_indexes(source):
                for word in wanted:
                    if word in source:
                        found[word].append(path)
    return {word: tuple(there) for word, there in found.items()}
