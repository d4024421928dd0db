"""What an answer of GitHub's API holds, checked as it is taken out."""

from __future__ import annotations

from typing import Any, TypeVar

from concertmaster.github.retry import MalformedAnswerError

Json = dict[str, Any]
Kind = TypeVar("Kind")


def as_object(data: Any) -> Json:
    """An answer that is an object.

    Raises:
        MalformedAnswerError: it is none.
    """
    if not isinstance(data, dict):
        raise MalformedAnswerError("an answer that is no object")
    return data


def text(data: Any, *keys: str) -> str:
    """A text within an answer.

    Raises:
        MalformedAnswerError: there is none.
    """
    return _within(data, keys, str)


def integer(data: Any, *keys: str) -> int:
    """A whole number within an answer.

    Raises:
        MalformedAnswerError: there is none.
    """
    return _within(data, keys, int)


def long_integer(data: Any, *keys: str) -> int:
    """A whole number within an answer of GraphQL, which writes long ones as text.

    Raises:
        MalformedAnswerError: there is none.
    """
    digits = _within(data, keys, str)
    if not digits.isdecimal():
        raise MalformedAnswerError(f"an answer with no number as {'.'.join(keys)}")
    return int(digits)


def truth(data: Any, *keys: str) -> bool:
    """A yes or no within an answer.

    Raises:
        MalformedAnswerError: there is none.
    """
    return _within(data, keys, bool)


def objects(data: Any, *keys: str) -> list[Json]:
    """A list of objects within an answer.

    Raises:
        MalformedAnswerError: there is none.
    """
    return [as_object(item) for item in _within(data, keys, list)]


def _within(data: Any, keys: tuple[str, ...], kind: type[Kind]) -> Kind:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    if not isinstance(data, kind):
        raise MalformedAnswerError(f"an answer without {'.'.join(keys)}")
    return data
