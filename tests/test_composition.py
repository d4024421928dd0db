"""One run over many releases writes what a run for each of them writes, byte for byte."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from tools.generated import Unavailable, project
from tools.shown import examples, window

from concertmaster.documentation import Example
from concertmaster.project.python import Surroundings
from concertmaster.rule import Rule, load_rules
from concertmaster.subjects import analyse, is_judged
from concertmaster.versions import NEWEST_KNOWN, RELEASES, Window, release

#: A range is brought to what the release demands that is stopped at, and left alone where that still fits later. So
#: what stands there in the end tells of the stops, and every such range can be resolved with the last one.
TIED_TO_A_STOP = ("unresolvable-pin", "unbounded-companion", "unbounded-oauth2-lib")
#: A new import goes behind the last that sorts before it. Here that is a statement that goes to another package in the
#: same run, and sorts behind it by then in the other.
PLACED_OTHERWISE = {("1.3.6", "workflows/link/validate_link.py")}
RULES = tuple(rule for rule in load_rules() if not rule.optional and rule.id not in TIED_TO_A_STOP)
OLDEST = "1.3.6"
STOPS = ("2.0.3", "2.2.2", "2.10.0", "3.2.3", "4.2.0", "4.4.2", "4.8.2", "5.0.5", "5.4.0")
SLOW = pytest.mark.skipif(
    not os.environ.get("CONCERTMASTER_SLOW"), reason="takes minutes: set CONCERTMASTER_SLOW=1 to run"
)


def fixed(path: str, text: bytes, between: Window, *, unsafe: bool) -> bytes:
    around = Surroundings(between, regular=path.startswith("orchestrator/"))
    result = analyse(path, text, around, RULES, unsafe=unsafe)
    assert result.unanalysed is None, result.unanalysed
    return text if result.rewritten is None else result.rewritten


def step_by_step(path: str, text: bytes, whole: Window, stops: Iterable[str], *, unsafe: bool) -> bytes:
    installed = whole.installed
    for stop in (*stops, whole.target):
        if release(installed) < release(stop) <= release(whole.target):
            text = fixed(path, text, Window(installed, stop), unsafe=unsafe)
            installed = stop
    return text


def ways(rule: Rule) -> Iterable[tuple[Example, Window]]:
    """The examples of a rule, from the release that they are written for to the newest."""
    for example in examples(rule):
        begin = max(window(rule, example).installed, OLDEST, key=release)
        yield example, Window(begin, NEWEST_KNOWN)


def differing(rule: Rule, stops: Iterable[str], *, unsafe: bool) -> Iterator[bytes]:
    for example, whole in ways(rule):
        text = example.before.encode()
        straight = fixed(example.path, text, whole, unsafe=unsafe)
        if step_by_step(example.path, text, whole, stops, unsafe=unsafe) != straight:
            yield straight


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples_come_out_the_same(rule: Rule) -> None:
    assert list(differing(rule, STOPS, unsafe=True)) == []


@SLOW
@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples_come_out_the_same_with_a_stop_at_every_release(rule: Rule, unsafe: bool) -> None:
    assert list(differing(rule, RELEASES, unsafe=unsafe)) == []


@SLOW
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples_in_one_file_come_out_the_same(rule: Rule) -> None:
    whole = Window(OLDEST, NEWEST_KNOWN)
    found = (one.before for one in examples(rule) if one.changes and one.path == "example.py")
    text = "\n\n".join(one for one in found if "__future__" not in one and "import *" not in one).encode()
    if rule.id == "read-only-field":
        pytest.skip("its examples import one name from two places")
    straight = fixed("example.py", text, whole, unsafe=True)
    assert step_by_step("example.py", text, whole, STOPS, unsafe=True) == straight
    assert fixed("example.py", straight, whole, unsafe=True) == straight


@pytest.mark.generated
@SLOW
@pytest.mark.parametrize("begin", ["1.3.6", "2.10.0", "3.2.3", "4.0.4", "4.8.2"])
def test_generated_projects_come_out_the_same(begin: str) -> None:
    try:
        made = project(begin)
    except Unavailable as error:
        pytest.skip(f"The generator of orchestrator-core {begin} cannot be run here: {error}")
    whole = Window(begin, NEWEST_KNOWN)
    for path, text in texts(made):
        straight = fixed(path, text, whole, unsafe=True)
        stepped = step_by_step(path, text, whole, RELEASES, unsafe=True)
        if (begin, path) in PLACED_OTHERWISE:
            assert stepped != straight, f"{path} comes out the same by now"
            straight, stepped = without_order(straight), without_order(stepped)
        assert stepped == straight, path


def without_order(text: bytes) -> bytes:
    """A file whose imports of one line each are in their order."""
    lines = text.splitlines(keepends=True)
    imports = sorted(line for line in lines if line.startswith(b"from "))
    return b"".join((*imports, *(line for line in lines if not line.startswith(b"from "))))


def texts(folder: Path) -> Iterable[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if file.is_file() and is_judged(path):
            yield path, file.read_bytes()
