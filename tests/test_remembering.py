"""What is kept of a check is said again only where nothing at all is other, and never believed where others write."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from concertmaster import runner
from concertmaster.cli import remembering, run
from concertmaster.index import store

SOURCE = "from orchestrator.workflow import step\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CONCERTMASTER_NO_CACHE")
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text(
        '[project]\nname = "x"\ndependencies = ["orchestrator-core==4.8.2"]\n'
    )
    (root / "steps.py").write_text(SOURCE)
    (root / "other.py").write_text("x = 1\n")
    return root


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows with every run that judges files."""
    seen: list[object] = []
    judge = runner.run

    def counted(*arguments: object, **named: object) -> object:
        seen.append(arguments)
        return judge(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(runner, "run", counted)
    return seen


def check(project: Path, *options: str) -> int:
    return run(["check", str(project), *options])


def test_the_second_run_says_the_same_without_judging(
    project: Path, runs: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    first = check(project), capsys.readouterr()
    second = check(project), capsys.readouterr()
    assert first == second
    assert first[0] == 1
    assert "orchestrator.core" in first[1].out
    assert len(runs) == 1


def test_the_flag_judges_anew(project: Path, runs: list[object]) -> None:
    check(project)
    check(project, "--no-cache")
    assert len(runs) == 2


def other_text(project: Path, _: pytest.MonkeyPatch) -> None:
    before = (project / "other.py").stat()
    (project / "other.py").write_text("x = 2\n")
    os.utime(project / "other.py", ns=(before.st_atime_ns, before.st_mtime_ns))


def other_name(project: Path, _: pytest.MonkeyPatch) -> None:
    (project / "other.py").rename(project / "another.py")


def one_file_more(project: Path, _: pytest.MonkeyPatch) -> None:
    (project / "notes.md").write_text("nothing\n")


def other_configuration(project: Path, _: pytest.MonkeyPatch) -> None:
    (project / "concertmaster.toml").write_text('fail-on = "never"\n')


def other_release(project: Path, _: pytest.MonkeyPatch) -> None:
    path = project / "pyproject.toml"
    path.write_text(path.read_text().replace("4.8.2", "4.8.1"))


def other_rules(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "own_code", lambda package: b"changed")


def other_libraries(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "version", lambda name: "999")


def other_python(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")


def other_index(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = project.parent / "names.index"
    copy.write_bytes(store.SHIPPED.read_bytes() + b" ")
    monkeypatch.setattr(store, "SHIPPED", copy)


def kept_index(project: Path, _: pytest.MonkeyPatch) -> None:
    (project.parent / "cache" / "names.index").write_bytes(b"newer")


CHANGES = (
    other_text,
    other_name,
    one_file_more,
    other_configuration,
    other_release,
    other_rules,
    other_libraries,
    other_python,
    other_index,
    kept_index,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_part_of_the_key_counts(
    project: Path,
    change: Callable[[Path, pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    check(project)
    kept = {path.name for path in (project.parent / "cache" / "answers").iterdir()}
    change(project, monkeypatch)
    monkeypatch.setattr(remembering.Memory, "recall", lambda self, key: asked.append(key))
    asked: list[str] = []
    check(project)
    assert asked
    assert not kept & set(asked)


@pytest.mark.parametrize(
    "options",
    [["--select", "old-namespace"], ["--ignore", "old-namespace"], ["--target", "5.0.0"], ["--from", "4.0.0"],
     ["--format", "json"], ["--fail-on", "never"], ["--offline"]],
    ids=" ".join,
)  # fmt: skip
def test_what_is_asked_counts(project: Path, options: list[str], runs: list[object]) -> None:
    check(project)
    check(project, *options)
    assert len(runs) == 2


def test_its_own_code_is_known_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "rule.py").write_text("x = 1\n")
    before = remembering.own_code(tmp_path)
    (tmp_path / "rule.py").write_text("x = 2\n")
    assert remembering.own_code(tmp_path) != before


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content.replace(b"error", b"trust"),
        lambda content: b"concertmaster answer 0\n" + content.partition(b"\n")[2],
        lambda content: remembering.FORMAT + b"[" * 100_000,
    ],
    ids=["empty", "cut", "changed", "other format", "deep"],
)
def test_a_damaged_answer_is_told_and_not_used(
    project: Path, damage: Callable[[bytes], bytes], runs: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    check(project)
    whole = capsys.readouterr().out
    (kept,) = (project.parent / "cache" / "answers").iterdir()
    kept.write_bytes(damage(kept.read_bytes()))
    check(project)
    again = capsys.readouterr()
    assert again.out == whole
    assert "was not used" in again.err
    assert len(runs) == 2


def test_an_answer_that_others_may_write_is_not_used(
    project: Path, runs: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    check(project)
    (kept,) = (project.parent / "cache" / "answers").iterdir()
    kept.chmod(0o666)
    check(project)
    assert "others than its owner" in capsys.readouterr().err
    assert len(runs) == 2


def test_a_link_is_not_followed(
    project: Path, runs: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    check(project)
    (kept,) = (project.parent / "cache" / "answers").iterdir()
    kept.rename(project.parent / "elsewhere")
    kept.symlink_to(project.parent / "elsewhere")
    check(project)
    assert "was not used" in capsys.readouterr().err
    assert len(runs) == 2


@pytest.mark.parametrize("where", ["project", "workspace"])
def test_a_folder_inside_of_what_is_judged_is_not_believed(
    where: str,
    project: Path,
    runs: list[object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = project / ".cache" if where == "project" else project.parent / "workspace" / "cache"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.parent / "workspace"))
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(folder))
    check(project)
    check(project)
    assert "lies in what is judged" in capsys.readouterr().err
    assert len(runs) == 2
    assert not folder.exists()


def test_what_could_not_be_analysed_is_not_kept(project: Path, runs: list[object]) -> None:
    (project / "other.py").write_text("x = (\n" + SOURCE)
    assert check(project) == 3
    assert check(project) == 3
    assert len(runs) == 2


def test_old_answers_make_room(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST_ANSWERS", 3)
    for number in range(5):
        (project / "other.py").write_text(f"x = {number}\n")
        check(project)
    assert len([*(project.parent / "cache" / "answers").iterdir()]) == 3
