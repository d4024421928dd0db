"""Wheels are read as Python would see them, and nothing of them is run."""

from __future__ import annotations

import pytest

from concertmaster.index.model import Flag, Kind, Parameter, ParameterKind
from concertmaster.index.store import Index
from tests import wheels

M = "orchestrator.core.m"


def test_source_is_never_run() -> None:
    found = wheels.module("import sys\nraise SystemExit('run')\nx = 1")
    assert found.exists(f"{M}.sys", "5.0.0")


def test_both_layouts_give_one_spelling() -> None:
    old = wheels.facts({"orchestrator/__init__.py": "", "orchestrator/types.py": "A = 1"}, release="4.8.2")
    new = wheels.facts({"orchestrator/core/__init__.py": "", "orchestrator/core/types.py": "A = 1"})
    found = wheels.index(old, new)
    assert [found.exists("orchestrator.core.types.A", each) for each in ("4.8.2", "5.0.0")] == [True, True]
    assert found.spelling("orchestrator.core.types.A", "4.8.2") == "orchestrator.types.A"
    assert found.spelling("orchestrator.core.types.A", "5.0.0") == "orchestrator.core.types.A"


def test_modules_are_those_that_an_import_can_spell() -> None:
    content = wheels.wheel(
        {
            "orchestrator/core/__init__.py": "",
            "orchestrator/core/both.py": "",
            "orchestrator/core/both/__init__.py": "",
            "orchestrator/core/migrations/2020-10-19_first.py": "",
            "orchestrator/core/templates/page.j2": "",
            "orchestrator/core/fast.cpython-311-x86_64-linux-gnu.so": b"\x7fELF",
            "orchestrator/other/__init__.py": "",
            "unrelated/__init__.py": "",
        }
    )
    root = "orchestrator.core"
    assert wheels.names(content) == {
        root,
        f"{root}.both",
        f"{root}.migrations",
        f"{root}.templates",
        f"{root}.fast",
    }


@pytest.mark.parametrize("source", ["def broken(", "x = '\0'", b"\xff\xfe", "(" * 5_000])
def test_a_module_that_does_not_parse_exists_with_unknown_names(source: str | bytes) -> None:
    files = {"orchestrator/core/__init__.py": "", "orchestrator/core/m.py": source}
    found = wheels.index(wheels.facts(files))
    assert found.is_module(M, "5.0.0") is True
    assert found.exists(f"{M}.anything", "5.0.0") is None


def test_a_module_with_getattr_never_lacks_a_name() -> None:
    found = wheels.module("known = 1\ndef __getattr__(name): ...")
    assert found.exists(f"{M}.known", "5.0.0") is True
    assert found.exists(f"{M}.other", "5.0.0") is None
    assert found.exists(f"{M}.__name__", "5.0.0") is True


