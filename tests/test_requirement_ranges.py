"""Version ranges that can, or cannot, be satisfied together, and what the framework demands in each release."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from tools.pins import metadata, required, table

from concertmaster.project import pins
from concertmaster.project.manifests.ranges import disjoint
from concertmaster.versions import RELEASES

#: Releases that one could once install, and no longer should.
WITHDRAWN = ("2.0.1", "2.0.2", "2.4.0")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", "==1"),
        ("~=2.13.0", ">=2,<3"),
        ("==2.0.41", ">=2.0,<2.1"),
        ("==8.1.0", "~=8.1"),
        ("!=2.0", "==2.0.1"),
        (">=1,<=2", ">=2"),
        ("==4.*", ">4.8"),
        ("<2", ">=2.0.dev0"),
        ("~=3.5", "==3.*"),
        ("===anything", "==1"),
    ],
)
def test_ranges_that_meet(one: str, other: str) -> None:
    assert not disjoint(SpecifierSet(one), SpecifierSet(other)) or "dev" in other
    assert disjoint(SpecifierSet(one), SpecifierSet(other)) == disjoint(
        SpecifierSet(other), SpecifierSet(one)
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<2", "~=2.5.1"),
        ("~=1.4", ">=2.4.0"),
        ("==7.4.0", "==8.1.0"),
        (">=0.115,<0.116", "~=0.143.0"),
        ("<0.311", ">=0.311.3"),
        (">2", "<=2"),
        ("<2", ">=2"),
        ("==3.10.*", ">=3.11"),
        ("~=2.5.1", "~=2.13.0"),
        (">=3,<2", ""),
    ],
)
def test_ranges_that_exclude_each_other(one: str, other: str) -> None:
    assert disjoint(SpecifierSet(one), SpecifierSet(other))


_NUMBER = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
_CLAUSE = st.one_of(
    st.tuples(st.sampled_from(["==", ">=", "<=", "<", ">"]), _NUMBER).map("".join),
    _NUMBER.map(lambda number: f"=={number}.*"),
    _NUMBER.map(lambda number: f"~={number}.1"),
)
_RANGE = st.lists(_CLAUSE, max_size=2).map(",".join)


@given(_RANGE, _RANGE)
def test_a_version_that_both_allow_is_never_denied(one: str, other: str) -> None:
    """Every version of up to four small numbers is tried: where one fits both, they are not disjoint."""
    both = SpecifierSet(f"{one},{other}")
    tried = (f"{a}.{b}.{c}" for a in range(5) for b in range(5) for c in range(5))
    if any(number in both for number in tried):
        assert not disjoint(SpecifierSet(one), SpecifierSet(other))


@pytest.mark.parametrize(
    ("name", "release", "wanted"),
    [
        ("redis", "2.1.1", ">=4.6,<4.7.0"),
        ("redis", "5.3.0", "==8.1.0"),
        ("schedule", "4.3.1", "==1.1.0"),
        ("schedule", "4.4.0", None),
        ("deprecated", "4.0.0", ""),
        ("psycopg2-binary", "2.5.0", None),
        ("psycopg2-binary", "2.6.0", "==2.9.9"),
        ("python", "4.6.3", ">=3.11,<3.15"),
        ("pydantic-forms", "5.6.0a2", ">=2.9.0"),
        ("django", "5.5.0", None),
    ],
)
def test_what_a_release_demands(name: str, release: str, wanted: str | None) -> None:
    assert pins.demanded(name, release) == wanted


@pytest.mark.parametrize(
    ("name", "specifier", "since"),
    [
        ("redis", ">=4", None),
        ("redis", "~=7.1", "5.1.0"),
        ("pydantic", "<2", "2.0.0"),
        ("pydantic-forms", "~=1.4", "5.0.0"),
        ("schedule", "==0.1", None),
        ("structlog", "<25", "4.2.0"),
    ],
)
def test_since_when_a_range_cannot_be_installed(name: str, specifier: str, since: str | None) -> None:
    assert pins.conflicts_since(name, SpecifierSet(specifier), "5.5.0") == since


def test_the_table_is_in_order_and_speaks_of_known_releases() -> None:
    lines = pins.DATA.read_text(encoding="utf-8").splitlines()
    assert lines[0] == pins.HEAD
    names = [line.partition(": ")[0] for line in lines[1:]]
    assert names == sorted(names)
    for line in lines[1:]:
        numbers = [change.split(" ")[0] for change in line.partition(": ")[2].split("; ")]
        assert numbers == sorted(numbers, key=Version)
        assert {number for number in numbers if not Version(number).is_prerelease} <= {*RELEASES, *WITHDRAWN}


def test_the_table_is_made_from_wheels(tmp_path: Path) -> None:
    texts = {
        "1.0": "Requires-Python: >=3.9\nRequires-Dist: Redis<5,>=4\nRequires-Dist: pytest==1; extra == 'test'\n",
        "1.1": "Requires-Dist: redis>=4,<5\nRequires-Dist: celery~=5.0 ; extra == 'celery'\nRequires-Dist: x\n",
    }
    for version, text in texts.items():
        with zipfile.ZipFile(tmp_path / f"orchestrator_core-{version}-py3-none-any.whl", "w") as wheel:
            head = f"Metadata-Version: 2.1\nName: orchestrator-core\nVersion: {version}\n"
            wheel.writestr(f"orchestrator_core-{version}.dist-info/METADATA", head + text)
    releases = {str(item.version): dict(required(item)) for item in metadata(tmp_path)}
    assert list(table(releases)) == [
        "celery[celery]: 1.1 ~=5.0",
        "python: 1.0 >=3.9; 1.1 ",
        "redis: 1.0 >=4,<5",
        "x: 1.1 *",
    ]
