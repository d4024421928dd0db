"""What generated input has found stays mended: every case that was kept is held to what must be true of it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from tools.fuzzing import Kind, kinds
from tools.fuzzing.__main__ import failure, failures_of
from tools.fuzzing.keeping import FOUND, Failure, keep

CASES = sorted(FOUND.iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_found_is_mended(case: Path) -> None:
    kinds()[case.name.partition("-")[0]].hold(case.read_bytes())


@pytest.mark.parametrize("name", kinds())
def test_a_seed_makes_the_same_inputs_and_another_one_others(name: str) -> None:
    kind = kinds()[name]
    made = [[kind.make(Random(f"{seed}/{item}")) for item in range(5)] for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]


@pytest.mark.parametrize("name", kinds())
def test_generated_input_is_held(name: str) -> None:
    assert [one.reason for one in failures_of(kinds()[name], 12, seed=3, jobs=1)] == []


def refuse(source: bytes) -> None:
    assert b"match" not in source, "a fault of its own"


def test_what_fails_is_kept_as_the_smallest_that_does(tmp_path: Path) -> None:
    kind = Kind("python", ".py", lambda _: b"", refuse)
    source = b"import os\n\n\ndef f(a):\n    x = a\n    match x:\n        case 1:\n            return 2\n    return 3\n"
    reason = failure(kind, source)
    assert reason is not None
    kept = keep(kind, Failure(source, reason), tmp_path)
    assert b"match" in kept.read_bytes()
    assert len(kept.read_bytes()) < len(source) / 2
    assert failure(kind, kept.read_bytes()) is not None


def number(random: Random) -> bytes:
    return str(random.randrange(3)).encode()


def die(source: bytes) -> None:
    if source == number(Random("1/0")):
        raise SystemExit(3)


def test_an_input_that_takes_its_process_with_it_is_told() -> None:
    deadly = [item for item in range(5) if number(Random(f"1/{item}")) == number(Random("1/0"))]
    lost = list(failures_of(Kind("markdown", ".md", number, die), 5, seed=1, jobs=1))
    assert len(lost) == len(deadly) < 5
    assert all(one.died and "ended before it was done" in one.reason for one in lost)
