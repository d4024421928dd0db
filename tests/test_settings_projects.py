"""Rules on deployment files that need to know the project around them, or the way between two releases."""

from __future__ import annotations

import pytest

from concertmaster.findings import Finding, Safety
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.deployment import Deployment
from concertmaster.rule import load_rules
from concertmaster.subjects import analyse
from concertmaster.versions import Mode, Window

IMAGE = b"FROM ghcr.io/workfloworchestrator/orchestrator-core:4.5.3\nCOPY . .\n"
ENV = b"DATABASE_URI=postgresql+psycopg://db/x\nCACHE_URI=redis://c\nEXECUTOR=celery\nEMBEDDING_API_ENABLED=true\n"


WINDOW = Window("4.5.3", "5.5.0")


def judge(
    rule: str,
    files: dict[str, bytes],
    window: Window = WINDOW,
    homes: tuple[str, ...] = ("",),
) -> list[Finding]:
    """What a rule finds in the first of some files."""
    path = next(iter(files))
    around = Surroundings(window, deployment=Deployment(list(files), files.get, homes))
    rules = [each for each in load_rules() if each.id == rule]
    result = analyse(path, files[path], around, rules, unsafe=False)
    assert result.unanalysed is None
    return list(result.findings)


def test_an_image_that_starts_what_the_project_has() -> None:
    assert judge("base-image-layout", {"Dockerfile": IMAGE, "wsgi.py": b""}) == []
    assert judge("base-image-layout", {"api/Dockerfile": IMAGE, "api/wsgi.py": b""}) == []


def test_an_image_that_says_what_to_start() -> None:
    assert judge("base-image-layout", {"Dockerfile": IMAGE + b'CMD ["uvicorn", "main:app"]\n'}) == []


def test_an_image_that_starts_what_is_not_there() -> None:
    (finding,) = judge("base-image-layout", {"Dockerfile": IMAGE, "main.py": b""})
    assert finding.rows == ("46-02",)
    assert judge("base-image-layout", {"Dockerfile": IMAGE}, Window("4.6.0", "5.5.0")) == []


def test_an_image_that_only_a_comment_names() -> None:
    source = b"FROM python:3.13\n# not workfloworchestrator/orchestrator-core\nRUN pip install x\n"
    assert judge("base-image-layout", {"Dockerfile": source}) == []
    assert (
        judge("base-image-layout", {"compose.yml": b"image: workfloworchestrator/orchestrator-core\n"}) == []
    )


@pytest.mark.parametrize(
    ("installed", "rows"),
    [("2.10.0", ("30-03", "43-02")), ("3.2.3", ("43-02",)), ("4.3.0", None)],
)
def test_messages_of_celery(installed: str, rows: tuple[str, ...] | None) -> None:
    found = judge("celery-messages", {".env": ENV}, Window(installed, "5.5.0"))
    assert [finding.rows for finding in found] == ([rows] if rows else [])


def test_a_variable_of_a_later_release() -> None:
    assert judge("unread-variable", {".env": ENV}, Window("4.8.2", "5.5.0")) == []
    (finding,) = judge("unread-variable", {".env": ENV}, Window("4.8.2", "5.5.0", Mode.REVIEW))
    assert "`EMBEDDING_API_ENABLED` has no effect before 5.0, and this is 4.8.2" in finding.message
    assert judge("unread-variable", {".env": ENV}, Window("5.0.0", "5.5.0", Mode.REVIEW)) == []


def test_tests_that_set_the_switch_somewhere() -> None:
    workflow = b"jobs: {t: {steps: [{run: pytest}], env: {DATABASE_URI: x, CACHE_URI: y}}}\n"
    path = ".github/workflows/test.yml"
    assert len(judge("testing-default", {path: workflow, "tests/conftest.py": b""})) == 1
    assert judge("testing-default", {path: workflow, "tests/conftest.py": b"TESTING"}) == []
    assert judge("testing-default", {path: workflow, "pytest.ini": b"[pytest]\nenv = TESTING=1"}) == []


