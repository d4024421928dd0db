"""What the benchmarks make of their figures: ratios within rounds, bars, curves, and warnings of growth."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from benchmarks import counting, instructions
from benchmarks.bars import BARS, bars
from benchmarks.corpora import make
from benchmarks.counting import Count
from benchmarks.curves import Curve, Point, picture
from benchmarks.measuring import Figures
from benchmarks.run import renew

OLD = Count(1_000_000, {"dict_lookup": 500_000, "gone": 9}, {"concertmaster/engine": 1_000, "ast": 200})


def straight(workers: int, *, bend: float = 1.0) -> Curve:
    points = [
        Point(number, 1.0 + number / 1_000, 50.0 + number / 100) for number in (1_000, 2_000, 4_000, 8_000)
    ]
    points[2] = Point(4_000, points[2].seconds * bend, points[2].megabytes)
    return Curve(workers, tuple(points))


def test_a_ratio_is_the_median_of_those_within_each_round() -> None:
    """A machine that was busy in one round was so for both."""
    ours, other = Figures([1.0, 10.0, 2.0]), Figures([2.0, 20.0, 2.0])
    assert ours.ratio(other) == 0.5


def test_a_slow_tool_is_compared_within_the_round_that_it_ran_in() -> None:
    assert Figures([300.0]).ratio(Figures([3.0, 1.0, 1.0])) == 100.0


def test_of_what_was_not_measured_there_is_no_bar() -> None:
    assert [*bars({}, 4)] == []


def test_every_bar_is_told_with_what_was_reached() -> None:
    found = {
        bar.corpus: {one.above: Figures([2.0], [1.0], 9) for one in BARS if one.corpus == bar.corpus}
        | {one.below: Figures([1.0], [1.0], 9) for one in BARS if one.corpus == bar.corpus}
        for bar in BARS
    }
    rows = [*bars(found, 4)]
    assert len(rows) == len(BARS) + 2
    assert "| check / ruff, default rules (large) | ≤ 1.00 | " in "".join(rows)
    assert "| memory of check and its 4 workers, MB (large) | ≤ 600 | 0 |\n" in rows


def test_a_straight_line_is_linear_wherever_it_begins() -> None:
    assert straight(1).spread("seconds") == pytest.approx(0)
    assert straight(1).slope("seconds") == pytest.approx(0.001)


def test_what_is_not_linear_is_told_in_parts_of_the_line() -> None:
    assert 0.1 < straight(1, bend=1.3).spread("seconds") < 0.3


def test_a_picture_has_every_point_and_both_themes() -> None:
    drawn = picture([straight(1), straight(2), straight(4, bend=1.1)])
    root = ET.fromstring(drawn)
    points = [one for one in root.iter("{http://www.w3.org/2000/svg}circle") if one.get("r") == "3.5"]
    assert len(points) == 2 * 3 * 4
    assert "prefers-color-scheme: dark" in drawn
    assert "4 workers, linear within" in drawn


def test_only_what_stands_between_the_marks_is_renewed() -> None:
    assert renew("a\n<b>\nold\n<e>\nz\n", "new", begin="<b>\n", end="<e>\n") == "a\n<b>\n\nnew\n<e>\nz\n"


def test_growth_within_the_bar_is_no_warning() -> None:
    new = Count(1_049_000, {"dict_lookup": 549_000}, {})
    assert instructions.compare(new, OLD, "kept") == "1,049,000 instructions, +4.9% from 1,000,000 (kept)."


@pytest.mark.parametrize("where", ["GITHUB_ACTIONS", ""])
def test_growth_above_it_is_a_warning_with_what_grew_most(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    if where:
        monkeypatch.setenv(where, "true")
    new = Count(1_100_000, {"dict_lookup": 599_999, "new": 1}, {"concertmaster/engine": 900, "ast": 700})
    told = instructions.compare(new, OLD, "kept")
    assert told.startswith("::warning title=" if where else "WARNING: ")
    assert "Calls: ast +500." in told
    assert "Instructions: dict_lookup +99,999, new +1." in told


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "instructions.json"
    path.write_text(json.dumps({"interpreter": instructions.interpreter(), **OLD.as_dict()}))
    monkeypatch.setattr(instructions, "KEPT", path)
    return path


def test_the_same_interpreter_is_compared_with_what_is_kept(kept: Path) -> None:
    assert instructions.reference() == (OLD, "kept")


def test_another_one_counts_the_code_of_the_kept_counts_anew(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instructions, "interpreter", lambda: "another")
    monkeypatch.setattr(instructions, "KEPT", kept)
    answers = {"log": b"0123456789abcdef\n", "archive": packed()}
    monkeypatch.setattr(instructions, "_git", lambda name, *_: answers[name])
    monkeypatch.setattr(instructions, "corpus", lambda _: kept.parent)
    seen = []

    def counted(folder: Path, src: Path) -> Count:
        seen.append((src / "concertmaster.py").read_bytes())
        return OLD

    monkeypatch.setattr(instructions, "count", counted)
    assert instructions.reference() == (OLD, "commit 0123456789ab, on this machine")
    assert seen == [b"x = 1\n"]


def packed() -> bytes:
    import io
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("src/concertmaster.py")
        entry.size = 6
        archive.addfile(entry, io.BytesIO(b"x = 1\n"))
    return out.getvalue()


def test_without_a_tool_it_is_skipped_and_told(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(instructions, "corpus", lambda _: kept.parent)
    monkeypatch.setattr("benchmarks.counting.shutil.which", lambda _: None)
    monkeypatch.setattr("sys.argv", ["instructions"])
    instructions.main()
    told = "SKIPPED: instructions were not compared: valgrind is not installed.\n"
    assert capsys.readouterr().out == told


def test_modules_are_told_by_their_names() -> None:
    files = {
        "/a/src/concertmaster/index/codec.py": 2,
        "/b/site-packages/libcst/_nodes/x.py": 3,
        "/c/ast.py": 4,
    }
    assert counting._by_module(files) == {"ast": 4, "libcst": 3, "concertmaster/index/codec": 2}


def test_a_corpus_of_candidates_fetches_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.corpora.candidates", lambda: iter([b"import orchestrator\n"]))
    monkeypatch.setattr("benchmarks.corpora.wheels", lambda _: pytest.fail("a package was asked for"))
    monkeypatch.setattr("benchmarks.corpora._commit", lambda *_: None)
    make(tmp_path, 2, 1.0)
    assert len([*tmp_path.rglob("*.py")]) == 2
