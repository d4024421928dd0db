"""Wheels come from strangers: nothing of them is unpacked, trusted or run."""

from __future__ import annotations

import io
import stat
import struct
import sys
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from concertmaster.index import codec, reading, wheel
from concertmaster.index.reading import Fetched
from concertmaster.index.store import Index
from concertmaster.messages.index import IndexProblem
from tests import wheels

PLAIN = {"orchestrator/core/__init__.py": "x = 1"}


def read(content: bytes) -> wheel.Wheel:
    return wheel.read_wheel(content, distribution="orchestrator-core", release="5.0.0")


def changed(change: Callable[[zipfile.ZipFile], None]) -> bytes:
    content = io.BytesIO(wheels.wheel(PLAIN))
    with zipfile.ZipFile(content, "a") as archive:
        change(archive)
    return content.getvalue()


def named(name: str) -> bytes:
    return changed(lambda archive: archive.writestr(name, "x = 2"))


def link(archive: zipfile.ZipFile) -> None:
    member = zipfile.ZipInfo("orchestrator/core/secret.py")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(member, "/etc/passwd")


def test_an_honest_wheel_is_read() -> None:
    found = read(wheels.wheel(PLAIN, requires=("nwa-stdlib~=1.9", "sqlalchemy", "not a requirement !")))
    assert found.sources == {"orchestrator/core/__init__.py": b"x = 1"}
    assert found.requires == ("nwa-stdlib~=1.9",)
    assert not found.renamed


def test_folders_in_the_archive_are_no_files() -> None:
    assert "orchestrator/core" in read(named("orchestrator/core/empty/")).folders


HOSTILE = {
    "absolute": (named("/etc/cron.d/x.py"), "leads out of it"),
    "upwards": (named("orchestrator/../../x.py"), "leads out of it"),
    "drive": (named("C:/x.py"), "leads out of it"),
    "backslash": (named("..\\x.py"), "leads out of it"),
    "control characters": (named("orchestrator/core/\x1b[2J.py"), "control characters"),
    "link": (changed(link), "symbolic link"),
}


@pytest.mark.parametrize(("content", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_paths_are_refused(content: bytes, reason: str) -> None:
    with pytest.raises(IndexProblem, match=reason) as refused:
        read(content)
    assert "\x1b" not in str(refused.value)


def test_a_path_that_occurs_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = named("orchestrator/core/__init__.py")
    with pytest.raises(IndexProblem, match="occurs twice"):
        read(content)


def test_an_encrypted_file_is_refused() -> None:
    content = bytearray(wheels.wheel(PLAIN))
    entry = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, entry + 8, 1)
    with pytest.raises(IndexProblem, match="encrypted"):
        read(bytes(content))


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "MAX_FILES", 1)
    with pytest.raises(IndexProblem, match="more than 1 files"):
        read(wheels.wheel(PLAIN))


def test_a_bomb_is_read_no_further_than_the_limit() -> None:
    content = wheels.wheel({"orchestrator/core/__init__.py": b"#" * 50_000_000})
    assert len(content) < 100_000
    tracemalloc.start()
    try:
        with pytest.raises(IndexProblem, match="larger than"):
            read(content)
        assert tracemalloc.get_traced_memory()[1] < 4 * wheel.MAX_SOURCE
    finally:
        tracemalloc.stop()


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(wheels.wheel({"orchestrator/core/__init__.py": b"#" * 50_000_000}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(signature) + offset, 10)
    with pytest.raises(IndexProblem, match="refused"):
        read(bytes(content))


def test_many_files_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "MAX_TOTAL", 1_000)
    files = {f"orchestrator/core/m{number}.py": "#" * 200 for number in range(10)}
    with pytest.raises(IndexProblem, match="together"):
        read(wheels.wheel(files))


BROKEN = {
    "nothing": b"",
    "no archive": b"<html>moved</html>",
    "cut off": wheels.wheel(PLAIN)[:-40],
    "damaged inside": wheels.wheel(PLAIN).replace(b"x = 1", b"x = 2", 1),
    "another distribution": wheels.wheel(PLAIN, distribution="nwa-stdlib"),
    "another release": wheels.wheel(PLAIN, release="5.0.1"),
    "no release": wheels.wheel(PLAIN, release="five"),
    "no modules": wheels.wheel({"orchestrator_core/__init__.py": ""}),
    "no metadata": wheels.wheel(PLAIN).replace(b"dist-info/METADATA", b"dist-info/METADATX"),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_not_the_wheel_is_refused(content: bytes) -> None:
    with pytest.raises(IndexProblem, match=r"orchestrator-core 5\.0\.0 was refused"):
        read(content)


def test_without_griffe_there_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "griffe", None)
    with pytest.raises(IndexProblem, match="griffelib"):
        wheels.module("x = 'only here'")


def test_two_metadata_files_are_refused() -> None:
    with pytest.raises(IndexProblem, match="more than one"):
        read(named("other-1.0.dist-info/METADATA"))


def test_a_refused_wheel_leaves_the_others_in_the_index() -> None:
    good = Fetched("orchestrator-core", "5.0.0", wheels.wheel(PLAIN))
    bad = Fetched("orchestrator-core", "5.0.1", b"")
    found = reading.extend(None, [bad, good])
    assert [(each.release, each.problem[0]) for each in found.refused] == [
        ("5.0.1", "The wheel of orchestrator-core 5.0.1 was refused.")
    ]
    assert reading.extend(found.content, []) == reading.Reading(found.content)


def test_source_that_takes_too_much_time_ends_only_the_reader() -> None:
    files = {f"orchestrator/core/m{number}.py": f"x = {number}\n" * 20_000 for number in range(20)}
    content = wheels.wheel({"orchestrator/core/__init__.py": "", **files})
    with pytest.raises(IndexProblem, match="stopped"):
        reading.extend(None, [Fetched("orchestrator-core", "5.0.0", content)], seconds=1)


def test_source_that_needs_too_much_memory_is_not_read() -> None:
    content = wheels.wheel({"orchestrator/core/__init__.py": "x = [" + "1," * 900_000 + "]"})
    found = reading.extend(None, [Fetched("orchestrator-core", "5.0.0", content)], memory=300 * 1024**2)
    assert Index(codec.decode(found.content, where="a test")).exists("orchestrator.core.y", "5.0.0") is None