def test_jobs_that_only_one_release_loses() -> None:
    script = {"run.sh": b"python main.py scheduler run\n"}
    (finding,) = judge("scheduler-service", script, Window("4.8.2", "5.0.0"))
    assert finding.rows == ("50-01h",)
    assert judge("scheduler-service", script, Window("4.8.2", "5.0.1")) == []


def test_databases_are_looked_for_where_images_are_named() -> None:
    assert judge("plain-postgres-image", {"run.sh": b"docker run postgres:15 orchestrator\n"}) == []


def test_an_env_file_of_the_project_is_likely_to_be_its_own() -> None:
    (finding,) = judge("database-uri-scheme", {".env": b"DATABASE_URI=postgresql://db/x\n"})
    assert finding.safety is Safety.SUGGESTED
    assert judge("database-uri-scheme", {".env": b"DATABASE_URI=postgresql://db/x\n"}, homes=("api",)) == []


def test_a_variable_that_is_filled_in_elsewhere_is_told_and_not_renamed() -> None:
    compose = b"services: {orchestrator: {image: orchestrator, environment: {KEY: '${LLM_FORCE_EXTENTION_MIGRATION}'}}}"
    files = {".env": b"LLM_FORCE_EXTENTION_MIGRATION=1\n", "compose.yml": compose}
    (finding,) = judge("removed-variables", files)
    assert finding.safety is Safety.MANUAL


def test_what_two_packages_share_is_judged_for_both() -> None:
    around = Surroundings(Window("4.8.2", "5.5.0"))
    source = b"image: postgres:15\na: [\n"
    result = analyse("docker-compose.yml", source, around, load_rules(), unsafe=True)
    assert result.unanalysed is not None
    assert result.unanalysed.reason.startswith("not valid YAML")


@pytest.mark.parametrize(
    ("source", "safety"),
    [
        (b'description = "More of orchestrator.workflow"', Safety.SUGGESTED),
        (b'summary = "orchestrator.workflow"', Safety.SUGGESTED),
        (b'title = "All of orchestrator.db"', Safety.SUGGESTED),
        (b'module = "orchestrator.workflow.*"', Safety.SAFE),
        (b'module = [\n    "orchestrator.workflow.*",\n]', Safety.SAFE),
    ],
)
def test_descriptions_may_speak_of_modules(source: bytes, safety: Safety) -> None:
    (finding,) = judge("old-module-reference", {"pyproject.toml": source})
    assert finding.safety is safety


def test_modules_that_the_project_ships_itself_are_its_own() -> None:
    around = Surroundings(Window("4.8.2", "5.5.0"), shadow=frozenset({"workflow"}), regular=True)
    rules = [each for each in load_rules() if each.id == "old-module-reference"]
    source = b'module = ["orchestrator.workflow", "orchestrator.db"]\n'
    result = analyse("pyproject.toml", source, around, rules, unsafe=True)
    assert [finding.safety for finding in result.findings] == [Safety.MANUAL]


def test_uris_on_the_way_through_releases_with_psycopg_3() -> None:
    source = {".env": b"DATABASE_URI=postgresql+psycopg://db/x\nCACHE_URI=redis://c\n"}
    assert len(judge("early-psycopg-uri", source, Window("3.1.1", "4.8.2"))) == 1
    assert judge("early-psycopg-uri", source, Window("3.1.1", "5.0.0")) == []
    assert judge("early-psycopg-uri", source, Window("4.4.0", "4.8.2")) == []
    assert judge("early-psycopg-uri", source, Window("3.1.1", "4.8.2", Mode.REVIEW)) == []


@pytest.mark.parametrize("path", ["a.yml", "b.toml", ".env", "README.md", "c.bash"])
def test_files_without_a_word_that_matters_are_not_even_read(path: str) -> None:
    source = b"\xff: [ broken = \n" * 100_000
    around = Surroundings(Window("4.8.2", "5.5.0"))
    result = analyse(path, source, around, load_rules(), unsafe=True)
    assert result.unanalysed is None
    assert result.findings == ()
