"""A repository that holds several projects: found by itself or named, each judged by its own release and settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from concertmaster.cli import run
from concertmaster.config import Config, FailOn, load_config
from concertmaster.findings import Finding, Safety, Severity, Unanalysed
from concertmaster.messages import UserError
from concertmaster.project.files import MemoryTree, UnreadableFileError
from concertmaster.projects import Part, config_of, divide, inside, is_left_over, oldest, within
from concertmaster.report.markdown import Links
from concertmaster.report.several import Chapter, render_all
from concertmaster.report.summary import Summary
from concertmaster.versions import Window
from tests.git import git
from tests.github_server import GitHub
from tests.jobs import NEW, OLD, PIN, Open

ROOT = "[project]\nname = 'x'\nversion = '1'\n"
SOURCE = 'source = { registry = "https://pypi.org/simple" }\n'
LOCK = f'version = 1\n[[package]]\nname = "orchestrator-core"\nversion = "4.8.2"\n{SOURCE}'
THREE = {
    "services/a/pyproject.toml": PIN.format("4.8.2"),
    "services/b/pyproject.toml": PIN.format("5.0.4"),
    "services/c/pyproject.toml": PIN.format("5.5.0"),
}


def tree(files: Mapping[str, str]) -> MemoryTree:
    return MemoryTree({path: text.encode() for path, text in files.items()})


def divided(files: Mapping[str, str]) -> tuple[str, ...]:
    project = tree(files)
    return divide(project, load_config(lambda path: project.files.get(path)))


# -- one project ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"main.py": OLD},
        {"pyproject.toml": PIN.format("5.0.4"), "requirements/dev.txt": "orchestrator-core==4.8.2\n"},
        {
            "pyproject.toml": PIN.format("5.0.4"),
            "docker/Dockerfile": "RUN pip install orchestrator-core==4.8.2\n",
        },
        {"backend/pyproject.toml": PIN.format("5.0.4"), "frontend/pyproject.toml": ROOT},
        {
            "backend/pyproject.toml": PIN.format("5.0.4"),
            "backend/requirements.txt": "orchestrator-core==4.8.2\n",
        },
        {"a/pyproject.toml": PIN.format("5.0.4"), "b/pyproject.toml": PIN.format("5.0.4")},
        {**THREE, "uv.lock": LOCK},
    ],
)
def test_a_repository_with_one_release_is_one_project(files: dict[str, str]) -> None:
    assert divided(files) == ("",)


# -- several -------------------------------------------------------------------------------------------


def test_projects_of_several_releases_are_told_apart() -> None:
    assert divided(THREE) == ("services/a", "services/b", "services/c")


def test_a_project_with_settings_of_its_own_is_judged_by_itself() -> None:
    own = PIN.format("5.0.4") + '[tool.concertmaster]\nignore = ["old-namespace"]\n'
    assert divided({"a/pyproject.toml": own, "b/pyproject.toml": PIN.format("5.0.4")}) == ("a", "b")


def test_a_project_at_the_root_has_what_no_other_has() -> None:
    found = divided({"pyproject.toml": PIN.format("4.8.2"), "sub/pyproject.toml": PIN.format("5.0.4")})
    assert found == ("", "sub")
    assert within("", found) == ("sub",)


def test_requirements_by_themselves_are_a_project() -> None:
    found = divided(
        {"a/requirements/base.txt": "orchestrator-core==4.8.2\n", "b/pyproject.toml": PIN.format("5.0.4")}
    )
    assert found == ("a", "b")


def test_settings_name_the_projects() -> None:
    settings = 'projects = ["./services/a/", "services/b"]\n'
    assert divided({"concertmaster.toml": settings, **THREE}) == ("services/a", "services/b")


@pytest.mark.parametrize("name", ["../x", "/etc", "a/../b", "a//b"])
def test_projects_are_folders_of_the_repository(name: str) -> None:
    with pytest.raises(UserError, match="no folder of the repository"):
        divided({"concertmaster.toml": f'projects = ["{name}"]\n'})


def test_a_part_has_its_files_alone() -> None:
    part = Part(tree({"a/x.py": "1", "a/b/y.py": "2", "ab/z.py": "3"}), "a", ("a/b",))
    assert part.paths == ("x.py",)
    assert part.read("x.py") == b"1"
    for other in ("b/y.py", "../ab/z.py"):
        with pytest.raises(UnreadableFileError):
            part.read(other)


def test_settings_of_the_root_hold_where_a_project_has_none() -> None:
    root = Config(
        fail_on=FailOn.WARNING,
        exclude=("a/old/*", "b/old/*", "*/legacy/*"),
        per_path_ignores={"a/test/*": ("old-namespace",), "b/x.py": ("old-namespace",)},
    )
    found = config_of(tree({"a/pyproject.toml": PIN.format("5.0.4")}), "a", root)
    assert found.fail_on == "warning"
    assert found.exclude == ("old/*", "*/legacy/*")
    assert found.per_path_ignores == {"test/*": ("old-namespace",)}
    assert config_of(tree({}), "", root) is root


def test_the_oldest_release_is_that_of_what_belongs_to_nobody() -> None:
    assert oldest(tree(THREE), tuple(THREE)) is None
    assert oldest(tree(THREE), divided(THREE)) == "4.8.2"


def test_files_outside_of_all_projects_are_left_over() -> None:
    assert is_left_over("common/x.py", ("a", "b"))
    assert not is_left_over("a/x.py", ("a", "b"))
    assert not is_left_over("common/x.py", ("", "b"))
    assert inside("a/x.py", "a") == "x.py"


# -- one text ------------------------------------------------------------------------------------------


def chapter(folder: str, number: int) -> Chapter:
    findings = tuple(
        Finding(
            rule="old-namespace", rows=(), path=f"{folder}/f{index}.py", line=1, end_line=1, column=1,
            severity=Severity.ERROR, safety=Safety.MANUAL, message="An old name " * 8, since="5.0.0",
        )
        for index in range(number)
    )  # fmt: skip
    return Chapter(folder, Summary(Window("5.0.4", "5.5.0"), findings, findings))


def test_of_several_sections_the_largest_is_cut_first() -> None:
    text = render_all([chapter("big", 2_000), chapter("small", 3), chapter("none", 0)], Links(), limit=20_000)
    assert len(text) <= 20_000
    assert text.count("small/f") == 3
    assert "## `big`" in text
    assert "Not listed here for want of room" in text
    assert "Nothing to say of `none`" in text
    assert "in 3 projects" in text


def test_a_project_that_could_not_be_judged_is_named() -> None:
    text = render_all([chapter("a", 1)], Links(), failed=[Unanalysed("b", "No dependency was found")])
    assert "`b` could not be analysed" in text
    assert "1 file could not be analysed" in text


# -- a review ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
def test_each_project_is_judged_by_its_own_release(github: GitHub, job: Open, checkout: bool) -> None:
    base = {**THREE, "pyproject.toml": ROOT, "services/c/main.py": OLD}
    made = job(base, {"services/a/new.py": OLD, "services/b/new.py": OLD})
    made.checkout = checkout
    code, told = made.run()
    assert (code, told["errors"], told["warnings"]) == (1, "2", "1")
    assert {path for path, _, _ in made.places()} == {"services/b/new.py"}
    assert len(github.journal) - len(github.journal.calls("GET", "_codeload")) <= 12
    made.press_all()
    assert made.remote.read("services/b/new.py", "feature").decode() == NEW


def test_one_summary_has_a_section_for_each_project_that_has_something(job: Open) -> None:
    filler = "".join(f"LINE_{number} = {number}\n" for number in range(40))
    base = {
        **THREE,
        "pyproject.toml": ROOT,
        "services/b/main.py": OLD + filler,
        "services/c/main.py": OLD + filler,
    }
    raised = {"services/a/pyproject.toml": PIN.format("5.0.4"), "services/a/main.py": OLD + filler}
    made = job(
        {**base, "services/a/main.py": OLD}, {**raised, "services/b/main.py": OLD + filler + "# more\n"}
    )
    made.run()
    (summary,) = made.summaries()
    assert "in 3 projects" in summary
    assert "## `services/a`" in summary
    assert "from `4.8.2` to `5.0.4`" in summary
    assert "## `services/b`" in summary
    assert "brings none of this in" in summary
    assert "Nothing to say of `services/c` (orchestrator-core `5.5.0`)" in summary
    assert "## `services/c`" not in summary
    assert made.run()[1]["result"] == "nothing-new"


def test_a_pin_that_tells_projects_apart_is_judged_whole(job: Open) -> None:
    same = {"a/pyproject.toml": PIN.format("4.8.2"), "b/pyproject.toml": PIN.format("4.8.2")}
    made = job(
        {**same, "pyproject.toml": ROOT, "a/main.py": OLD, "b/main.py": OLD},
        {"a/pyproject.toml": PIN.format("5.0.4")},
    )
    code, told = made.run()
    assert (code, told["errors"]) == (1, "2")
    assert "b/main.py" not in made.summaries()[0]


@pytest.mark.parametrize(("release", "errors"), [("4.8.2", "0"), ("5.1.0", "2")])
def test_what_belongs_to_no_project_is_judged_by_the_oldest_release(
    job: Open, release: str, errors: str
) -> None:
    base = {path: text.replace("4.8.2", release) for path, text in THREE.items()}
    made = job({**base, "pyproject.toml": ROOT}, {"common/new.py": OLD, "services/b/new.py": NEW})
    assert made.run()[1]["errors"] == errors


def test_settings_of_a_project_are_its_own_and_those_of_its_base(job: Open) -> None:
    never = PIN.format("5.0.4") + '[tool.concertmaster]\nfail-on = "never"\n'
    filler = "".join(f"LINE_{number} = {number}\n" for number in range(40))
    base = {
        **THREE,
        "services/b/pyproject.toml": never,
        "pyproject.toml": ROOT,
        "services/c/main.py": OLD + filler,
    }
    proposed = PIN.format("5.5.0") + '[tool.concertmaster]\nexclude = ["*"]\n'
    made = job(base, {"services/b/new.py": OLD})
    assert made.run()[0] == 0
    more = {"services/c/main.py": f"{OLD}{filler}# more\n", "services/c/new.py": OLD}
    made.remote.push("feature", {**more, "services/c/pyproject.toml": proposed})
    assert made.run()[0] == 1
    assert "(`exclude`). It was judged by those of its base" in made.summaries()[0]


def test_a_project_that_cannot_be_judged_is_not_green(job: Open) -> None:
    made = job(
        {**THREE, "pyproject.toml": ROOT}, {"services/a/pyproject.toml": ROOT, "services/b/new.py": NEW}
    )
    code, told = made.run()
    assert (code, told["unanalysed"]) == (3, "1")
    assert "`services/a` could not be analysed" in made.summaries()[0]


@pytest.mark.parametrize("named", ["services/a\nservices/b", "./services/a/, services/b"])
def test_the_workflow_names_the_projects(job: Open, named: str) -> None:
    made = job({**THREE, "pyproject.toml": ROOT}, {"services/b/new.py": OLD, "services/c/new.py": OLD})
    made.inputs = {"projects": named}
    assert made.run()[1]["errors"] == "2"
    made.inputs = {"projects": "../x"}
    assert made.run()[0] == 2


# -- the command line ------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for path, text in {**THREE, "services/a/x.py": OLD, "services/b/x.py": OLD, "common/x.py": OLD}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run([*arguments, "--offline"])
    return code, capsys.readouterr().out


def test_each_project_is_checked_by_its_own_release(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = command(capsys, "check", str(repository), "--format", "json")
    told = json.loads(text)
    assert code == 1
    assert [(one["folder"], one["installed"]) for one in told["projects"]] == [
        ("services/a", "4.8.2"), ("services/b", "5.0.4"), ("services/c", "5.5.0"), ("", "4.8.2"),
    ]  # fmt: skip
    assert {item["path"] for item in told["findings"]} == {
        "services/a/x.py",
        "services/b/x.py",
        "common/x.py",
    }
    marks = [item["fingerprint"] for item in told["findings"]]
    assert len(set(marks)) == len(marks)


def test_people_are_told_project_by_project(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, text = command(capsys, "check", str(repository))
    assert text.index("services/a:\n") < text.index("services/a/x.py") < text.index("services/b:\n")
    assert "Outside of the projects:" in text


def test_a_part_of_the_repository_is_judged_as_its_project_is(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = command(capsys, "check", str(repository / "services/b"), "--format", "json")
    assert (code, json.loads(text)["installed"]) == (1, "5.0.4")
    assert "projects" not in json.loads(text)


def test_every_project_is_fixed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = command(capsys, "fix", str(repository))
    assert code == 0
    assert (repository / "services/b/x.py").read_text() == NEW
    assert (repository / "common/x.py").read_text() == NEW


def test_a_local_branch_is_reviewed_project_by_project(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "First")
    for name in ("a", "b", "c"):
        (repository / f"services/{name}/new.py").write_text(OLD)
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "Second")
    monkeypatch.chdir(repository)
    code, text = command(capsys, "review", "--base", "HEAD~1")
    assert code == 1
    assert "services/b/new.py" in text
    assert "services/c/new.py" in text
    assert "--- services/a/new.py" not in text
