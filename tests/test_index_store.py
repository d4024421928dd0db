"""Look-ups: what is known, what is not there, and what cannot be told."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from concertmaster.index import codec
from concertmaster.index.bindings import Bound
from concertmaster.index.codec import ReleaseFacts
from concertmaster.index.history import Event, What
from concertmaster.index.model import (
    Entry,
    Flag,
    Kind,
    ParameterKind,
    decode_entry,
    flags,
    read_signature,
    write_signature,
)
from concertmaster.index.signatures import breaks
from concertmaster.index.store import Index
from concertmaster.messages.index import IndexProblem
from tests import wheels

ROOT = "orchestrator.core"
M = f"{ROOT}.m"


def releases(**sources: str) -> Index:
    """`r5_0_0="…"`: one module `orchestrator.core.m` in each release."""
    return wheels.index(
        *(
            wheels.facts(
                {"orchestrator/core/__init__.py": "", "orchestrator/core/m.py": source},
                release=name[1:].replace("_", "."),
            )
            for name, source in sources.items()
        )
    )


def package(**modules: str) -> Index:
    """One release 5.0.0; `__init__` is the package itself, `a__b` is the module `a.b`."""
    files = {"orchestrator/core/__init__.py": ""}
    for name, source in modules.items():
        path = "__init__" if name == "init" else name.replace("__", "/")
        files[f"orchestrator/core/{path}.py"] = source
    return wheels.index(wheels.facts(files))


# -- bytes -------------------------------------------------------------------------------------


def test_an_index_of_nothing_knows_nothing() -> None:
    found = wheels.index()
    assert found.releases() == ()
    assert found.newest() == ""
    assert found.nearest("5.0.0") is None
    assert found.exists(f"{M}.x", "5.0.0") is None


def test_order_of_releases_does_not_change_the_bytes() -> None:
    one = wheels.facts({"orchestrator/core/__init__.py": "a = 1"}, release="5.0.0")
    two = wheels.facts({"orchestrator/core/__init__.py": "b = 1"}, release="5.10.0")
    three = wheels.facts({"nwastdlib/__init__.py": ""}, distribution="nwa-stdlib", release="1.0.0")
    assert codec.encode([one, two, three]) == codec.encode([three, two, one])
    assert wheels.index(three, two, one).releases() == ("5.0.0", "5.10.0")


def test_what_is_decoded_is_what_was_encoded() -> None:
    source = "import a\nfrom b import *\nclass K(a.B):\n    x: int = 1\n    def f(self, a, *, b=1): ..."
    known = [
        wheels.facts({"orchestrator/core/__init__.py": text}, release=release, requires=("nwa-stdlib~=1.0",))
        for release, text in (("5.0.0", source), ("5.1.0", ""), ("5.2.0", source))
    ]
    again = list(codec.facts_of(codec.decode(codec.encode(known), where="a test")))
    assert again == known


@pytest.mark.parametrize("text", ["", "a", "a,/", "a,/,b=,*,c", "*args,c=,**rest", "**rest", "a,*,b"])
def test_signatures_are_kept_exactly(text: str) -> None:
    assert write_signature(read_signature(text)) == text


@pytest.mark.parametrize(
    "entry",
    [
        Entry(Kind.MODULE),
        Entry(Kind.FUNCTION, flags(Flag.DECORATED), Bound.MAYBE, "a,b="),
        Entry(Kind.IMPORT, flags(Flag.EXPORTED), Bound.TYPING, paths=("a.b",)),
        Entry(Kind.ATTRIBUTE, flags(Flag.FIELD), Bound.YES, "int | None", ("=a.b",)),
        Entry(Kind.CLASS, paths=("a.B", "?")),
    ],
)
def test_entries_are_kept_exactly(entry: Entry) -> None:
    assert decode_entry(entry.encode()) == entry


GOOD = codec.encode([wheels.facts({"orchestrator/core/__init__.py": "x = 1"})])
HEAD = GOOD.index(b"\n") + 1
DAMAGED = {
    "empty": b"",
    "something else": b"PK\x03\x04",
    "no number": b"concertmaster index \n" + GOOD[HEAD:],
    "older": b"concertmaster index 0\n" + GOOD[HEAD:],
    "cut off": GOOD[:-4],
    "longer": GOOD + b"more",
    "changed": GOOD[: HEAD + 20] + bytes([GOOD[HEAD + 20] ^ 255]) + GOOD[HEAD + 21 :],
    "not compressed": GOOD[:HEAD] + b"plain",
    "no table": GOOD[:HEAD] + zlib.compress(b"[]"),
    "no text": GOOD[:HEAD] + zlib.compress(b"\xff\xfe"),
    "no lines": GOOD[:HEAD] + zlib.compress(b"{}\nmodule"),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_index_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(IndexProblem, match="cannot be read") as refused:
        codec.decode(content, where="a test")
    assert "index build" in refused.value.remedy


def test_an_index_of_a_newer_format_says_so() -> None:
    with pytest.raises(IndexProblem, match="newer concertmaster"):
        codec.decode(b"concertmaster index 999999999999\n" + GOOD[HEAD:], where="a test")


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_TEXT", 1_000)
    with pytest.raises(IndexProblem, match="longer than it should be"):
        codec.decode(GOOD[:HEAD] + zlib.compress(b"x" * 100_000), where="a test")


def test_a_missing_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(IndexProblem, match="cannot be opened"):
        Index.load(tmp_path / "none")


# -- one release -------------------------------------------------------------------------------


def test_a_release_that_is_not_indexed_answers_nothing() -> None:
    found = releases(r5_0_0="x = 1\ndef f(): ...")
    assert found.exists(f"{M}.x", "6.0.0") is None
    assert found.exists(f"{M}.x", "no release") is None
    assert found.imports(M, "x", "6.0.0") is None
    assert found.is_module(M, "6.0.0") is None
    assert found.signature(f"{M}.f", "6.0.0") is None
    assert found.origin(f"{M}.x", "6.0.0") is None
    assert found.destination(f"{M}.x", "6.0.0") == ()


def test_names_of_other_distributions_are_unknown() -> None:
    found = releases(r5_0_0="")
    assert found.exists("sqlalchemy.select", "5.0.0") is None
    assert found.exists("orchestrator.optical.x", "5.0.0") is None
    assert found.spelling("sqlalchemy.select", "5.0.0") == "sqlalchemy.select"


def test_another_spelling_of_a_release_is_the_same_release() -> None:
    assert releases(r5_1_0="x = 1").exists(f"{M}.x", "5.1") is True


def test_the_nearest_release_is_not_newer() -> None:
    found = releases(r5_0_0="", r5_2_0="")
    assert [found.nearest(each) for each in ("4.0.0", "5.0.0", "5.1.0", "5.3.0a1")] == [
        None,
        "5.0.0",
        "5.0.0",
        "5.2.0",
    ]


def test_missing_names_are_missing() -> None:
    found = releases(r5_0_0="x = 1")
    assert found.exists(f"{M}.y", "5.0.0") is False
    assert found.exists(f"{ROOT}.n.x", "5.0.0") is False
    assert found.imports(f"{ROOT}.n", "x", "5.0.0") is False
    assert found.imports("elsewhere", "x", "5.0.0") is None


def test_a_module_and_a_name_of_the_same_spelling_are_both_there() -> None:
    found = package(
        init="from orchestrator.core.workflow import workflow",
        workflow="def workflow(a): ...\ndef step(): ...",
    )
    name = f"{ROOT}.workflow"
    assert found.is_module(name, "5.0.0") is True
    assert found.origin(name, "5.0.0") == f"{name}.workflow"
    assert found.imports(name, "step", "5.0.0") is True
    assert found.exists(f"{name}.step", "5.0.0") is True


def test_a_name_that_outlived_its_module_is_not_imported_from() -> None:
    found = package(
        init="from orchestrator.core.settings import settings", settings="class S: ...\nsettings = S()"
    )
    wheel = {
        "orchestrator/core/__init__.py": "from orchestrator.core.b import a",
        "orchestrator/core/b.py": "a = 1",
    }
    later = wheels.index(wheels.facts(wheel))
    assert found.is_module(f"{ROOT}.settings", "5.0.0") is True
    assert later.exists(f"{ROOT}.a", "5.0.0") is True
    assert later.is_module(f"{ROOT}.a", "5.0.0") is False
    assert later.imports(f"{ROOT}.a", "x", "5.0.0") is False


def test_submodules_can_be_imported_from_their_package() -> None:
    found = package(a__b="x = 1")
    assert found.imports(f"{ROOT}.a", "b", "5.0.0") is True
    assert found.imports(ROOT, "a", "5.0.0") is True
    assert found.exists(f"{ROOT}.a.b.x", "5.0.0") is True


def test_imports_from_the_package_itself_end_at_the_module() -> None:
    found = package(init="from . import a\nfrom .a import a as b, x", a="x = 1\na = 2")
    assert found.origin(f"{ROOT}.b", "5.0.0") == f"{ROOT}.a.a"
    assert found.origin(f"{ROOT}.x", "5.0.0") == f"{ROOT}.a.x"
    assert found.exists(f"{ROOT}.a", "5.0.0") is True


def test_relative_imports_are_followed() -> None:
    found = package(a__b="from ..c import x\nfrom .d import y\nfrom . import d", a__d="y = 1", c="x = 1")
    origins = [found.origin(f"{ROOT}.a.b.{name}", "5.0.0") for name in "xyd"]
    assert origins == [f"{ROOT}.c.x", f"{ROOT}.a.d.y", f"{ROOT}.a.d"]


def test_re_exports_lead_to_the_definition_or_out() -> None:
    found = package(
        a="from orchestrator.core.b import x as y\nfrom sqlalchemy import select",
        b="from .c import x",
        c="x = 1",
    )
    assert found.origin(f"{ROOT}.a.y", "5.0.0") == f"{ROOT}.c.x"
    assert found.origin(f"{ROOT}.a.select", "5.0.0") == "sqlalchemy.select"
    assert found.exists(f"{ROOT}.a.select", "5.0.0") is True
    assert found.exists(f"{ROOT}.a.select.where", "5.0.0") is None
    assert found.kind(f"{ROOT}.a.select", "5.0.0") is None


def test_imports_in_a_circle_exist_without_an_origin_beyond_them() -> None:
    found = package(a="from .b import x", b="from .a import x")
    assert found.exists(f"{ROOT}.a.x", "5.0.0") is True
    assert found.exists(f"{ROOT}.a.x.y", "5.0.0") is None


STARS = {
    "with __all__": ("__all__ = ['a', '_b']\na = _b = c = 1", {"a", "_b"}),
    "without": ("a = c = 1\n_b = 2", {"a", "c"}),
    "an empty one": ("__all__ = []\na = c = 1", set()),
}


@pytest.mark.parametrize(("source", "expected"), STARS.values(), ids=STARS)
def test_star_imports_bring_what_python_brings(source: str, expected: set[str]) -> None:
    found = package(m="from .source import *", source=source)
    assert {name for name in ("a", "_b", "c") if found.exists(f"{M}.{name}", "5.0.0")} == expected
    assert found.exists(f"{M}.d", "5.0.0") is False


def test_star_imports_from_elsewhere_can_bring_anything() -> None:
    found = package(m="from elsewhere import *\nx = 1", n="from .nothing import *")
    assert found.exists(f"{M}.x", "5.0.0") is True
    assert found.exists(f"{M}.y", "5.0.0") is None
    assert found.exists(f"{ROOT}.n.y", "5.0.0") is None


def test_star_imports_pass_on_what_is_behind_a_name() -> None:
    found = package(m="from .source import *", source="class K:\n    x = 1")
    assert found.exists(f"{M}.K.x", "5.0.0") is True
    assert found.exists(f"{M}.K.y", "5.0.0") is False


# -- classes -----------------------------------------------------------------------------------


MEMBERS: Mapping[str, tuple[str, str, bool | None]] = {
    "own": ("class K:\n    x = 1", "x", True),
    "missing": ("class K:\n    x = 1", "y", False),
    "set on self": ("class K:\n    def f(self):\n        self.x = 1", "x", True),
    "annotated only": ("class K:\n    x: int", "x", True),
    "unpacked": ("class K:\n    x, y = 1, 2", "y", True),
    "nested": ("class K:\n    class L:\n        x = 1", "L.x", True),
    "missing in a nested one": ("class K:\n    class L:\n        x = 1", "L.y", False),
    "beyond a member": ("class K:\n    x = 1", "x.y", None),
    "for type checkers": ("class K:\n    if TYPE_CHECKING:\n        x: int = 1", "x", None),
    "conditional": ("class K:\n    if here:\n        x = 1", "x", None),
    "inherited": ("class B:\n    x = 1\nclass K(B): ...", "x", True),
    "inherited, missing": ("class B:\n    x = 1\nclass K(B): ...", "y", False),
    "dunder": ("class K: ...", "__anything__", None),
    "own dunder": ("class K:\n    def __init__(self): ...", "__init__", True),
    "of a known base": ("from enum import Enum\nclass K(Enum):\n    A = 1", "value", None),
    "member of an enum": ("from enum import StrEnum\nclass K(StrEnum):\n    A = 'a'", "A", True),
    "no member of an enum": ("from enum import StrEnum\nclass K(StrEnum):\n    A = 'a'", "B", False),
    "field of a model": ("from pydantic import BaseModel\nclass K(BaseModel):\n    a: int", "a", True),
    "no field of a model": ("from pydantic import BaseModel\nclass K(BaseModel):\n    a: int", "b", False),
    "method of every model": ("from pydantic import BaseModel\nclass K(BaseModel): ...", "model_dump", None),
    "model through another module": ("from .other import BaseModel\nclass K(BaseModel): ...", "b", False),
    "generic": ("from typing import Generic\nclass K(Generic[T]): ...", "b", False),
    "typed dictionary": ("from typing import TypedDict\nclass K(TypedDict): ...", "items", None),
    "exception": ("class K(ValueError): ...", "b", False),
    "exception's own": ("class K(ValueError): ...", "args", None),
    "unknown base": ("class K(Elsewhere): ...", "x", None),
    "base from elsewhere": ("from sqlalchemy import Base\nclass K(Base): ...", "x", None),
    "base that is made": ("Base = declarative_base()\nclass K(Base): ...", "x", None),
    "base that is called": ("class K(make(1)): ...", "x", None),
    "subscripted base": ("class B(Generic[T]):\n    x = 1\nclass K(B[int]): ...", "x", True),
    "unknown metaclass": ("class K(metaclass=Meta): ...", "x", None),
    "abstract": ("import abc\nclass K(metaclass=abc.ABCMeta): ...", "x", False),
    "unknown decorator": ("@register\nclass K: ...", "x", None),
    "plain decorator": ("import functools\n@functools.total_ordering\nclass K: ...", "x", False),
    "dynamic": ("class K:\n    def __getattr__(self, name): ...", "x", None),
    "any attribute": ("class K:\n    def f(self, name):\n        setattr(self, name, 1)", "x", None),
    "any attribute of the object": ("class K:\n    def f(self, d):\n        self.__dict__ = d", "x", None),
    "set on another thing": ("class K:\n    def f(self, other):\n        other.x = 1", "x", False),
    "its own base": ("class K(K): ...", "x", None),
}


@pytest.mark.parametrize(("source", "member", "expected"), MEMBERS.values(), ids=MEMBERS)
def test_members(source: str, member: str, expected: bool | None) -> None:
    found = package(m=source, other="from pydantic import BaseModel")
    assert found.exists(f"{M}.K.{member}", "5.0.0") is expected


BEHIND: Mapping[str, tuple[str, str, bool | None]] = {
    "instance": ("class S:\n    x = 1\ns = S()", "s.x", True),
    "missing in an instance": ("class S:\n    x = 1\ns = S()", "s.y", False),
    "another name": ("class S:\n    x = 1\ns = S", "s.y", False),
    "result of a function": ("def f(): ...\ns = f()", "s.x", None),
    "subscript": ("s = dict[str, int]", "s.x", None),
    "constant": ("s = 1", "s.real", None),
    "function": ("def s(): ...", "s.x", None),
    "module": ("from orchestrator.core import other as s", "s.y", True),
    "missing in a module": ("from orchestrator.core import other as s", "s.z", False),
    "name of the module": ("s = 1", "__name__.x", None),
}


@pytest.mark.parametrize(("source", "name", "expected"), BEHIND.values(), ids=BEHIND)
def test_what_is_behind_a_name(source: str, name: str, expected: bool | None) -> None:
    assert package(m=source, other="y = 1").exists(f"{M}.{name}", "5.0.0") is expected


# -- companions --------------------------------------------------------------------------------


FORMS = "pydantic-forms"
FORM_CLASS = "from pydantic_forms.core import FormPage\nclass Page(FormPage):\n    x: int"


def companions(requires: str) -> Index:
    old = {"pydantic_forms/__init__.py": "", "pydantic_forms/core.py": "class FormPage:\n    old = 1"}
    new = {**old, "pydantic_forms/core.py": "class FormPage:\n    new = 1"}
    return wheels.index(
        wheels.facts(old, distribution=FORMS, release="1.0.0"),
        wheels.facts(new, distribution=FORMS, release="2.0.0"),
        wheels.facts(
            {"orchestrator/core/__init__.py": "", "orchestrator/core/m.py": FORM_CLASS}, requires=(requires,)
        ),
    )


@pytest.mark.parametrize(
    ("requires", "release", "old", "new"),
    [
        ("pydantic-forms<2", "1.0.0", True, False),
        ("pydantic_forms>=1", "2.0.0", False, True),
        ("pydantic-forms>=3", None, None, None),
        ("other>=1", None, None, None),
        ("pydantic-forms>=1; extra == 'forms'", None, None, None),
        ("pydantic-forms @ https://example.org/x.whl", "2.0.0", False, True),
    ],
)
def test_companions_are_those_that_the_release_allows(
    requires: str, release: str | None, old: bool | None, new: bool | None
) -> None:
    found = companions(requires)
    assert found.companion(FORMS, "5.0.0") == release
    assert [found.exists(f"{M}.Page.{each}", "5.0.0") for each in ("old", "new")] == [old, new]
    assert found.exists(f"{M}.FormPage", "5.0.0") is True


def test_companions_have_releases_of_their_own() -> None:
    found = companions("pydantic-forms>=1")
    assert found.releases(FORMS) == ("1.0.0", "2.0.0")
    assert found.exists("pydantic_forms.core.FormPage.old", "2.0.0") is False
    assert found.companion(FORMS, "9.9.9") is None


# -- through the releases ----------------------------------------------------------------------


def test_a_name_has_a_life() -> None:
    found = releases(
        r5_0_0="",
        r5_1_0="def f(a): ...",
        r5_2_0="def f(a, b): ...",
        r5_3_0="def f(a, b): ...",
        r5_4_0="",
        r5_5_0="def f(a): ...",
    )
    name = f"{M}.f"
    assert found.life(name) == (
        Event("5.1.0", What.ADDED, (name,), "a"),
        Event("5.2.0", What.CHANGED, (), "a, b", ("b is new and required",)),
        Event("5.4.0", What.REMOVED),
        Event("5.5.0", What.ADDED, (name,), "a"),
    )
    assert found.removed_in(name, after="5.1.0") == "5.4.0"
    assert found.removed_in(name, after="5.4.0") is None
    assert found.removed_in(name, after="5.0.0") == "5.4.0"
    assert found.life(f"{M}.never") == ()
    assert found.life("elsewhere.x") == ()


def test_the_oldest_release_does_not_add() -> None:
    found = releases(
        r5_0_0="class K:\n    x: int", r5_1_0="class K:\n    x: str = 'a'", r5_2_0="if a:\n    class K: ..."
    )
    assert [(each.what, each.signature) for each in found.life(f"{M}.K.x")] == [
        (What.PRESENT, "int, required"),
        (What.CHANGED, "str"),
        (What.REMOVED, None),
    ]
    assert found.life(f"{M}.K")[-1] == Event("5.2.0", What.UNSURE)


def test_decorated_functions_change_without_breaking() -> None:
    found = releases(r5_0_0="@step('x')\ndef f(a): ...", r5_1_0="@step('x')\ndef f(b): ...")
    assert found.life(f"{M}.f")[-1] == Event("5.1.0", What.CHANGED, (), "b")


def test_a_definition_that_moves_is_told() -> None:
    before = {
        "orchestrator/core/__init__.py": "",
        "orchestrator/core/m.py": "x = 1",
        "orchestrator/core/n.py": "",
    }
    after = {**before, "orchestrator/core/m.py": "from .n import x", "orchestrator/core/n.py": "x = 1"}
    found = wheels.index(wheels.facts(before), wheels.facts(after, release="5.1.0"))
    assert found.life(f"{M}.x")[-1] == Event("5.1.0", What.MOVED, (f"{ROOT}.n.x",))


def two(before: Mapping[str, str], after: Mapping[str, str]) -> Index:
    """Releases 5.0.0 and 5.1.0 with these modules."""
    known = (
        wheels.facts(
            {
                "orchestrator/core/__init__.py": "",
                **{f"orchestrator/core/{name}.py": text for name, text in each.items()},
            },
            release=release,
        )
        for each, release in ((before, "5.0.0"), (after, "5.1.0"))
    )
    return wheels.index(*known)


DESTINATIONS: Mapping[str, tuple[Mapping[str, str], Mapping[str, str], str, tuple[str, ...]]] = {
    "still there": ({"a": "x = 1"}, {"a": "x = 1"}, "a.x", ()),
    "nowhere": ({"a": "x = 1"}, {"a": ""}, "a.x", ()),
    "never was": ({"a": ""}, {"b": "x = 1"}, "a.x", ()),
    "moved": ({"a": "class X: ..."}, {"b": "class X: ..."}, "a.X", ("b.X",)),
    "only imported before": (
        {"a": "from .b import X", "b": "class X: ..."},
        {"a": "", "b": "class X: ..."},
        "a.X",
        ("b.X",),
    ),
    "import of what has moved": (
        {"a": "from .b import X", "b": "class X: ..."},
        {"c": "class X: ..."},
        "a.X",
        ("c.X",),
    ),
    "imported from elsewhere": (
        {"a": "from sqlalchemy import select"},
        {"a": ""},
        "a.select",
        ("sqlalchemy.select",),
    ),
    "another kind": ({"a": "class X: ..."}, {"b": "X = 1"}, "a.X", ()),
    "another function": ({"a": "def run(a, b): ..."}, {"b": "def run(c, d): ..."}, "a.run", ()),
    "function that changed": ({"a": "def run(a, b): ..."}, {"b": "def run(a): ..."}, "a.run", ("b.run",)),
    "telling name": (
        {"a": "def start_all_the_things(a): ..."},
        {"b": "def start_all_the_things(): ..."},
        "a.start_all_the_things",
        ("b.start_all_the_things",),
    ),
    "there before": ({"a": "def f(): ...", "b": "def f(): ..."}, {"b": "def f(): ..."}, "a.f", ()),
    "constant there before": ({"a": "MAX = 1", "b": "MAX = 1"}, {"b": "MAX = 1"}, "a.MAX", ("b.MAX",)),
    "constants there before": (
        {"a": "MAX = 1", "b": "MAX = 1", "c": "MAX = 2"},
        {"b": "MAX = 1", "c": "MAX = 2"},
        "a.MAX",
        (),
    ),
    "imported there before": (
        {"a": "class X: ...", "b": "from .a import X"},
        {"b": "class X: ..."},
        "a.X",
        ("b.X",),
    ),
    "logger": (
        {"a": "from structlog import get_logger\nlogger = get_logger()"},
        {"b": "from structlog import get_logger\nlogger = get_logger()"},
        "a.logger",
        (),
    ),
    "member": ({"a": "class X:\n    y = 1"}, {"b": "class X:\n    y = 1"}, "a.X.y", ("b.X.y",)),
    "member that went": ({"a": "class X:\n    y = 1"}, {"b": "class X: ..."}, "a.X.y", ()),
    "module": (
        {"a": "class X: ...\nclass Y: ...\nclass Z: ...\nlog = 1"},
        {"b": "class X: ...\nclass Y: ..."},
        "a",
        ("b",),
    ),
    "module in pieces": (
        {"a": "class X: ...\nclass Y: ..."},
        {"b": "class X: ...", "c": "class Y: ..."},
        "a",
        (),
    ),
}


@pytest.mark.parametrize(("before", "after", "name", "expected"), DESTINATIONS.values(), ids=DESTINATIONS)
def test_destinations(
    before: Mapping[str, str], after: Mapping[str, str], name: str, expected: tuple[str, ...]
) -> None:
    places = two(before, after).destination(f"{ROOT}.{name}", "5.1.0")
    assert tuple(place.removeprefix(f"{ROOT}.") for place in places) == expected


def test_a_destination_can_be_looked_for_in_an_older_release() -> None:
    found = two({"a": "class X: ..."}, {"b": "class X: ..."})
    assert found.destination(f"{ROOT}.b.X", "5.0.0") == (f"{ROOT}.a.X",)


BREAKS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "same": ("a,b=", "a,b=", ()),
    "more at the end": ("a", "a,b=", ()),
    "default added": ("a", "a=", ()),
    "keyword for keyword": ("*,a,b", "*,b,a", ()),
    "swallowed keyword": ("*,a", "**rest", ()),
    "gone": ("a,b", "a", ("b is gone",)),
    "gone, not swallowed": ("a,b", "a,**rest", ("b is gone",)),
    "required": ("a", "a,b", ("b is new and required",)),
    "default lost": ("a=", "a", ("a has no default any more",)),
    "in the middle": ("a,b=", "a,x=,b=", ("b is at another position",)),
    "keyword-only": ("a,b", "a,*,b", ("b is keyword-only",)),
    "positional-only": ("a", "a,/", ("a is positional-only",)),
    "no more of them": ("*args,**rest", "a=", ("*args is gone", "**rest is gone")),
}


@pytest.mark.parametrize(("before", "after", "expected"), BREAKS.values(), ids=BREAKS)
def test_breaking_changes_of_signatures(before: str, after: str, expected: tuple[str, ...]) -> None:
    assert breaks(tuple(read_signature(before)), tuple(read_signature(after))) == expected


def test_parameters_have_readable_kinds() -> None:
    assert [each.kind for each in read_signature("a,*rest")] == [
        ParameterKind.POSITIONAL_OR_KEYWORD,
        ParameterKind.VAR_POSITIONAL,
    ]


def test_accidental_imports_are_told_from_offered_ones() -> None:
    found = package(
        init="from .m import x\nfrom typing import Any",
        m="from .n import y, z\nimport os\nx = 1\n__all__ = ['z']",
        n="y = z = 1",
    )
    names = (f"{ROOT}.x", f"{ROOT}.Any", f"{M}.y", f"{M}.z", f"{M}.os", f"{M}.x", f"{M}.none")
    accidental = [found.is_accidental(each, "5.0.0") for each in names]
    assert accidental == [False, True, True, False, True, False, False]
    assert found.is_accidental(f"{M}.y", "9.0.0") is False


def test_a_release_without_the_package_itself_lacks_nothing() -> None:
    found = wheels.index(wheels.facts({"orchestrator/elsewhere/__init__.py": ""}))
    assert found.exists(f"{M}.x", "5.0.0") is None


def test_a_name_without_a_known_origin_goes_nowhere() -> None:
    found = two({"a": "from .b import x", "b": "from .a import x"}, {"c": "x = 1"})
    assert found.destination(f"{ROOT}.a.x", "5.1.0") == ()


def test_facts_of_unknown_distributions_are_not_read() -> None:
    text = codec.write_text([wheels.facts({"orchestrator/core/__init__.py": ""})])
    known = codec.read_text(text.replace('{"', '{"other":[["1.0",[],false]],"', 1))
    assert set(known.releases) == {"orchestrator-core"}


def test_facts_are_plain_data() -> None:
    assert ReleaseFacts("orchestrator-core", "5.0.0", {}) == ReleaseFacts("orchestrator-core", "5.0.0", {})
