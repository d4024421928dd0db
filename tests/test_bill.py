"""The bill of materials names everything that the image holds: packages, the interpreter, libraries of the system."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from tools.bill import completed
from tools.root import bill, packages

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "requirements" / "run.txt"
AMD = {"python": "3.14.8", "packages": {"libssl3t64": "3.5.1-1+b1", "zlib1g": "1:1.3.1-1"}}
ARM = {"python": "3.14.8", "packages": {"libssl3t64": "3.5.1-1"}}


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """As the release makes it of the locked packages."""
    path = tmp_path_factory.mktemp("bill") / "sbom.json"
    command = Path(sys.executable).parent / "cyclonedx-py"
    arguments = ("requirements", str(RUN), "--output-reproducible", "--output-file", str(path))
    subprocess.run([str(command), *arguments], check=True, capture_output=True)
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_everything_is_named_once(packaged: dict[str, Any]) -> None:
    made = completed(packaged, {"amd64": AMD, "arm64": ARM})
    named = [(one["name"], one.get("version")) for one in made["components"]]
    locked = {line.split("==")[0] for line in RUN.read_text().splitlines() if "==" in line}
    assert locked <= {name for name, _ in named}
    assert named.count(("cpython", "3.14.8")) == 1
    assert [version for name, version in named if name == "libssl3t64"] == ["3.5.1-1+b1", "3.5.1-1"]
    references = [one["bom-ref"] for one in made["components"]]
    assert len(references) == len(set(references))


def test_it_is_valid(packaged: dict[str, Any]) -> None:
    made = completed(packaged, {"amd64": AMD, "arm64": ARM})
    version = SchemaVersion.from_version(made["specVersion"])
    assert JsonStrictValidator(version).validate_str(json.dumps(made)) is None
    spoiled = made | {"components": [{"name": "no type"}]}
    assert JsonStrictValidator(version).validate_str(json.dumps(spoiled)) is not None


def test_nothing_is_added_twice(packaged: dict[str, Any]) -> None:
    once = completed(packaged, {"amd64": AMD})
    assert completed(once, {"amd64": AMD}) == once


def test_images_of_two_pythons_make_no_release(packaged: dict[str, Any]) -> None:
    with pytest.raises(SystemExit, match="one and the same Python"):
        completed(packaged, {"amd64": AMD, "arm64": ARM | {"python": "3.14.7"}})


def test_the_image_says_which_python_it_holds(tmp_path: Path) -> None:
    (tmp_path / "system").mkdir()
    assert bill(tmp_path) == {"python": platform.python_version(), "packages": {}}


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="packages are asked of dpkg")
def test_files_are_traced_to_their_packages() -> None:
    assert packages([]) == {}
    found = packages(["/usr/bin/dpkg", "/usr/lib/of/nobody.so"])
    assert list(found) == ["dpkg"]
    assert found["dpkg"]
