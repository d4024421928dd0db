"""Python that no person would write, with pieces of the rules' examples in it."""

from __future__ import annotations

import textwrap
import warnings
from functools import cache
from random import Random

from pysource_codegen import generate
from tests.properties import held, parses

from concertmaster.project.python import Surroundings
from concertmaster.rule import load_rules
from concertmaster.versions import Window
from tools.fuzzing import Kind
from tools.shown import examples

WINDOWS = (Window("1.3.6", "5.5.0"), Window("4.8.2", "5.5.0"), Window("5.0.4", "5.5.0"))
SIZES = (40, 80, 160)
#: A file in so many holds generated code alone.
ALONE = 4


@cache
def pieces() -> tuple[str, ...]:
    """Every Python text that a rule changes, tells, or leaves alone."""
    found = {one.before for rule in load_rules() for one in examples(rule) if one.path.endswith(".py")}
    return tuple(sorted(found))


def make(random: Random) -> bytes:
    generated = _generated(random)
    if random.randrange(ALONE) == 0:
        return generated.encode("utf-8", "replace")
    text = _together(generated, random.choice(pieces()), random)
    return (text if parses(text.encode("utf-8", "replace")) else generated).encode("utf-8", "replace")


def _generated(random: Random) -> str:
    """Some seeds give a tree that this Python cannot write as text."""
    while True:
        try:
            return generate(random.getrandbits(32), node_limit=random.choice(SIZES))
        except (ValueError, RecursionError):
            continue


def _together(generated: str, piece: str, random: Random) -> str:
    """Side by side, or one inside a function of the other."""
    match random.randrange(4):
        case 0:
            return f"{piece}\n{generated}\n"
        case 1:
            return f"{generated}\n{piece}"
        case 2:
            return f"{piece}\n\ndef generated():\n    pass\n{textwrap.indent(generated, '    ')}\n"
        case _:
            return f"{generated}\n\nasync def f(step, db):\n    pass\n{textwrap.indent(piece, '    ')}"


def hold(source: bytes) -> None:
    """Judged under each window without an exception, parsed after as before, and mended once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        for window in WINDOWS:
            held("network/generated.py", source, Surroundings(window), parses=parses)


KIND = Kind("python", ".py", make, hold)
