"""What the property tests share: how many examples they try, and that something happens in most of them."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings

from concertmaster.judging import FileResult
from concertmaster.project.python import Surroundings
from concertmaster.rule import load_rules
from concertmaster.subjects import analyse

SLOW = bool(os.environ.get("CONCERTMASTER_SLOW"))
#: So many times more examples are tried where there is time.
MORE = 25


def examples(number: int) -> settings:
    """A few examples every time, many with CONCERTMASTER_SLOW=1."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(
        deadline=None,
        max_examples=number * (MORE if SLOW else 1),
        suppress_health_check=checks if SLOW else (),
    )


@dataclass
class Fired:
    """In how many inputs something was found, and rewritten."""

    inputs: int = 0
    found: int = 0
    rewritten: int = 0
    rules: set[str] = field(default_factory=set)

    def count(self, result: FileResult) -> None:
        self.inputs += 1
        self.found += bool(result.findings)
        self.rewritten += result.rewritten is not None
        self.rules.update(finding.rule for finding in result.findings)


MANY = 500


def parses(source: bytes) -> bool:
    """Whether Python itself reads it: asked apart from the product, which has an answer of its own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


@contextmanager
def firing(*, rewritten: float, rules: int) -> Iterator[Fired]:
    """A property that holds where nothing fires says nothing: in this part of the inputs something must change."""
    fired = Fired()
    yield fired
    told = f"{fired.rewritten} of {fired.inputs} inputs rewritten, by {len(fired.rules)} rules"
    part = 1.0 if fired.inputs >= MANY else 1 / 3  # few inputs scatter
    assert fired.rewritten >= part * rewritten * fired.inputs, told
    assert len(fired.rules) >= part * rules, told


def held(
    path: str,
    source: bytes,
    around: Surroundings,
    *,
    parses: Callable[[bytes], bool],
    fired: Fired | None = None,
) -> FileResult:
    """Judge and fix a text, and hold the result to what must be true of every file."""
    result = analyse(path, source, around, load_rules(), unsafe=True)
    if fired is not None:
        fired.count(result)
    new = result.rewritten
    if not any(finding.edits for finding in result.findings):
        assert new is None, "changed without a finding"
    if new is None:
        return result
    assert new != source
    assert parses(new) or not parses(source), f"parsed before, and no longer:\n{new.decode(errors='replace')}"
    again = analyse(path, new, around, load_rules(), unsafe=True)
    assert again.unanalysed is None, again.unanalysed
    assert again.rewritten is None, f"changed again:\n{(again.rewritten or b'').decode(errors='replace')}"
    return result