def test_names_for_type_checkers_do_not_exist_at_run_time() -> None:
    found = wheels.module(
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from orchestrator.core.a import Only
        else:
            Alias = 1
        """
    )
    assert found.exists(f"{M}.Only", "5.0.0") is False
    assert found.exists(f"{M}.Alias", "5.0.0") is True


def test_conditional_names_are_unsure() -> None:
    found = wheels.module("from a import settings\nif settings:\n    import here\n    def f(): ...")
    assert [found.exists(f"{M}.{each}", "5.0.0") for each in ("here", "f")] == [None, None]


def test_fallbacks_of_a_failed_import_exist() -> None:
    found = wheels.module("try:\n    import ujson as json\nexcept ImportError:\n    json = None")
    assert found.exists(f"{M}.json", "5.0.0") is True


SIGNATURES = {
    "def f(): ...": "",
    "def f(a, b=1): ...": "a b=",
    "def f(a, /, b, *, c, d=2): ...": "a b c d=",
    "async def f(*args, **rest): ...": "*args **rest",
    "@contextmanager\ndef f(a): ...": "a",
    "@typing.overload\ndef f(a: int): ...\n@typing.overload\ndef f(a: str): ...\ndef f(a, b=None): ...": "a b=",
    "f = g\ndef g(a): ...": "a",
    "class f:\n    def __init__(self, a, b=1): ...": "a b=",
    "class Base:\n    def __init__(self, a): ...\nclass f(Base): ...": "a",
    "from dataclasses import dataclass\n@dataclass\nclass f:\n    a: int\n    b: int = 1": "a b=",
    "from dataclasses import dataclass, field\n@dataclass(kw_only=True)\n"
    "class f:\n    a: int = field(init=False)\n    b: int = field(default=1)\n    c: int = field()": "b= c",
}


@pytest.mark.parametrize(("source", "expected"), SIGNATURES.items())
def test_signatures_are_what_a_caller_fills(source: str, expected: str) -> None:
    found = wheels.module(source).signature(f"{M}.f", "5.0.0")
    assert found is not None
    assert " ".join(map(str, found)) == expected


UNKNOWN_SIGNATURES = (
    "f = 1",
    "f = make()",
    "f = f",
    "f = g\ng = f",
    "@step('Do it')\ndef f(subscription): ...",
    "class f: ...",
    "class f(Elsewhere): ...",
    "class f(metaclass=Meta):\n    def __init__(self, a): ...",
    "from dataclasses import dataclass\n@dataclass(init=False)\nclass f:\n    a: int",
    "from dataclasses import dataclass\n@dataclass\nclass B:\n    a: int\n@dataclass\nclass f(B):\n    b: int",
    "from pydantic import BaseModel\nclass f(BaseModel):\n    a: int",
)


@pytest.mark.parametrize("source", UNKNOWN_SIGNATURES)
def test_signatures_that_something_else_decides_are_unknown(source: str) -> None:
    assert wheels.module(source).signature(f"{M}.f", "5.0.0") is None


def test_kinds_of_parameters_are_told_apart() -> None:
    found = wheels.module("def f(a, /, b, *, c): ...").signature(f"{M}.f", "5.0.0")
    kinds = ParameterKind
    assert found == (
        Parameter("a", kinds.POSITIONAL_ONLY),
        Parameter("b", kinds.POSITIONAL_OR_KEYWORD),
        Parameter("c", kinds.KEYWORD_ONLY),
    )


METHODS = """
class K:
    def plain(self, a): ...
    @classmethod
    def of_class(cls, a): ...
    @staticmethod
    def static(a): ...
    @property
    def accessor(self): ...
    @hybrid_property
    def hybrid(self): ...
"""


@pytest.mark.parametrize("name", ["plain", "of_class", "static"])
def test_methods_are_called_without_self(name: str) -> None:
    assert wheels.module(METHODS).signature(f"{M}.K.{name}", "5.0.0") == (Parameter("a"),)


@pytest.mark.parametrize("name", ["accessor", "hybrid"])
def test_properties_are_not_called(name: str) -> None:
    assert wheels.module(METHODS).signature(f"{M}.K.{name}", "5.0.0") is None


def test_fields_have_their_type_and_whether_they_can_be_left_out() -> None:
    source = """
        from pydantic_settings import BaseSettings
        class AppSettings(BaseSettings):
            A: int
            B: str = "b"
            C: list[str] = Field(default_factory=list)
            D: int = Field(..., description="needed")
            E: int = Field(description="needed")
            F: int = Field(3)
            G: int = ...
            H: int = Field(default=...)
            def validate(self):
                self.late: int = 1
    """
    files = {"orchestrator/core/__init__.py": "", "orchestrator/core/settings.py": source}
    found = wheels.index(wheels.facts(files))
    kept = {name: found.settings_field(name, "5.0.0") for name in "ABCDEFGH"}
    assert {name: each.has_default for name, each in kept.items() if each} == dict(
        zip("ABCDEFGH", (False, True, True, False, False, True, False, False), strict=True)
    )
    assert kept["C"] is not None
    assert (kept["C"].type, kept["C"].owner) == ("list[str]", "orchestrator.core.settings.AppSettings")
    assert found.settings_field("a", "5.0.0") == kept["A"]
    assert found.settings_field("late", "5.0.0") is None
    assert found.settings_field("A", "9.9.9") is None


def test_types_are_printable_and_bounded() -> None:
    found = wheels.module(f"class K:\n    a: Literal['\\x1b[31m;'] = 1\n    b: Literal['{'x' * 500}'] = 1")
    for name in "ab":
        entry = found.meaning(f"{M}.K.{name}", "5.0.0").entry
        assert entry is not None
        assert entry.detail.isprintable()
        assert len(entry.detail) <= 200
        assert ";" not in entry.detail


def exported(found: Index, name: str) -> bool:
    entry = found.meaning(f"{M}.{name}", "5.0.0").entry
    return entry is not None and entry.has(Flag.EXPORTED)


def test_all_is_read_through_its_operators() -> None:
    found = wheels.module("__all__ = ['a'] + ['b']\n__all__ += ['c']\na = b = c = d = 1")
    assert [exported(found, name) for name in "abcd"] == [True, True, True, False]


def test_bindings_that_griffe_does_not_report_are_there() -> None:
    found = wheels.module("a, (b, *c) = 1, (2, 3)\nwith open('x') as d: ...\n(e := 1)\nfor f in (1,): ...")
    assert all(found.exists(f"{M}.{name}", "5.0.0") for name in "abcdef")
    assert found.kind(f"{M}.a", "5.0.0") is Kind.ATTRIBUTE
