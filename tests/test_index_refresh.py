"""An index is renewed when it can be, and the last good one is used when it cannot."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from concertmaster.index import codec, reading, refresh, store
from concertmaster.index.fetch import PackageIndex
from concertmaster.index.store import Index
from concertmaster.messages.index import IndexProblem, reader_died
from tests import package_index, wheels
from tests.package_index import Server

CORE = "orchestrator-core"
NAME = "orchestrator.core.m.x"
OLD = wheels.wheel({"orchestrator/core/__init__.py": "", "orchestrator/core/m.py": "x = 1"}, release="5.0.0")
NEW = wheels.wheel({"orchestrator/core/__init__.py": "", "orchestrator/core/m.py": ""}, release="5.1.0")
NEXT = wheels.wheel({"orchestrator/core/__init__.py": "", "orchestrator/core/m.py": ""}, release="5.2.0a1")
STDLIB = wheels.wheel({"nwastdlib/__init__.py": ""}, distribution="nwa-stdlib", release="1.0.0")


@pytest.fixture
def server() -> Iterator[Server]:
    with package_index.serving() as running:
        running.hold(
            orchestrator_core__5_0_0=OLD,
            orchestrator_core__5_1_0=NEW,
            orchestrator_core__5_2_0a1=NEXT,
            orchestrator_core__1_0_0=wheels.wheel({"orchestrator/__init__.py": ""}, release="1.0.0"),
            nwa_stdlib__1_0_0=STDLIB,
        )
        yield running


@pytest.fixture
def source(server: Server) -> Iterator[PackageIndex]:
    with (found := PackageIndex(server.base, seconds=0.5, attempts=1, wait=0.001)).session:
        yield found


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Takes the place of the index that is shipped; knows 5.0.0."""
    path = tmp_path / "shipped.index"
    facts = reading.read_facts(reading.Fetched(CORE, "5.0.0", OLD))
    path.write_bytes(codec.encode([facts]))
    monkeypatch.setattr(store, "SHIPPED", path)
    return path


def test_a_known_target_needs_no_network(
    shipped: Path, server: Server, source: PackageIndex, tmp_path: Path
) -> None:
    outcome = refresh.for_target("5.0.0", kept=tmp_path / "kept", source=source)
    assert outcome.problems == ()
    assert server.asked == []
    assert refresh.stand_in(outcome.index, "5.0.0") == ("5.0.0", "")


def test_without_a_network_the_nearest_release_stands_in(shipped: Path, tmp_path: Path) -> None:
    outcome = refresh.for_target("5.1.0", kept=tmp_path / "kept", source=None)
    release, note = refresh.stand_in(outcome.index, "5.1.0")
    assert release == "5.0.0"
    assert note == "Names were checked against orchestrator-core 5.0.0: 5.1.0 is not in the index."
    assert outcome.index.exists(NAME, "5.1.0") is None
    release, note = refresh.stand_in(outcome.index, "4.0.0")
    assert release is None
    assert "not checked" in note


def test_a_newer_target_is_read_in_and_kept(shipped: Path, source: PackageIndex, tmp_path: Path) -> None:
    kept = tmp_path / "deep" / "kept.index"
    outcome = refresh.for_target("5.1.0", kept=kept, source=source)
    assert outcome.problems == ()
    assert set(outcome.added) == {(CORE, "5.1.0"), ("nwa-stdlib", "1.0.0")}
    assert [outcome.index.exists(NAME, each) for each in ("5.0.0", "5.1.0")] == [True, False]
    assert refresh.best(kept).index.releases() == ("5.0.0", "5.1.0")
    assert [path.name for path in kept.parent.iterdir()] == ["kept.index"]


def test_a_preview_is_read_in_when_it_is_the_target(
    shipped: Path, source: PackageIndex, tmp_path: Path
) -> None:
    outcome = refresh.for_target("5.2.0a1", kept=tmp_path / "kept", source=source)
    assert outcome.index.releases() == ("5.0.0", "5.1.0", "5.2.0a1")


def test_updating_gives_the_same_bytes_as_reading_everything_anew(
    shipped: Path, source: PackageIndex, tmp_path: Path
) -> None:
    refresh.update(Index.load(), source, kept=tmp_path / "kept")
    content, problems, count = refresh.rebuild(source)
    assert (problems, count) == ((), 3)
    assert (tmp_path / "kept").read_bytes() == content


def test_nothing_new_changes_nothing(
    shipped: Path, server: Server, source: PackageIndex, tmp_path: Path
) -> None:
    server.hold(orchestrator_core__5_0_0=OLD)
    index = Index.load()
    assert refresh.update(index, source, kept=tmp_path / "kept") == refresh.Outcome(index)
    assert not (tmp_path / "kept").exists()


def test_an_unreachable_package_index_leaves_the_index(
    shipped: Path, server: Server, source: PackageIndex, tmp_path: Path
) -> None:
    server.answers.clear()
    outcome = refresh.for_target("5.1.0", kept=tmp_path / "kept", source=source)
    assert [type(each) for each in outcome.problems] == [IndexProblem]
    assert outcome.index.releases() == ("5.0.0",)
    assert outcome.index.exists(NAME, "5.1.0") is None


