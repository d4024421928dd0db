"""Projects that orchestrator-core's own generator makes: complete, and importable under their release."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest
from tools.generated import Unavailable, environment, import_all, project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.generated

RELEASES = ("4.8.2",)
KINDS = ("create", "modify", "terminate", "validate")
PRODUCTS = ("site", "port", "leased_line", "ip_prefix", "cloud_access")


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def home(release: str) -> Path:
    try:
        return environment(release)
    except Unavailable as absent:
        pytest.skip(absent.reason)


@pytest.fixture
def rich(release: str, home: Path) -> Path:
    return project(release)


@pytest.fixture(params=["rich", "workshop"])
def either(release: str, home: Path, request: pytest.FixtureRequest) -> Path:
    return project(release, recipe=request.param)


def test_every_module_imports_under_its_own_release(either: Path, home: Path) -> None:
    outcome = import_all(either, home)
    assert {path: why for path, why in outcome.items() if why} == {}
    assert len(outcome) > 40


def test_a_module_that_does_not_import_is_told_with_its_error(home: Path, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("import json\n")
    (tmp_path / "bad.py").write_text("import nowhere_to_be_found\n")
    assert import_all(tmp_path, home) == {
        "bad.py": "ModuleNotFoundError: No module named 'nowhere_to_be_found'",
        "good.py": None,
    }


def test_every_product_has_all_kinds_of_workflow_and_their_unit_tests(rich: Path) -> None:
    for product in PRODUCTS:
        for kind in KINDS:
            assert (rich / f"workflows/{product}/{kind}_{product}.py").is_file()
            assert (rich / f"test/unit_tests/workflows/{product}/test_{kind}_{product}.py").is_file()
        assert (rich / f"test/unit_tests/domain/product_types/test_{product}.py").is_file()


def test_every_workflow_is_registered_translated_and_in_a_migration(rich: Path) -> None:
    registry = (rich / "workflows/__init__.py").read_text()
    translations = json.loads((rich / "translations/en-GB.json").read_text())["workflow"]
    migrations = "".join(path.read_text() for path in rich.glob("migrations/versions/schema/*.py"))
    for name in (f"{kind}_{product}" for kind in KINDS for product in PRODUCTS):
        assert f'"{name}")' in registry
        assert name in translations
        assert f'"name": "{name}"' in migrations


def test_migrations_form_one_chain(rich: Path) -> None:
    parents = [_constants(path) for path in (rich / "migrations/versions/schema").glob("*.py")]
    revisions = {constants["revision"] for constants in parents}
    assert len(revisions) == len(parents) > len(PRODUCTS)
    [head] = revisions - {constants["down_revision"] for constants in parents}
    assert {constants["down_revision"] for constants in parents} == revisions - {head} | {None}


def _constants(path: Path) -> dict[str, object]:
    tree = ast.parse(path.read_text())
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
