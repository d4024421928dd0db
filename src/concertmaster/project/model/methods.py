"""What methods of texts, lists and dictionaries, and a few built-in functions, give for known values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from concertmaster.project.model.values import UNKNOWN, Symbol, Value

MAX_ITEMS = 2_000
_TEXT = frozenset(
    "lower upper title capitalize strip lstrip rstrip removeprefix removesuffix replace split join format "
    "startswith endswith casefold swapcase zfill partition rpartition".split()
)
_LIST = frozenset("append extend insert copy index count remove pop reverse clear".split())
_DICT = frozenset("items keys values get copy update setdefault pop clear".split())
_SET = frozenset("add update union copy difference intersection discard".split())


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
    if name not in allowed or (
        isinstance(receiver, str) and not all(map(is_known, (*args, *keywords.values())))
    ):
        return UNKNOWN
    if isinstance(receiver, str) and (
        len(receiver) > MAX_ITEMS or (name in {"zfill", "format"} and not _small(args))
    ):
        return UNKNOWN
    try:
        given = getattr(receiver, name)(*args, **keywords)
    except Exception:  # whatever the code would raise, it is not followed
        return UNKNOWN
    return list(given) if name in {"items", "keys", "values"} else given


def _small(args: Iterable[Value]) -> bool:
    return all(
        len(str(item)) < MAX_ITEMS and not (isinstance(item, int) and item > MAX_ITEMS) for item in args
    )


def items(value: Value) -> list[Value] | None:
    """What iterating over a value gives; None where that cannot be told."""
    if isinstance(value, (list, tuple, dict)):
        return list(value)[:MAX_ITEMS]
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)[:MAX_ITEMS]
    return None


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
