"""A package of the project's own that is called like the framework's."""

from __future__ import annotations

import pytest

from concertmaster.project.local_package import shadow


@pytest.mark.parametrize(
    "paths",
    [
        [],
        ["main.py", "workflows/orchestrator/create.py", "docs/orchestrator.py", "orchestrator/values.yaml"],
        ["orchestrator_agent/__init__.py", "src/orchestrator2/__init__.py", "orchestrator.md"],
    ],
)
def test_other_paths_shadow_nothing(paths: list[str]) -> None:
    assert shadow(paths, {}) == (None, False)


@pytest.mark.parametrize(
    ("paths", "files", "names", "regular"),
    [
        (["orchestrator/__init__.py", "orchestrator/db.py"], {}, {"db"}, True),
        (["src/orchestrator/optical/__init__.py"], {}, {"optical"}, False),
        (["orchestrator.py"], {}, set(), True),
        (
            ["lib/orchestrator/x.py"],
            {"pyproject.toml": '[tool.setuptools.packages.find]\nwhere = ["lib"]'},
            {"x"},
            False,
        ),
        (
            ["py/orchestrator/x.py"],
            {"pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ". py"'},
            {"x"},
            False,
        ),
        (
            ["lib/orchestrator/x.py"],
            {"pyproject.toml": '[tool.poetry]\npackages = [{include = "orchestrator", from = "lib"}]'},
            {"x"},
            False,
        ),
        (["api/orchestrator/x.py"], {"api/pyproject.toml": "[project]"}, {"x"}, False),
        (["orchestrator/x.py"], {"pyproject.toml": "broken ["}, {"x"}, False),
    ],
)
def test_own_packages_are_seen_in_every_source_root(
    paths: list[str], files: dict[str, str], names: set[str], regular: bool
) -> None:
    found = shadow(paths, {path: text.encode() for path, text in files.items()})
    assert found == (frozenset(names), regular)
