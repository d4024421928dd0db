"""What is kept of a check is said again only where nothing at all is other, and never believed where others write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from concertmaster import runner
from concertmaster.cli import run
from concertmaster.remembering import again, key, memory, states
from concertmaster.remembering.memory import Memory
from tests.git import git

SOURCE = "from orchestrator.workflow import step\n"
PACKAGE = Path(key.PACKAGE)
HOUR = 3_600_000_000_000
#: Of what is loaded for a run, what is not for saying the same again.
HEAVY = ("click", "subprocess", "pathlib", "typing", "re", "json", "tempfile", "concertmaster.rule")


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the files were written long ago, so that they need not be read again."""
    monkeypatch.setattr(states, "COARSEST", -HOUR)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some of this program's files, which may be changed."""
    copy = tmp_path / "program"
    for name in ("rules/old_namespace.py", "index/data/names.index"):
        (copy / name).parent.mkdir(parents=True)
        shutil.copyfile(PACKAGE / name, copy / name)
    monkeypatch.setattr(key, "PACKAGE", str(copy))
    return copy


@pytest.fixture
def project(
    request: pytest.FixtureRequest, program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.delenv("CONCERTMASTER_NO_CACHE")
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "above" / "project"
    root.mkdir(parents=True)
    (root / "pyproject.toml").write_text(
        '[project]\nname = "x"\ndependencies = ["orchestrator-core==4.8.2"]\n'
    )
    (root / "steps.py").write_text(SOURCE)
    (root / "other.py").write_text("x = 1\n")
    if getattr(request, "param", "a repository") == "a repository":
        git(root, "init", "--quiet")
        git(root, "add", "steps.py")
    return root


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Grows with every file that is read for its digest."""
    seen: list[bytes] = []
    judge = states._Folder.read

    def noted(self: states._Folder, name: bytes, state: bytes, settled: int) -> tuple[bytes, bytes]:
        seen.append(name)
        return judge(self, name, state, settled)

    monkeypatch.setattr(states._Folder, "read", noted)
    return seen


def said_again(arguments: list[str]) -> int | None:
    understood = again.Understood.before(arguments)
    return None if understood is None else again.said_again(understood)


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
    kept = sorted((project.parent.parent / "cache").rglob("*"))
    check(project, "--no-cache")
    assert len(runs) == 2
    assert sorted((project.parent.parent / "cache").rglob("*")) == kept


@pytest.mark.parametrize("project", ["a folder", "a repository"], indirect=True)
def test_the_second_run_loads_next_to_nothing(project: Path) -> None:
    code = (
        "import sys; sys.argv[1:] = ['check', sys.argv[1]]\n"
        "from concertmaster.remembering import states; states.COARSEST = -(10**15)\n"
        "from concertmaster.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert ended.code == 1\n"
        f"sys.stderr.write(' '.join(name for name in {HEAVY} if name in sys.modules))"
    )
    command = [sys.executable, "-S", "-c", code, str(project)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        for _ in range(2)
    )
    assert "old-namespace" in first.stdout
    assert first.stderr == " ".join(HEAVY)
    assert (second.stdout, second.stderr) == (first.stdout, "")


def test_a_command_line_is_taken_apart_once(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--format", "concise", "--ignore", "old-namespace", "--fail-on", "never", "--jobs", "2", "-q")
    first = check(project, *options), capsys.readouterr()
    (project / "other.py").write_text("x = 2\n")
    monkeypatch.setattr("concertmaster.cli.application.run_application", None)
    assert (check(project, *options), capsys.readouterr()) == first
    (project / "concertmaster.toml").write_text("fail-on = 1\n")
    assert check(project, *options) == 2
    assert "`fail-on`" in capsys.readouterr().err


def test_who_has_read_enough_ends_it_quietly(project: Path) -> None:
    command = f"{sys.executable} -m concertmaster check {project} | true"
    for _ in range(2):
        ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
        assert ended.stderr == ""


def test_what_is_unchanged_is_not_read_again(project: Path, settled: None, read: list[bytes]) -> None:
    check(project)
    assert b"other.py" in read
    read.clear()
    assert said_again(["check", str(project)]) == 1
    (project / "other.py").write_text("x = 2\n")
    check(project)
    assert read == [b"other.py"]


def test_what_was_changed_just_now_is_read_again(
    project: Path, read: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file system may give two changes that follow each other closely the same time."""
    monkeypatch.setattr(states, "COARSEST", HOUR)
    check(project)
    read.clear()
    assert said_again(["check", str(project)]) == 1
    assert {b"other.py", b"steps.py"} <= set(read)


def other_text(project: Path, *_: object) -> None:
    before = (project / "other.py").stat()
    (project / "other.py").write_text("x = 2\n")
    os.utime(project / "other.py", ns=(before.st_atime_ns, before.st_mtime_ns))


def other_text_at_the_same_time(project: Path, _: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "_state", lambda status: status.st_mode.to_bytes(8, "big").ljust(48))
    monkeypatch.setattr(states, "COARSEST", HOUR)
    check(project)
    (project / "other.py").write_text("x = 2\n")


def other_file_with_the_same_times(project: Path, *_: object) -> None:
    before = (project / "other.py").stat()
    (project / "new.py").write_text("x = 2\n")
    os.utime(project / "new.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    (project / "new.py").replace(project / "other.py")


def a_link_in_its_place(project: Path, *_: object) -> None:
    (project / "other.py").rename(project / "another.txt")
    (project / "other.py").symlink_to("another.txt")


def other_name(project: Path, *_: object) -> None:
    (project / "other.py").rename(project / "another.py")


def one_file_more(project: Path, *_: object) -> None:
    (project / "notes.md").write_text("nothing\n")


def one_file_less(project: Path, *_: object) -> None:
    (project / "other.py").unlink()


def other_configuration(project: Path, *_: object) -> None:
    (project / "concertmaster.toml").write_text('fail-on = "never"\n')


def other_release(project: Path, *_: object) -> None:
    path = project / "pyproject.toml"
    path.write_text(path.read_text().replace("4.8.2", "4.8.1"))


def a_repository_around_it(project: Path, *_: object) -> None:
    git(project.parent, "init", "--quiet")
    shutil.rmtree(project / ".git", ignore_errors=True)


def other_rules(_: Path, program: Path, *__: object) -> None:
    (program / "rules" / "old_namespace.py").write_text("rule = None\n")


def one_rule_more(_: Path, program: Path, *__: object) -> None:
    (program / "rules" / "new.py").write_text("rule = None\n")


def other_index(_: Path, program: Path, *__: object) -> None:
    with (program / "index" / "data" / "names.index").open("ab") as index:
        index.write(b" ")


def other_libraries(project: Path, _: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project.parent / "libraries" / "libcst-999.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(project.parent / "libraries")


def other_python(_: Path, __: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version", "3.99.0")


def other_user(_: Path, __: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)


def kept_index(project: Path, *_: object) -> None:
    (project.parent.parent / "cache" / "names.index").write_bytes(b"newer")


def a_terminal(_: Path, __: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)


CHANGES = (
    other_text,
    other_text_at_the_same_time,
    other_file_with_the_same_times,
    a_link_in_its_place,
    other_name,
    one_file_more,
    one_file_less,
    other_configuration,
    other_release,
    a_repository_around_it,
    other_rules,
    one_rule_more,
    other_index,
    other_libraries,
    other_python,
    other_user,
    kept_index,
    a_terminal,
)


@pytest.mark.parametrize("project", ["a folder", "a repository"], indirect=True)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_part_of_the_key_counts(
    project: Path,
    program: Path,
    settled: None,
    change: Callable[[Path, Path, pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check(project)
    assert said_again(["check", str(project)]) == 1
    change(project, program, monkeypatch)
    assert said_again(["check", str(project)]) is None
    kept = {path.name for path in (project.parent.parent / "cache" / "answers").iterdir()}
    asked: list[str] = []
    recall = Memory.recall

    def noted(self: Memory, name: str) -> bytes | None:
        asked.append(name)
        return recall(self, name)

    monkeypatch.setattr(Memory, "recall", noted)
    monkeypatch.setattr(Memory, "keep", lambda *_: None)
    check(project)
    assert asked
    assert not kept & set(asked)


@pytest.mark.parametrize("name", ["CONCERTMASTER_OFFLINE", "CONCERTMASTER_NO_CACHE"])
def test_what_options_are_read_from_counts(project: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check(project)
    assert said_again(["check", str(project)]) == 1
    monkeypatch.setenv(name, "1")
    assert said_again(["check", str(project)]) is None


def test_where_it_is_asked_counts(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    run(["check"])
    assert said_again(["check"]) == 1
    monkeypatch.chdir(tmp_path)
    assert said_again(["check"]) is None


def test_a_link_that_leads_elsewhere_counts(
    project: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(tmp_path_factory.mktemp("cache")))
    (tmp_path / "link").symlink_to(project / "steps.py")
    check(tmp_path / "link")
    assert said_again(["check", str(tmp_path / "link")]) == 1
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to(project / "other.py")
    assert said_again(["check", str(tmp_path / "link")]) is None


def test_a_linked_file_of_the_project_that_is_gone_counts(project: Path) -> None:
    (project / "link.py").symlink_to("other.py")
    check(project)
    assert said_again(["check", str(project)]) == 1
    (project / "other.py").unlink()
    assert said_again(["check", str(project)]) is None


def test_a_folder_that_becomes_a_link_counts(project: Path, settled: None, tmp_path: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "one.py").write_text("x = 1\n")
    check(project)
    assert said_again(["check", str(project)]) == 1
    (project / "sub").rename(tmp_path / "outside")
    (project / "sub").symlink_to(tmp_path / "outside")
    assert said_again(["check", str(project)]) is None


def test_what_changes_while_it_is_judged_is_not_kept(
    project: Path, runs: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = runner.run

    def slow(*arguments: object, **named: object) -> object:
        (project / "other.py").write_text(f"x = {len(runs)}\n" + SOURCE)
        return judge(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(runner, "run", slow)
    check(project)
    (project / "other.py").write_text("x = 1\n")
    monkeypatch.setattr(runner, "run", judge)
    check(project)
    assert len(runs) == 2


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


def test_what_is_watched_is_not_taken_for_an_answer(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    check(project, "--watch")
    assert said_again(["check", str(project), "--watch"]) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content.replace(b"error", b"trust"),
        lambda content: b"concertmaster answer 0\n" + content.partition(b"\n")[2],
    ],
    ids=["empty", "cut", "changed", "other format"],
)
def test_a_damaged_answer_is_told_and_not_used(
    project: Path, damage: Callable[[bytes], bytes], runs: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    check(project)
    whole = capsys.readouterr().out
    (kept,) = (project.parent.parent / "cache" / "answers").iterdir()
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
    (kept,) = (project.parent.parent / "cache" / "answers").iterdir()
    kept.chmod(0o666)
    check(project)
    assert "others than its owner" in capsys.readouterr().err
    assert len(runs) == 2


def test_a_link_is_not_followed(
    project: Path, runs: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    check(project)
    (kept,) = (project.parent.parent / "cache" / "answers").iterdir()
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


def test_what_is_kept_inside_of_a_repository_is_not_read_before_it_is_known_what_is_judged(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    (other / "cache").mkdir(parents=True)
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(other / "cache"))
    check(project)
    assert said_again(["check", str(project)]) == 1
    (other / ".git").mkdir()
    assert said_again(["check", str(project)]) is None


def test_what_could_not_be_analysed_is_not_kept(project: Path, runs: list[object]) -> None:
    (project / "other.py").write_text("x = (\n" + SOURCE)
    assert check(project) == 3
    assert check(project) == 3
    assert len(runs) == 2


def test_old_answers_make_room(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_THINGS", 3)
    for number in range(5):
        (project / "other.py").write_text(f"x = {number}\n")
        check(project)
    assert len([*(project.parent.parent / "cache" / "answers").iterdir()]) == 3
