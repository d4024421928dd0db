"""Signatures of the index are those that `inspect` finds, for every way in which a callable can be made."""

from __future__ import annotations

import inspect

import pytest

from tests import wheels

NAME = "orchestrator.core.m.f"
DATACLASS = "from dataclasses import KW_ONLY, InitVar, dataclass, field\nfrom typing import ClassVar, Any\n"

#: What can be told, and must be what Python says.
TOLD = {
    "property beside fields": "@dataclass\nclass f:\n a: int\n @property\n def b(self) -> int: return 1\n",
    "cached property beside fields": (
        "from functools import cached_property\n@dataclass\nclass f:\n a: int\n @cached_property\n"
        " def b(self) -> int: return 1\n"
    ),
    "decorated property": "@dataclass\nclass f:\n a: int\n @property\n @staticmethod\n def b() -> int: ...\n",
    "property with a setter": (
        "@dataclass\nclass f:\n a: int\n @property\n def b(self) -> int: return 1\n"
        " @b.setter\n def b(self, value: int) -> None: ...\n"
    ),
    "variable of the class": "@dataclass\nclass f:\n a: int\n b: ClassVar[int] = 1\n c: ClassVar = 2\n d: int = 1\n",
    "plain name of the class": "@dataclass\nclass f:\n a: int\n b = 1\n",
    "only for init": "@dataclass\nclass f:\n a: int\n b: InitVar[int] = 1\n",
    "not for init": "@dataclass\nclass f:\n a: int\n b: int = field(init=False, default=1)\n c: int = 2\n",
    "keyword-only class": "@dataclass(kw_only=True)\nclass f:\n a: int\n b: int = 1\n",
    "keyword-only field": "@dataclass\nclass f:\n a: int = field(kw_only=True)\n b: int\n c: int = 2\n",
    "keyword-only from here": "@dataclass\nclass f:\n a: int\n _: KW_ONLY\n b: int\n c: int = 2\n",
    "factory": (
        "@dataclass\nclass f:\n a: Any = field(repr=False)\n b: list[int] = field(default_factory=list)\n"
    ),
    "set after init": (
        "@dataclass\nclass f:\n a: int\n def __post_init__(self) -> None:\n  self.b: int = 1\n"
    ),
    "own init": "@dataclass\nclass f:\n a: int\n def __init__(self, x, *, y=1): ...\n",
    "frozen with slots": "@dataclass(frozen=True, slots=True)\nclass f:\n a: int\n b: int = 1\n",
    "plain class": "class f:\n def __init__(self, a, /, b, *c, d=1, **e): ...\n",
    "inherited init": "class B:\n def __init__(self, a, b=1): ...\nclass f(B):\n def other(self): ...\n",
    "wrapping decorator of functools": "from functools import lru_cache\n@lru_cache\ndef f(a, b=1): ...\n",
    "context manager": "from contextlib import contextmanager\n@contextmanager\ndef f(a, *, b=1): yield\n",
    "coroutine": "async def f(a, b=1, *c): ...\n",
    "overloads": (
        "from typing import overload\n@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(a: str) -> str: ...\n"
        "def f(a, b=1): ...\n"
    ),
    "other name": "def g(a, b=1): ...\nf = g\n",
}


@pytest.mark.parametrize("source", TOLD.values(), ids=TOLD)
def test_what_can_be_told_is_what_python_says(source: str) -> None:
    # Without the import from `__future__` of this file: annotations must be real.
    namespace: dict[str, object] = {"__name__": "m"}
    exec(compile(DATACLASS + source, "m.py", "exec", dont_inherit=True), namespace)
    made = namespace["f"]
    assert callable(made)
    expected = [
        (one.name, one.kind.description, one.default is not one.empty)
        for one in inspect.signature(made).parameters.values()
    ]
    found = wheels.module(DATACLASS + source).signature(NAME, "5.0.0")
    assert found is not None
    assert [(one.name, one.kind.value, one.has_default) for one in found] == expected


#: What only running it would show.
UNTOLD = {
    "dataclass with a base": "@dataclass\nclass B:\n a: int\n@dataclass\nclass f(B):\n b: int = 1\n",
    "dataclass without init": "@dataclass(init=False)\nclass f:\n a: int\n",
    "model of pydantic": "from pydantic import BaseModel\nclass f(BaseModel):\n a: int\n",
    "named tuple": "from typing import NamedTuple\nclass f(NamedTuple):\n a: int\n b: int = 1\n",
    "typed dictionary": "from typing import TypedDict\nclass f(TypedDict):\n a: int\n",
    "metaclass": "class M(type): ...\nclass f(metaclass=M):\n def __init__(self, a): ...\n",
    "foreign decorator": "from elsewhere import wrap\n@wrap\ndef f(a): ...\n",
    "decorator of the module": (
        "from functools import wraps\ndef wrap(g):\n @wraps(g)\n def inner(*a): return g(1, *a)\n return inner\n"
        "@wrap\ndef f(a, b): ...\n"
    ),
    "partial": "from functools import partial\ndef g(a, b): ...\nf = partial(g, 1)\n",
    "base from elsewhere": "from elsewhere import B\nclass f(B):\n x = 1\n",
    "constructor in new": "class f:\n def __new__(cls, a): ...\n def __init__(self, *a): ...\n",
}


@pytest.mark.parametrize("source", UNTOLD.values(), ids=UNTOLD)
def test_what_only_running_would_show_is_not_told(source: str) -> None:
    assert wheels.module(DATACLASS + source).signature(NAME, "5.0.0") is None
