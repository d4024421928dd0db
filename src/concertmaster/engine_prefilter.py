"""Which rules a file concerns, by its bytes alone: one automaton looks for the words of all rules at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from concertmaster.project.definitions import Definitions
from concertmaster.project.words import Words
from concertmaster.rule import Rule
from concertmaster.versions import Window


@lru_cache(maxsize=16)
def words_of(words: frozenset[bytes]) -> Words:
    return Words(tuple(sorted(words)))


class _Wanted:
    """What a text must hold for a rule to look at it, in bits of words."""

    def __init__(self, rule: Rule, words: Words) -> None:
        self.rule = rule
        self.triggers = words.bits(rule.triggers)
        self._alone = words.bits(word for word in rule.context if isinstance(word, bytes))
        self._together = [words.bits(group) for group in rule.context if isinstance(group, tuple)]
        self._free = not rule.context

    def by(self, held: int, *, through: bool) -> bool:
        """Whether a text is to be looked at that holds one of the triggers."""
        if self._free or held & self._alone or (through and self.rule.through_project):
            return True
        return any(held & group == group for group in self._together)


class Prefilter:
    """The rules on Python that can have something to say in a window, and the words that they look for."""

    def __init__(self, rules: Sequence[Rule], window: Window) -> None:
        self.window = window
        self._able = tuple(rule for rule in rules if rule.reads_python and rule.can_concern(window))
        self._words = words_of(frozenset(word for rule in self._able for word in _words_of(rule)))
        self._wanted = tuple(_Wanted(rule, self._words) for rule in self._able)
        self._by_path = tuple(rule for rule in self._able if rule.paths)
        self.following = tuple(rule for rule in self._able if rule.follows)
        self._known: dict[frozenset[int], tuple[tuple[Rule, ...], tuple[Rule, ...]]] = {}

    def active(self, path: str, source: bytes, definitions: Definitions | None = None) -> tuple[Rule, ...]:
        """The rules that a file concerns, in their order."""
        found = self._words.indices(source)
        if found not in self._known:
            held = sum(1 << number for number in found)
            able = [one for one in self._wanted if held & one.triggers]
            self._known[found] = _chosen(able, held, through=False), _chosen(able, held, through=True)
        rules, more = self._known[found]
        if len(more) > len(rules) and definitions is not None and definitions.imports_own(path, source):
            rules = more
        rules = tuple([rule for rule in rules if rule.pattern is None or rule.pattern.search(source)])
        if any(path.endswith(rule.paths) for rule in self._by_path):
            wanted = {
                rule.id for rule in (*rules, *self._by_path) if rule in rules or path.endswith(rule.paths)
            }
            return tuple(rule for rule in self._able if rule.id in wanted)
        return rules


def _chosen(able: Sequence[_Wanted], held: int, *, through: bool) -> tuple[Rule, ...]:
    return tuple([one.rule for one in able if one.by(held, through=through)])


def _words_of(rule: Rule) -> Iterator[bytes]:
    yield from rule.triggers
    for one in rule.context:
        yield from (one,) if isinstance(one, bytes) else one


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
