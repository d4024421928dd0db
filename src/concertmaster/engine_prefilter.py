"""Which rules a file concerns, by its bytes alone: one automaton looks for the words of all rules at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ahocorasick_rs import BytesAhoCorasick, Implementation

from concertmaster.project.definitions import Definitions
from concertmaster.rule import Rule
from concertmaster.versions import Window


class Words:
    """Which of some words a text holds, anywhere in it."""

    def __init__(self, words: tuple[bytes, ...]) -> None:
        self.words = words
        self._automaton = BytesAhoCorasick(list(words), implementation=Implementation.DFA) if words else None

    def indices(self, source: bytes) -> frozenset[int]:
        if self._automaton is None:
            return frozenset()
        matches = self._automaton.find_matches_as_indexes(source, overlapping=True)
        return frozenset([match[0] for match in matches])

    def held(self, indices: frozenset[int]) -> frozenset[bytes]:
        return frozenset(self.words[index] for index in indices)


@lru_cache(maxsize=16)
def words_of(words: frozenset[bytes]) -> Words:
    return Words(tuple(sorted(words)))


class Prefilter:
    """The rules on Python that can have something to say in a window, and the words that they look for."""

    def __init__(self, rules: Sequence[Rule], window: Window) -> None:
        self.window = window
        self._able = tuple(rule for rule in rules if rule.reads_python and rule.can_concern(window))
        self._words = words_of(
            frozenset(word for rule in self._able for word in (*rule.triggers, *rule.context))
        )
        self._by_path = tuple(rule for rule in self._able if rule.paths)
        self.following = tuple(rule for rule in self._able if rule.follows)
        self._known: dict[frozenset[int], tuple[tuple[Rule, ...], tuple[Rule, ...]]] = {}

    def active(self, path: str, source: bytes, definitions: Definitions | None = None) -> tuple[Rule, ...]:
        """The rules that a file concerns, in their order."""
        found = self._words.indices(source)
        if found not in self._known:
            held = self._words.held(found)
            self._known[found] = self._choose(held, through=False), self._choose(held, through=True)
        rules, more = self._known[found]
        if len(more) > len(rules) and definitions is not None and definitions.imports_own(path, source):
            rules = more
        if any(path.endswith(rule.paths) for rule in self._by_path):
            wanted = {
                rule.id for rule in (*rules, *self._by_path) if rule in rules or path.endswith(rule.paths)
            }
            return tuple(rule for rule in self._able if rule.id in wanted)
        return rules

    def _choose(self, held: frozenset[bytes], *, through: bool) -> tuple[Rule, ...]:
        return tuple(rule for rule in self._able if _is_wanted(rule, held, through=through))


class NoPrefilter(Prefilter):
    """Every rule looks at every file: what the filter is held against."""

    def __init__(self, rules: Sequence[Rule], window: Window) -> None:
        super().__init__((), window)
        self._all = tuple(rule for rule in rules if rule.reads_python)

    def active(self, path: str, source: bytes, definitions: Definitions | None = None) -> tuple[Rule, ...]:  # noqa: ARG002
        return self._all


class RuleSet(tuple[Rule, ...]):
    """Rules that look at many files, with the filter that is made for them once."""

    filtered = True
    _prefilter: Prefilter | None = None

    @classmethod
    def of(cls, rules: Sequence[Rule], *, filtered: bool = True) -> RuleSet:
        made = cls(rules)
        made.filtered = filtered
        return made

    def prefilter(self, window: Window) -> Prefilter:
        if self._prefilter is None or self._prefilter.window != window:
            self._prefilter = (Prefilter if self.filtered else NoPrefilter)(self, window)
        return self._prefilter


def prefilter_of(rules: Sequence[Rule], window: Window) -> Prefilter:
    return rules.prefilter(window) if isinstance(rules, RuleSet) else Prefilter(rules, window)


def _is_wanted(rule: Rule, held: frozenset[bytes], *, through: bool) -> bool:
    if held.isdisjoint(rule.triggers):
        return False
    return not rule.context or not held.isdisjoint(rule.context) or (through and rule.through_project)
