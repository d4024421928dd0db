"""An upgrade as a plan: pins, one commit a rule, and a text that tells the rest; nothing is written or asked."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.generated import Unavailable, environment, project

from concertmaster.cli import run as command
from concertmaster.findings import Edit, Finding, Safety, Severity
from concertmaster.judging import FileResult
from concertmaster.messages import UserError
from concertmaster.plan.hops import FAULTY
from concertmaster.project.files import MemoryTree, Project, WorkingTree
from concertmaster.project.overlay import Overlay
from concertmaster.report.checklist import ticked
from concertmaster.report.markdown import Links
from concertmaster.report.sections import Block, Section, fit
from concertmaster.report.upgrade import BEGIN, END, Surroundings, render
from concertmaster.runner import run
from concertmaster.upgrading import (
    NEWEST,
    NEWEST_OF_MAJOR,
    NEXT_HOP,
    UpgradePlan,
    branch_of,
    choose_target,
    over,
    plan_upgrade,
    target_of,
)
from concertmaster.upgrading.stages import stages
from concertmaster.versions import RELEASES, release
from concertmaster.workspace import open_workspace
from tests.jobs import NEW, OLD, PIN
from tests.test_report_markdown import HOSTILE, Rendered

PLAIN = {"pyproject.toml": PIN.format("4.8.2"), "main.py": OLD}


def plan(files: dict[str, str] | None = None, target: str = "5.5.0", *, unsafe: bool = False) -> UpgradePlan:
    tree = MemoryTree({path: text.encode() for path, text in (PLAIN if files is None else files).items()})
    return plan_upgrade(open_workspace(tree, target=target), unsafe=unsafe, jobs=1)


def texts(found: UpgradePlan) -> dict[str, str]:
    return {path: data.decode() for path, data in found.files.items()}


# -- nothing to do --------------------------------------------------------------------------------------


def test_a_project_that_needs_nothing_gets_its_pin_alone() -> None:
    found = plan({"pyproject.toml": PIN.format("5.4.0"), "main.py": NEW})
    assert [commit.title for commit in found.commits] == ["Require orchestrator-core 5.5.0"]
    assert texts(found) == {"pyproject.toml": PIN.format("5.5.0")}


def test_pins_that_ask_for_the_release_stay_as_they_are() -> None:
    files = {"pyproject.toml": PIN.format("5.4.0"), "requirements.txt": "orchestrator-core>=5.5.0\n"}
    found = plan(files)
    assert "requirements.txt" not in found.files
    assert [pin.path for pin in found.pins] == ["pyproject.toml"]


def test_what_a_comment_keeps_stays() -> None:
    kept = "from orchestrator.types import A  # concertmaster: ignore[old-namespace] read by 4.x\n"
    found = plan({"pyproject.toml": PIN.format("4.8.2"), "main.py": kept})
    assert "main.py" not in found.files


# -- the release ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("installed", "wanted", "chosen"),
    [
        ("4.8.2", NEWEST, RELEASES[-1]),
        ("4.5.0", NEWEST_OF_MAJOR, "4.8.2"),
        ("4.8.2", NEWEST_OF_MAJOR, "4.8.2"),
        ("2.1.0", NEXT_HOP, "2.10.0"),
        ("3.2.3", NEXT_HOP, "4.8.2"),
        ("4.8.2", NEXT_HOP, RELEASES[-1]),
        (RELEASES[-1], NEXT_HOP, RELEASES[-1]),
        ("4.8.2", "5.1.0", "5.1.0"),
        ("5.4.0", "5.1.0", "5.4.0"),
    ],
)
def test_the_release_is_chosen_from_what_is_installed(installed: str, wanted: str, chosen: str) -> None:
    assert choose_target(installed, wanted) == chosen


@pytest.mark.parametrize("number", FAULTY)
def test_no_release_with_a_fault_is_chosen(number: str) -> None:
    with pytest.raises(UserError, match="has a fault"):
        choose_target("1.3.0", number)


@given(st.sampled_from(RELEASES), st.sampled_from([NEWEST, NEWEST_OF_MAJOR, NEXT_HOP]))
def test_every_choice_goes_forward_to_a_sound_release(installed: str, wanted: str) -> None:
    chosen = choose_target(installed, wanted)
    assert release(chosen) >= release(installed)
    assert chosen == installed or chosen not in FAULTY


@given(
    st.one_of(
        st.text(max_size=20), st.from_regex(r"[0-9.]{1,8}[/~^:? @{\\\n]?[0-9a-z.]{0,6}", fullmatch=True)
    )
)
def test_nothing_but_a_release_becomes_a_branch(text: str) -> None:
    try:
        branch = branch_of(text)
    except ValueError:
        assert target_of(f"concertmaster/orchestrator-core-{text}") is None
    else:
        assert target_of(branch) == text
        assert str(release(text)).count(".") == 2
        assert text.isascii()


# -- pins -----------------------------------------------------------------------------------------------


def test_every_manifest_is_raised_in_its_own_style() -> None:
    files = {
        "pyproject.toml": '[tool.poetry.dependencies]\norchestrator-core = "^4.8"\n',
        "requirements.txt": "orchestrator-core[celery]~=4.8.1  # pinned\nrequests\n",
        "Dockerfile": "FROM ghcr.io/workfloworchestrator/orchestrator-core:4.8.2\n",
        "setup.cfg": "[options]\ninstall_requires =\n    orchestrator-core>=4.8,<5\n",
    }
    found = plan(files)
    assert texts(found) == {
        "pyproject.toml": '[tool.poetry.dependencies]\norchestrator-core = "^5.5"\n',
        "requirements.txt": "orchestrator-core[celery]~=5.5.0  # pinned\nrequests\n",
        "Dockerfile": "FROM ghcr.io/workfloworchestrator/orchestrator-core:5.5.0\n",
        "setup.cfg": "[options]\ninstall_requires =\n    orchestrator-core>=5.5,<6\n",
    }
    assert found.commits[0].title == "Require orchestrator-core 5.5.0"
    assert set(found.commits[0].files) == set(files)


def test_what_is_not_raised_is_named_and_locks_have_their_command() -> None:
    lock = '[[package]]\nname = "orchestrator-core"\nversion = "4.8.2"\n'
    hashed = "orchestrator-core==4.8.2 \\\n    --hash=sha256:" + "0" * 64 + "\n"
    found = plan(
        {
            "pyproject.toml": PIN.format("4.8.2"),
            "uv.lock": lock,
            "requirements.txt": hashed,
            "docs/requirements.txt": "orchestrator-core\n",
        }
    )
    assert texts(found) == {"pyproject.toml": PIN.format("5.5.0")}
    obstacles = {pin.path: pin.obstacle for pin in found.pins if pin.obstacle}
    assert obstacles == {
        "requirements.txt": "it is pinned by hashes, which belong to one release",
        "docs/requirements.txt": "it names no release, so there is nothing to raise",
    }
    body = render(found, Surroundings())
    assert "- Renew `uv.lock`: `uv lock --upgrade-package orchestrator-core`." in body
    assert "`requirements.txt:1` `orchestrator-core==4.8.2` is not raised: it is pinned by hashes" in body


# -- commits --------------------------------------------------------------------------------------------


def test_each_rule_has_a_commit_and_the_last_one_is_what_fix_writes() -> None:
    found = plan()
    assert [commit.rules for commit in found.commits] == [(), ("workflow-description",), ("old-namespace",)]
    assert [commit.files["main.py"].decode() for commit in found.commits[1:]] == [
        OLD.replace('"Create node", ', ""),
        NEW,
    ]
    assert_adds_up(found)


def test_a_change_of_meaning_is_seen_though_the_raised_pin_says_that_it_is_past() -> None:
    source = (
        "from oauth2_lib.fastapi import OPAAuthorization\n\n\n"
        'policy = OPAAuthorization(opa_url="http://opa", auto_error=False)\n'
    )
    found = plan({"pyproject.toml": PIN.format("4.8.2"), "main.py": source})
    assert "authorization-false" in {item.rule for item in found.remaining}
    again = plan({"pyproject.toml": PIN.format("5.4.0"), "main.py": source})
    assert "authorization-false" not in {item.rule for item in again.remaining}


def test_only_with_unsafe_what_asks_to_be_checked_is_committed() -> None:
    source = 'import logging\n\nlogging.getLogger("orchestrator.workflow")\n'
    files = {"pyproject.toml": PIN.format("4.8.2"), "logs.py": source}
    careful, bold = plan(files), plan(files, unsafe=True)
    assert "logs.py" not in careful.files
    assert b"orchestrator.core.workflow" in careful.suggested["logs.py"]
    assert bold.files["logs.py"] == careful.suggested["logs.py"]


def test_files_that_may_not_be_written_are_left_out_and_named() -> None:
    workflow = "on: push\njobs:\n  a:\n    steps:\n      - run: pip install orchestrator-core==4.8.2\n"
    files = PLAIN | {".github/workflows/test.yml": workflow}
    found = plan(files)
    assert [note.path for note in found.kept_back] == [".github/workflows/test.yml"]
    assert set(found.files) == {"pyproject.toml", "main.py"}
    assert "to `5.5.0` in `pyproject.toml` and makes 2 files follow" in render(found, Surroundings())


def test_a_file_that_cannot_be_read_is_told() -> None:
    found = plan(PLAIN | {"broken.py": "from orchestrator.db import (\n"})
    assert [item.path for item in found.unanalysed] == ["broken.py"]
    assert "`broken.py` could not be analysed" in render(found, Surroundings())


def test_messages_of_commits_call_nobody() -> None:
    found = plan(PLAIN | {"@octocat fixes #1.py": OLD})
    for commit in found.commits:
        assert "\n" not in commit.title
        assert "@octocat" not in commit.body
        assert "#1" not in commit.body


def test_a_file_whose_steps_do_not_add_up_ends_as_it_must() -> None:
    """What no step explains goes with the last one, or with the rule on the whole project where there is one."""

    def judge(source: bytes, allowed: frozenset[str]) -> FileResult:
        edit = Edit(0, 1, b"b")
        finding = Finding("first", (), "a.py", 1, 1, 1, Severity.ERROR, Safety.SAFE, "", "5.0", edits=(edit,))
        rewritten = b"b = 1" if "first" in allowed and source == b"a = 1" else None
        return FileResult("a.py", (finding,) if source == b"a = 1" else (), rewritten)

    order = ("first", "second")
    assert list(stages("a.py", b"a = 1", b"b = 1", order, judge)) == [("first", b"b = 1")]
    assert list(stages("a.py", b"a = 1", b"c = 1", order, judge)) == [("first", b"c = 1")]
    assert list(stages("a.py", b"a = 1", b"c = 1", order, judge, whole="whole")) == [
        ("first", b"b = 1"),
        ("whole", b"c = 1"),
    ]
    assert list(stages("a.py", b"x = 1", b"c = 1", order, judge)) == [("second", b"c = 1")]


def test_a_step_that_does_not_parse_goes_with_the_next() -> None:
    def judge(source: bytes, allowed: frozenset[str]) -> FileResult:
        edits = (Edit(0, 1, b"("),)
        findings = [
            Finding(name, (), "a.py", 1, 1, 1, Severity.ERROR, Safety.SAFE, "", "5.0", edits=edits)
            for name in ("first", "second")
        ]
        return FileResult("a.py", tuple(findings), b"c = 1" if "second" in allowed else b"( = 1")

    assert list(stages("a.py", b"a = 1", b"c = 1", ("first", "second"), judge)) == [("second", b"c = 1")]


def assert_adds_up(found: UpgradePlan) -> None:
    """Each commit parses, changes something, and the last is what `fix` writes or proposes where pins are raised."""
    base: Project = found.upgraded.project if isinstance(found.upgraded, Overlay) else found.upgraded
    current: dict[str, bytes] = {}
    for commit in found.commits:
        assert commit.files
        for path, text in commit.files.items():
            assert text != current.get(path, base.read(path) if path in base.paths else None), (
                commit.title,
                path,
            )
            if path.endswith(".py"):
                ast.parse(text)
        current |= commit.files
    raised = Overlay(base, found.commits[0].files)
    workspace = open_workspace(base, target=found.target)
    fixed = run(over(workspace, raised), raised, jobs=1)
    assert {**found.commits[0].files, **fixed.proposed, **fixed.rewritten} == current
    assert found.unsettled == ()


@pytest.mark.generated
@pytest.mark.parametrize("number", ["2.10.0", "4.8.2"])
def test_the_commits_of_a_generated_project_add_up(number: str, tmp_path: Path) -> None:
    found = generated(number, tmp_path)
    assert_adds_up(found)
    assert len(found.commits) > 8
    body = render(found, Surroundings())
    assert len(body) < 65_000
    for section in ("Left for a person", "Around the upgrade", "What changes", "What was checked"):
        assert f"### {section}" in body


def generated(number: str, folder: Path) -> UpgradePlan:
    try:
        environment(number)
    except Unavailable as absent:
        pytest.skip(absent.reason)
    root = folder / "project"
    shutil.copytree(project(number), root, ignore=shutil.ignore_patterns("__pycache__"))
    return plan_upgrade(open_workspace(WorkingTree.open(root)), jobs=1, may_write=lambda _: True)


# -- the text -------------------------------------------------------------------------------------------

LEFT = {
    "pyproject.toml": PIN.format("4.8.2"),
    "main.py": OLD,
    "logs.py": 'import logging\n\nlogging.getLogger("orchestrator.workflow")\n',
}


def test_links_lead_to_the_commits() -> None:
    head, base = (
        Links("https://github.example", "o/r", "a" * 40),
        Links("https://github.example", "o/r", "b" * 40),
    )
    body = render(plan(LEFT), Surroundings(head, base))
    assert f"https://github.example/o/r/blob/{'a' * 40}/logs.py#L3" in body
    assert f"https://github.example/o/r/blob/{'b' * 40}/main.py#L1" in body


def test_ticks_are_kept_by_their_key() -> None:
    found = plan(LEFT)
    body = render(found, Surroundings())
    boxes = [line for line in body.splitlines() if line.startswith("- [ ]")]
    done = body.replace(boxes[0], boxes[0].replace("[ ]", "[x]"))
    assert len(ticked(done)) == 1
    moved = plan(LEFT | {"logs.py": "# a line above\n" + LEFT["logs.py"]})
    again = render(moved, Surroundings(ticked=ticked(done)))
    assert again.count("- [x]") == 1
    assert len(set(keys(again))) == len(keys(again)) == len(boxes)


def keys(body: str) -> list[str]:
    return [line.rpartition("<!--")[2] for line in body.splitlines() if line.startswith("- [")]


def test_a_tick_in_quoted_text_is_none() -> None:
    assert (
        ticked("> - [x] no <!-- concertmaster:item,abc -->\ntext - [x] <!-- concertmaster:item,def -->")
        == frozenset()
    )


def test_what_changes_is_a_table_by_release() -> None:
    body = render(plan(LEFT), Surroundings())
    shown = Rendered(body)
    assert shown.tags.count("table") == 1
    rows = [line for line in body.splitlines() if line.startswith("| `")]
    assert [row.split(" | ")[0] for row in rows] == sorted(row.split(" | ")[0] for row in rows)
    assert shown.tags.count("td") == 5 * len(rows) > 5
    (names,) = (row for row in rows if "old-namespace" in row)
    assert names.split(" | ")[2:4] == ["3", "1"]


def test_suggested_rewrites_are_shown_as_differences() -> None:
    body = render(plan(LEFT), Surroundings())
    assert (
        '-logging.getLogger("orchestrator.workflow")\n+logging.getLogger("orchestrator.core.workflow")'
        in body
    )


@pytest.mark.parametrize("limit", [2_500, 4_000, 8_000])
def test_the_least_important_is_left_out_first_and_counted(limit: int) -> None:
    many = {f"logs_{number}.py": LEFT["logs.py"] for number in range(60)}
    body = render(plan(PLAIN | many), Surroundings(), limit=limit)
    assert len(body) <= limit
    assert body.startswith(BEGIN)
    assert body.endswith(END)
    assert re.search(r"Left out for want of room: \d+ of 60 files\.", body)
    assert "**Nothing of it was run**" in body


SIZES = st.lists(st.tuples(st.integers(0, 9), st.lists(st.integers(1, 60), max_size=8)), max_size=6)


@given(SIZES, st.integers(500, 900))
def test_what_has_room_is_shown_and_the_rest_counted(sizes: list[tuple[int, list[int]]], limit: int) -> None:
    sections = [
        Section(f"S{index}", tuple(Block("x" * size) for size in blocks), importance, "thing")
        for index, (importance, blocks) in enumerate(sizes)
    ]
    text = fit(sections, limit)
    whole = fit(sections, 10**6)
    assert text == whole if len(whole) <= limit else len(text) <= limit


@settings(deadline=None)
@given(HOSTILE, HOSTILE)
def test_what_a_repository_writes_stays_text(name: str, text: str) -> None:
    path = "".join(sign for sign in name if sign not in "/\0")[:40] + ".py"
    source = (
        f"import logging\n\nlogging.getLogger('orchestrator.workflow')  # {text!r}\nimport orchestrator.db\n"
    )
    tree = {"pyproject.toml": PIN.format("4.8.2").encode(), path: source.encode("utf-8", "replace")}
    found = plan_upgrade(open_workspace(MemoryTree(tree)), jobs=1)
    body = render(found, Surroundings())
    body.encode()
    shown = Rendered(body)
    assert set(shown.tags) <= {
        "p", "code", "strong", "h3", "h4", "ul", "li", "a", "details", "summary", "pre", "!--", "input",
        "table", "thead", "tbody", "tr", "th", "td", "br",
    }  # fmt: skip
    assert all(
        address.startswith(("https://workfloworchestrator.org/", "https://docs."))
        for address in shown.addresses
    )
    assert "@octocat" not in shown.text


# -- the command line -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "network"
    root.mkdir()
    for path, text in PLAIN.items():
        (root / path).write_text(text)
    monkeypatch.chdir(root)
    return root


def test_without_write_the_plan_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["upgrade"]) == 0
    assert (folder / "main.py").read_text() == OLD
    printed = capsys.readouterr().out
    assert "branch concertmaster/orchestrator-core-5.5.0, 3 commits, 2 files" in printed
    assert "* The framework is imported by its name of before 5.0 (old-namespace)\n    main.py" in printed
    assert "### What was checked" in printed
    assert command(["upgrade", "--write", "--dry-run"]) == 0
    assert (folder / "main.py").read_text() == OLD


def test_write_changes_the_working_tree(folder: Path) -> None:
    assert command(["upgrade", "--write"]) == 0
    assert (folder / "main.py").read_text() == NEW
    assert (folder / "pyproject.toml").read_text() == PIN.format("5.5.0")


def test_a_wanted_release_is_planned(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["upgrade", "--target", "newest-of-major"]) == 0
    assert "4.8.2 is installed already" in capsys.readouterr().err
    assert command(["upgrade", "--target", "5.0.0"]) == 2
    assert "Give 5.0.1" in capsys.readouterr().err