def test_a_wheel_that_cannot_be_fetched_does_not_keep_others_away(
    shipped: Path, server: Server, source: PackageIndex, tmp_path: Path
) -> None:
    server.answers["/files/orchestrator_core-5.1.0-py3-none-any.whl"] = package_index.status(500)
    outcome = refresh.update(Index.load(), source, kept=tmp_path / "kept")
    assert outcome.added == (("nwa-stdlib", "1.0.0"),)
    assert len(outcome.problems) == 1
    assert outcome.index.exists(NAME, "5.1.0") is None


def test_a_wheel_that_is_refused_does_not_keep_others_away(
    shipped: Path, server: Server, source: PackageIndex, tmp_path: Path
) -> None:
    server.hold(orchestrator_core__5_1_0=b"no wheel", nwa_stdlib__1_0_0=STDLIB)
    outcome = refresh.update(Index.load(), source, kept=tmp_path / "kept")
    assert outcome.added == (("nwa-stdlib", "1.0.0"),)
    assert [each.what for each in outcome.problems] == ["The wheel of orchestrator-core 5.1.0 was refused."]
    assert outcome.index.exists(NAME, "5.1.0") is None


@pytest.mark.parametrize("content", [b"no wheel", None])
def test_when_nothing_can_be_read_the_index_stays(
    content: bytes | None, shipped: Path, server: Server, source: PackageIndex, tmp_path: Path
) -> None:
    server.hold(orchestrator_core__5_1_0=content or NEW)
    if content is None:
        server.answers["/files/orchestrator_core-5.1.0-py3-none-any.whl"] = package_index.cut_off
    index = Index.load()
    outcome = refresh.update(index, source, kept=tmp_path / "kept")
    assert outcome.index is index
    assert len(outcome.problems) == 1
    assert not (tmp_path / "kept").exists()


def test_without_griffe_nothing_is_fetched(
    shipped: Path, server: Server, source: PackageIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "griffe", None)
    outcome = refresh.for_target("5.1.0", kept=tmp_path / "kept", source=source)
    assert [each.remedy for each in outcome.problems] == [
        "Reinstall concertmaster with its dependencies, griffelib among them."
    ]
    assert outcome.index.releases() == ("5.0.0",)
    assert server.asked == []


def test_a_reader_that_dies_leaves_the_index(
    shipped: Path, source: PackageIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def died(*_: object) -> None:
        raise reader_died("It was killed.")

    monkeypatch.setattr(refresh, "extend", died)
    index = Index.load()
    outcome = refresh.update(index, source, kept=tmp_path / "kept")
    assert outcome.index is index
    assert "stopped" in outcome.problems[0].what


def test_a_place_that_cannot_be_written_is_told(shipped: Path, source: PackageIndex, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = refresh.update(Index.load(), source, kept=tmp_path / "file" / "kept")
    assert outcome.index.newest() == "5.1.0"
    assert "could not be kept" in outcome.problems[0].what


def test_a_damaged_kept_index_is_told_and_not_used(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"damaged")
    outcome = refresh.best(tmp_path / "kept")
    assert outcome.index.releases() == ("5.0.0",)
    assert [each.what for each in outcome.problems] == [
        f"The index of public names in {tmp_path / 'kept'} cannot be read."
    ]


def test_a_damaged_shipped_index_is_told_and_the_kept_one_used(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(shipped.read_bytes())
    shipped.write_bytes(b"concertmaster index 7\n")
    outcome = refresh.best(tmp_path / "kept")
    assert outcome.index.releases() == ("5.0.0",)
    assert "newer concertmaster" in outcome.problems[0].what


def test_without_any_index_there_is_only_the_message(shipped: Path) -> None:
    shipped.unlink()
    with pytest.raises(IndexProblem, match="this installation cannot be read"):
        refresh.best(None)


def test_an_older_kept_index_gives_way_to_the_shipped_one(shipped: Path, tmp_path: Path) -> None:
    old = reading.read_facts(reading.Fetched(CORE, "5.0.0", OLD))
    new = reading.read_facts(reading.Fetched(CORE, "5.1.0", NEW))
    (tmp_path / "kept").write_bytes(codec.encode([old]))
    shipped.write_bytes(codec.encode([old, new]))
    assert refresh.best(tmp_path / "kept").index.newest() == "5.1.0"


def test_rebuilding_tells_what_is_missing(server: Server, source: PackageIndex) -> None:
    server.hold(
        orchestrator_core__5_0_0=OLD, orchestrator_core__5_1_0=b"no wheel", orchestrator_core__5_2_0=NEW
    )
    server.answers["/files/orchestrator_core-5.2.0-py3-none-any.whl"] = package_index.status(404)
    _, problems, count = refresh.rebuild(source)
    assert count == 1
    assert len(problems) == 2
