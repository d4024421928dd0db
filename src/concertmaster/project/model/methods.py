"""What methods of texts, lists and dictionaries, and a few built-in functions, give for known values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from concertmaster.project.model.values import UNKNOWN, Symbol, Value

MAX_ITEMS = 2_000
MAX_TEXT = 20_000
#: Templates without widths, attributes or indexes, which could make texts of any size.
_FIELDS = re.compile(r"(?:[^{}]|\{\w*\}|\{\{|\}\})*", re.DOTALL)
_PERCENT = re.compile(r"(?:[^%]|%[sd%])*", re.DOTALL)
_TEXT = frozenset(
    "lower upper title capitalize strip lstrip rstrip removeprefix removesuffix replace split join format "
    "startswith endswith casefold swapcase zfill partition rpartition".split()
)
_LIST = frozenset("append extend insert copy index count remove pop reverse clear".split())
_DICT = frozenset("items keys values get copy update setdefault pop clear".split())
#: What is asked of the results of queries, and of identifiers and times.
_QUERIES = frozenset(
    "all fetchall fetchone first one one_or_none scalar scalar_one scalar_one_or_none scalars mappings isoformat "
    "now today read_text strftime".split()
)
_SET = frozenset("add update union copy difference intersection discard".split())


HARMLESS = frozenset((*_TEXT, *_LIST, *_DICT, *_SET, *_QUERIES))


def is_known(value: Value) -> bool:
    """Whether a value and all that it is made of are known."""
    if isinstance(value, dict):
        return all(is_known(key) and is_known(item) for key, item in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(is_known(item) for item in value)
    return value is None or isinstance(value, (str, int, float, bytes))


def plain(value: Value) -> bool:
    """Whether a value is a constant without parts."""
    return value is None or isinstance(value, (str, int, float, bytes))


def method(receiver: Value, name: str, args: tuple[Value, ...], keywords: dict[str, Value]) -> Value:
    """What a method of a known value gives; UNKNOWN where that cannot be told."""
    allowed = (
        _TEXT
        if isinstance(receiver, str)
        else _LIST
        if isinstance(receiver, list)
        else _DICT
        if isinstance(receiver, dict)
        else _SET
        if isinstance(receiver, set)
        else frozenset()
    )
    given_known = isinstance(receiver, str) and all(map(is_known, (*args, *keywords.values())))
    if name not in allowed or (isinstance(receiver, str) and not given_known):
        return UNKNOWN
    if isinstance(receiver, str) and not _stays_small(receiver, name, (*args, *keywords.values())):
        return UNKNOWN
    if len(receiver) > MAX_ITEMS and not isinstance(receiver, str):
        return UNKNOWN
    try:
        given = getattr(receiver, name)(*args, **keywords)
    except Exception:  # whatever the code would raise, it is not followed
        return UNKNOWN
    return list(given) if name in {"items", "keys", "values"} else given


def _stays_small(text: str, name: str, args: tuple[Value, ...]) -> bool:
    """Whether a method of a text cannot give one that is out of proportion."""
    if name == "format" and not _FIELDS.fullmatch(text):
        return False
    sizes = [item if isinstance(item, int) else len(str(item)) for item in args]
    grows = name in ("replace", "join", "format", "zfill")
    return len(text) <= MAX_TEXT and all(size <= (MAX_ITEMS if grows else MAX_TEXT) for size in sizes)


def formatted(template: str, given: Value) -> Value:
    """`template % given`, as far as it only puts texts and numbers in."""
    values = given if isinstance(given, tuple) else (given,)
    known = all(isinstance(item, (str, int)) and len(str(item)) <= MAX_ITEMS for item in values)
    if not known or len(template) > MAX_TEXT or not _PERCENT.fullmatch(template):
        return UNKNOWN
    try:
        return template % values
    except (TypeError, ValueError):
        return UNKNOWN


def items(value: Value) -> list[Value] | None:
    """What iterating over a value gives; None where that cannot be told."""
    if not isinstance(value, (list, tuple, dict, set, frozenset)) or len(value) > MAX_ITEMS:
        return None
    return sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)


def _dict(*args: Value, **keywords: Value) -> Value:
    start = dict(args[0]) if args else {}
    return {**start, **keywords}


def _range(*args: int) -> Value:
    made = range(*args)
    return list(made) if len(made) <= MAX_ITEMS else UNKNOWN


BUILTINS: dict[str, Callable[..., Any]] = {
    "dict": _dict,
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": set,
    "sorted": lambda values: sorted(values),
    "reversed": lambda values: list(reversed(values)),
    "enumerate": lambda values, start=0: list(enumerate(values, start)),
    "zip": lambda *values, **_: list(zip(*values, strict=False)),
    "range": _range,
    "str": lambda value="": str(value) if plain(value) else UNKNOWN,
    "len": len,
}


def builtin(name: str, args: tuple[Value, ...], keywords: dict[str, Value]) -> Value:
    """What a built-in function gives for these values."""
    if any(value is UNKNOWN or isinstance(value, Symbol) for value in (*args, *keywords.values())):
        return UNKNOWN
    try:
        return BUILTINS[name](*args, **keywords)
    except Exception:  # as above
        return UNKNOWN


def copied(value: Value) -> Value:
    """A copy all the way down."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value
