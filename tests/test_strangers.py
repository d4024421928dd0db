"""Other programs in a repository are left alone; what is bound to the project's code is judged with it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from concertmaster.config import Config
from concertmaster.plan import make_plan
from concertmaster.project.definitions import Definitions
from concertmaster.project.files import MemoryTree
from concertmaster.project.strangers import strangers
from concertmaster.projects import divide
from concertmaster.runner import run
from concertmaster.versions import Window
from concertmaster.workspace import manifests, open_workspace, readable

PIN = '[project]\nname = "network"\ndependencies = ["orchestrator-core==4.8.2"]\n'
OTHER = '[project]\nname = "inventory"\ndependencies = ["fastapi", "pydantic<2"]\n'
WORK = "from orchestrator.workflow import begin\n"
APP = "from pydantic import BaseSettings\n\nURI = 'postgresql://inv@db/inv'\n"


def tree(files: Mapping[str, str]) -> MemoryTree:
    return MemoryTree({path: text.encode() for path, text in files.items()})


def found(files: Mapping[str, str]) -> tuple[str, ...]:
    project = tree(
        {"pyproject.toml": PIN, "workflows/node.py": WORK, "main.py": "import workflows\n", **files}
    )
    definitions = Definitions(project.paths, lambda path: readable(project, path))
    return strangers(project.paths, manifests(project), definitions, lambda path: readable(project, path))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"inventory/app.py": APP},
        {"deploy/pyproject.toml": OTHER, "deploy/compose.yaml": "services: {}\n"},
        {"tools/pyproject.toml": "[tool.ruff]\n", "tools/app.py": APP},
        {"plugin/pyproject.toml": OTHER, "plugin/app.py": "    import orchestrator\n"},
        {"plugin/pyproject.toml": OTHER, "plugin/test.py": 'patch("orchestrator.db.db")\n'},
        {"plugin/pyproject.toml": OTHER, "plugin/app.py": "from workflows.node import begin\n"},
        {
            "plugin/setup.py": "",
            "plugin/src/models/__init__.py": APP,
            "workflows/ip.py": "import os, models\n",
        },
        {"docs/setup.py": "", "docs/conf.py": "", "docs/a.md": "::: orchestrator.workflow.step\n"},
        {"lso/requirements.txt": "fastapi\n", "lso/app.py": APP},
        {"plugin/requirements.txt": "orchestrator-core\n", "plugin/setup.py": "", "plugin/app.py": APP},
    ],
)
def test_what_may_be_the_projects_own_is_judged(files: dict[str, str]) -> None:
    assert found(files) == ()


@pytest.mark.parametrize(
    "files",
    [
        {"inventory/pyproject.toml": OTHER, "inventory/inventory/main.py": APP},
        {"lso/requirements.txt": "fastapi\n", "lso/Dockerfile": "FROM python:3.12\n", "lso/app.py": APP},
        {
            "web/Pipfile": "[packages]\nflask = '*'\n",
            "web/app.py": "# see orchestrator.workflow\nimport flask\n",
        },
        {
            "a/setup.cfg": "[metadata]\nname = a\n",
            "a/x.py": APP,
            "a/b/pyproject.toml": OTHER,
            "a/b/y.py": "import x\n",
        },
    ],
)
def test_a_package_of_its_own_is_a_stranger(files: dict[str, str]) -> None:
    assert found(files) == (next(iter(files)).partition("/")[0],)


def test_a_stranger_is_not_judged() -> None:
    files = {"inventory/pyproject.toml": OTHER, "inventory/app.py": APP, "inventory/.env": "CC_NOC=1\n"}
    project = tree({"pyproject.toml": PIN, "workflows/node.py": WORK, **files})
    report = run(open_workspace(project), project, jobs=1)
    assert {finding.path for finding in report.findings} == {"workflows/node.py"}


def test_a_stranger_shows_nothing_of_an_upgrade() -> None:
    app = "URI = 'DATABASE_URI=postgresql://inv@db/inv'\n"
    files = {
        "inventory/pyproject.toml": OTHER,
        "inventory/app.py": app,
        "inventory/.env": "DATABASE_URI=postgresql://i\n",
    }
    plan = make_plan(
        tree({"pyproject.toml": PIN, "workflows/node.py": WORK, **files}), Window("4.8.2", "5.5.0")
    )
    assert plan.items
    assert not [place for item in plan.items for place in item.evidence if place.path.startswith("inventory")]


def test_a_library_whose_range_has_the_release_of_the_application_is_no_other_project() -> None:
    library = PIN.replace("==4.8.2", ">=4.4,<5")
    files = {"app/pyproject.toml": PIN, "libs/steps/pyproject.toml": library}
    assert divide(tree(files), Config()) == ("",)


def test_ranges_by_themselves_may_be_installed_apart() -> None:
    files = {
        "a/pyproject.toml": PIN.replace("==4.8.2", ">=4.4"),
        "b/pyproject.toml": PIN.replace("==4.8.2", "<5"),
    }
    assert divide(tree(files), Config()) == ("a", "b")
