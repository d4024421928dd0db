"""What an upgrade changes keeps the layout and the order of imports that the project is set up for."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from concertmaster.project.files import MemoryTree
from concertmaster.upgrading import UpgradePlan, plan_upgrade
from concertmaster.upgrading.formatting import formatter
from concertmaster.upgrading.tools import Toolbox
from concertmaster.workspace import open_workspace
from tests.jobs import PIN
from tests.programs import Own

LONG = """\
from orchestrator.workflows.utils import create_workflow, modify_workflow, terminate_wf


@create_workflow("A node", initial_input_form=form)
def create_node(): ...
"""
WRAPPED = """\
from orchestrator.core.workflows.utils import (
    create_workflow,
    modify_workflow,
    terminate_wf,
)


@create_workflow(initial_input_form=form)
def create_node(): ...
"""
LONG_NEW = """\
from orchestrator.core.workflows.utils import create_workflow, modify_workflow, terminate_wf


@create_workflow(initial_input_form=form)
def create_node(): ...
"""
#: The name of before 5.0 sorts before `orchestrator_helpers`, that of after it too; `oauth2_lib` is third-party.
ORDERED = """\
import os

import requests
from orchestrator.db import db

from network.util import helper

print(os, requests, db, helper)
"""


def plan(files: dict[str, str], *, tools: Toolbox | None = None) -> UpgradePlan:
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    workspace = open_workspace(tree, target="5.5.0")
    return plan_upgrade(workspace, jobs=1, formatting=partial(formatter, tools=tools or Toolbox()))


def project(settings: str = "", **files: str) -> dict[str, str]:
    named = {name.replace("__", "/").replace("_py", ".py"): text for name, text in files.items()}
    return {"pyproject.toml": PIN.format("4.8.2") + settings, **named}


def text(found: UpgradePlan, path: str = "main.py") -> str:
    return found.files[path].decode()


def test_without_settings_nothing_is_formatted() -> None:
    found = plan(project(main_py=LONG))
    assert text(found) == LONG_NEW
    assert found.style == ()


def test_what_was_not_formatted_before_is_left() -> None:
    untidy = LONG.replace('("A node", initial', '( "A node", initial')
    found = plan(project("[tool.ruff]\n", main_py=untidy))
    assert "orchestrator.core.workflows.utils import create_workflow, modify" in text(found)
    assert found.style == ("Left: the layout of 1 changed file where it was another before.",)


def test_what_needs_no_other_layout_is_left() -> None:
    found = plan(project("[tool.ruff]\nline-length = 100\n", main_py=LONG))
    assert text(found) == LONG_NEW


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ("[tool.ruff]\n", {}),
        ("[tool.ruff]\nline-length = 88\nextend-exclude = ['other']\n", {}),
        ("[tool.black]\nline-length = 88\ntarget-version = ['py311', 'py312']\n", {}),
        ("[tool.ruff]\nline-length = 120\n[tool.black]\n", {}),
        ("[tool.black]\nskip-string-normalization = true\nskip-magic-trailing-comma = true\n", {}),
        ("", {"ruff.toml": "line-length = 88\n"}),
        ("", {".ruff.toml": "[format]\nline-ending = 'lf'\n"}),
        ("[tool.ruff]\nline-length = 300\n", {"ruff.toml": "line-length = 88\n"}),
        ("[tool.ruff]\nextend = './etc/base.toml'\n", {"etc/base.toml": "line-length = 88\n"}),
        ("[tool.ruff]\nrequired-version = '==0.0.1'\n", {}),
    ],
)
def test_a_line_that_grows_is_wrapped_as_the_project_does(settings: str, more: dict[str, str]) -> None:
    found = plan({**project(settings, main_py=LONG), **more})
    assert text(found) == WRAPPED
    assert "Checked: 1 changed file in" in found.style[0]


def test_every_commit_has_the_layout() -> None:
    found = plan(project("[tool.ruff]\n", main_py=LONG))
    assert [commit.files["main.py"].decode() for commit in found.commits[1:]] == [
        LONG.replace('"A node", ', ""),
        WRAPPED,
    ]
    assert found.unsettled == ()


def test_a_second_upgrade_changes_nothing() -> None:
    files = project("[tool.ruff.lint]\nselect = ['I']\n[tool.ruff.format]\n", main_py=LONG)
    found = plan(files)
    again = {path: data.decode() for path, data in found.files.items()}
    assert plan({**files, **again, "pyproject.toml": files["pyproject.toml"]}).files.keys() == {
        "pyproject.toml"
    }


@pytest.mark.parametrize(
    "settings",
    [
        "[tool.ruff.lint]\nselect = ['E', 'I']\n",
        "[tool.ruff]\nextend-select = ['I001']\n",
        "[tool.isort]\nprofile = 'black'\n",
    ],
)
def test_imports_are_sorted_as_the_project_does(settings: str) -> None:
    """A module that gets another name gets another place, beside what has its name still."""
    source = "from orchestrator.custom import thing\nfrom orchestrator.db import db\n\nprint(db, thing)\n"
    sorted_ = (
        "from orchestrator.core.db import db\nfrom orchestrator.custom import thing\n\nprint(db, thing)\n"
    )
    assert text(plan(project(settings, main_py=source))) == sorted_


@pytest.mark.parametrize(
    ("name", "section"), [(".isort.cfg", "settings"), ("setup.cfg", "isort"), ("tox.ini", "isort")]
)
def test_settings_of_isort_may_be_in_files_of_their_own(name: str, section: str) -> None:
    """`custom` is told to be the project's own, so it stays below the framework in its section."""
    settings = (
        f"[{section}]\nmulti_line_output = 3\ninclude_trailing_comma = True\nline_length = 100\n"
        "known_first_party = custom,network\nforce_sort_within_sections = false\n"
    )
    first = "from orchestrator.custom import thing\nfrom orchestrator.db import db\n"
    source = f"{first}\nfrom custom import x\n\nprint(db, x)\n"
    found = plan(project(main_py=source) | {name: settings})
    assert text(found).splitlines()[:4] == [
        "from orchestrator.core.db import db",
        "from orchestrator.custom import thing",
        "",
        "from custom import x",
    ]


