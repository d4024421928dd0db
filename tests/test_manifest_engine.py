"""Manifests are judged as Python files are: by priority, to a fixed point, with what keeps and what hinders."""

from __future__ import annotations

import pytest

from concertmaster.findings import Safety
from concertmaster.judging import FileResult
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.python import Surroundings
from concertmaster.project.text import Unreadable
from concertmaster.rule import load_rules
from concertmaster.subjects import analyse, is_judged
from concertmaster.versions import Mode, Window

RULES = load_rules()
UPGRADE = Window("4.8.2", "5.5.0")


def judge(path: str, text: str, window: Window = UPGRADE, *, unsafe: bool = True) -> FileResult:
    return analyse(path, text.encode(), Surroundings(window), RULES, unsafe=unsafe)


@pytest.mark.parametrize("path", ["uv.lock", "poetry.lock", "Pipfile.lock", "image.png"])
def test_what_no_rule_reads_is_not_judged(path: str) -> None:
    assert not is_judged(path)
    assert judge(path, "orchestrator-core[search]==4.8.2\n") == FileResult(path)


def test_a_release_that_is_not_reached_has_nothing_to_say() -> None:
    text = "orchestrator-core[search]==4.8.2\npsycopg2-binary==2.9.11\n"
    assert judge("requirements-dev.in", text, Window("4.7.0", "4.7.2")).rewritten is not None
    bounded = text + "graphql-core<3.3\noauth2-lib<3\n"
    assert judge("requirements-dev.in", bounded, Window("4.7.0", "4.7.2")).findings == ()


def test_only_safe_edits_are_made_by_themselves() -> None:
    text = "orchestrator-core[search]==4.8.2\npsycopg2-binary==2.9.11\n"
    result = judge("requirements.txt", text, unsafe=False)
    assert {finding.rule: finding.safety for finding in result.findings} == {
        "removed-extra": Safety.SAFE,
        "psycopg2-requirement": Safety.SUGGESTED,
    }
    assert result.rewritten == b"orchestrator-core==4.8.2\npsycopg2-binary==2.9.11\n"


def test_rules_mend_what_other_rules_leave() -> None:
    """The pin is aligned with the framework's, and then kept below the version with another client."""
    result = judge("requirements.txt", "orchestrator-core==5.5.0\noauth2-lib~=2.4.0\n")
    assert result.rewritten == b"orchestrator-core==5.5.0\noauth2-lib>=2.6.1,<3\n"


def test_a_file_is_judged_as_everything_that_it_is() -> None:
    setup = 'from setuptools import setup\n\nsetup(install_requires=["orchestrator-core[search]"])\n'
    text = f"from orchestrator import app_settings\n{setup}"
    result = judge("setup.py", text)
    assert [finding.rule for finding in result.findings] == ["old-namespace", "removed-extra"]
    new = text.replace("from orchestrator import", "from orchestrator.core import").replace("[search]", "")
    assert (result.rewritten or b"").decode() == new


def test_a_kept_finding_in_a_manifest_stays() -> None:
    text = "orchestrator-core[search]==4.8.2  # concertmaster: ignore[removed-extra] until 5.0 is out\n"
    result = judge("requirements.txt", text)
    assert result.findings == ()
    assert result.rewritten is None
    assert [item.reason for item in result.suppressed] == ["until 5.0 is out"]


def test_a_manifest_that_cannot_be_read_is_named() -> None:
    result = judge("pyproject.toml", "[project\n")
    assert result.unanalysed is not None
    assert "not valid TOML" in result.unanalysed.reason
    with pytest.raises(Unreadable, match="UTF-8"):
        _ = ManifestFile("requirements.txt", b"\xff\xff", UPGRADE).requirements


@pytest.mark.parametrize(
    ("installed", "told"),
    [("2.8.0", False), ("4.4.2", True), ("4.8.2", True), ("5.0.0", False), ("5.5.0", False)],
)
def test_breaking_libraries_concern_only_the_releases_that_they_break(installed: str, told: bool) -> None:
    window = Window(installed, "5.5.0", Mode.REVIEW)
    text = f"orchestrator-core=={installed}\ngraphql-core<3.2.7\n"
    rules = {finding.rule for finding in judge("requirements.txt", text, window).findings}
    assert ("unbounded-companion" in rules) is told


def test_a_lock_may_hold_what_a_manifest_leaves_open() -> None:
    text = '[project]\ndependencies = [\n    "orchestrator-core~=4.8.0",\n]\n'
    assert judge("pyproject.toml", text, Window("4.8.2", "4.8.2", Mode.REVIEW)).findings == ()
    upgrade = judge("pyproject.toml", text, Window("4.7.2", "4.8.2"))
    assert [finding.rule for finding in upgrade.findings] == ["unbounded-companion"]


def test_a_finding_of_a_pin_says_since_when() -> None:
    (finding,) = judge("requirements.txt", "orchestrator-core==5.5.0\ndeepmerge==2.0\n").findings
    assert finding.since == "5.1.0"
    assert finding.rows == ("50-27",)
    assert finding.message == (
        "`deepmerge==2.0` cannot be installed with orchestrator-core 5.5.0, which asks for `deepmerge==3.0.1`"
    )