def test_the_projects_own_packages_are_seen(tmp_path: Path) -> None:
    files = project(
        "[tool.ruff.lint]\nselect = ['I']\n", main_py=ORDERED, network__util_py="helper = 1\n"
    ) | {"network/__init__.py": ""}
    found = plan(files)
    assert text(found) == ORDERED.replace("orchestrator.db", "orchestrator.core.db")


def test_settings_of_a_folder_hold_below_it() -> None:
    files = project("[tool.ruff]\nline-length = 300\n", main_py=LONG) | {
        "services/ruff.toml": "line-length = 88\n",
        "services/api/views.py": LONG,
    }
    found = plan(files)
    assert text(found) == LONG_NEW
    assert text(found, "services/api/views.py") == WRAPPED


def test_many_files_are_formatted_by_several_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concertmaster.upgrading.formatting.AT_ONCE", 2)
    files = {f"-{number} ü.py": LONG for number in range(5)}
    found = plan({**project("[tool.ruff]\n"), **files})
    assert {found.files[path].decode() for path in files} == {WRAPPED}


def test_a_file_that_fits_in_part_is_counted_as_left() -> None:
    """Its imports are in order, its layout is not."""
    untidy = LONG.replace('("A node", initial', '( "A node", initial')
    found = plan(project("[tool.ruff.lint]\nselect = ['I']\n", main_py=untidy, other_py=LONG))
    assert [line.split()[:2] for line in found.style] == [["Checked:", "1"], ["Left:", "the"]]


def test_excluded_files_stay_as_the_rewrites_leave_them() -> None:
    assert text(plan(project("[tool.ruff]\nexclude = ['main.py']\n", main_py=LONG))) == LONG_NEW


@pytest.mark.parametrize(
    "settings",
    [
        "[tool.ruff]\nextend = '../../etc/passwd'\n",
        "[tool.ruff]\nextend = '/etc/passwd'\n",
        "[tool.ruff]\nextend = '~/ruff.toml'\n",
        "[tool.ruff]\nextend = 'pyproject.toml'\n",
        "[tool.ruff]\nextend = 'gone.toml'\n",
    ],
)
def test_settings_from_elsewhere_are_not_followed(settings: str) -> None:
    found = plan(project(settings, main_py=LONG))
    assert text(found) == LONG_NEW
    assert "extends a file that is not followed" in found.style[0]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("[tool.ruff]\nline-length = 'long'\n", "ruff said"),
        ("[tool.ruff]\ntarget-version = 'py999'\n", "ruff said"),
        ("[tool.isort]\nmulti_line_output = 0\n", "isort are not followed"),
        ("[tool.isort]\nprofile = 'google'\n", "isort are not followed"),
    ],
)
def test_settings_that_are_not_understood_are_told(settings: str, told: str) -> None:
    found = plan(project(settings, main_py=LONG))
    assert text(found) == LONG_NEW
    assert told in " ".join(found.style)


def test_broken_settings_break_nothing() -> None:
    found = plan(project(main_py=LONG) | {"ruff.toml": "line-length = [", "setup.cfg": "isort]\n["})
    assert text(found) == LONG_NEW
    assert "no valid TOML" in found.style[0]


def test_without_ruff_that_is_told() -> None:
    found = plan(project("[tool.ruff]\n", main_py=LONG), tools=Own(program=None))
    assert text(found) == LONG_NEW
    assert "ruff is not installed" in found.style[0]


def test_a_ruff_that_fails_or_hangs_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concertmaster.upgrading.formatting.SECONDS", 0.2)
    for name, body in (("fails", "exit 3"), ("hangs", "exec sleep 5"), ("absent", "")):
        program = tmp_path / name
        if body:
            program.write_text(f"#!/bin/sh\n{body}\n")
            program.chmod(0o755)
        found = plan(project("[tool.ruff]\n", main_py=LONG), tools=Own(program=program))
        assert text(found) == LONG_NEW
        assert "Not done: formatting" in found.style[0]


def test_nothing_of_the_project_or_the_environment_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program sees empty files, settings by name, and no secret."""
    monkeypatch.setenv("SECRET", "canary")
    program, seen = tmp_path / "spy", tmp_path / "seen"
    program.write_text(
        f"#!/bin/sh\n(/usr/bin/env; pwd; /usr/bin/find . -type f -exec /bin/cat {{}} +) >> {seen}\n"
    )
    program.chmod(0o755)
    files = project(
        "[tool.ruff]\nline-length = 88\nsrc = ['/etc', '../..', 'lib']\nper-file = 1\n"
        "[tool.ruff.lint]\nselect = ['I']\nplugin = 'evil'\n",
        main_py=LONG,
        other_py="PASSWORD = 'other'\n",
    )
    plan(files, tools=Own(program=program))
    told = seen.read_text()
    assert 'src = ["lib"]' in told
    assert not [
        word
        for word in ("canary", "PASSWORD", "evil", "orchestrator-core==", str(Path.cwd()))
        if word in told
    ]
    assert os.environ["SECRET"] == "canary"
