"""Whose settings are whose: files that serve several programs are touched only where they are ours (G-13)."""

from __future__ import annotations

import pytest

from concertmaster.findings import Safety
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.deployment import Deployment
from concertmaster.project.settings.file import SettingsFile
from concertmaster.versions import Window

WINDOW = Window("4.8.2", "5.5.0")
COMPOSE = b"""
services:
  orchestrator:
    build: .
    command: uvicorn wsgi:app
    env_file: [common.env, ./docker/own.env, {path: .env, required: false}]
    environment:
      SESSION_SECRET: ${SESSION_SECRET}
  worker:
    build: .
    env_file: docker/own.env
  litellm:
    image: litellm/litellm
    env_file: common.env
    environment:
      OPENAI_API_KEY: ${OPENAI_API_KEY:-x}
  chat:
    image: chat
    env_file: chat.env
"""


def trust(
    path: str, text: str, key: str, files: dict[str, bytes] | None = None, homes: str = "-"
) -> Safety | None:
    files = files or {}
    deployment = Deployment([*files, path], files.get, () if homes == "-" else homes.split(","))
    file = SettingsFile(path, text.encode(), Surroundings(WINDOW, deployment=deployment))
    return file.trust(next(each for each in file.settings if each.key == key), Safety.SAFE)


@pytest.mark.parametrize("key", ["OPENAI_API_KEY", "DATABASE_URI", "TESTING", "SEARCH_ENABLED"])
def test_common_names_alone_tell_nothing(key: str) -> None:
    assert trust(".env", f"{key}=x\n", key) is None
    assert (
        trust("docker-compose.yml", f"services: {{a: {{image: b, environment: {{{key}: x}}}}}}", key) is None
    )


@pytest.mark.parametrize("other", ["SERVE_GRAPHQL_UI", "CACHE_HMAC_SECRET", "WORKFLOWS_GUI_URI"])
def test_a_name_that_only_the_framework_has_tells(other: str) -> None:
    assert trust(".env", f"OPENAI_API_KEY=x\n{other}=y\n", "OPENAI_API_KEY") is Safety.SAFE


def test_two_common_names_together_tell() -> None:
    assert trust(".env", "DATABASE_URI=x\nCACHE_URI=y\n", "DATABASE_URI") is Safety.SAFE


@pytest.mark.parametrize(
    "path", ["docker/orchestrator.env", "deploy/orchestrator-core/.env", "wfo_orchestrator/.env"]
)
def test_a_path_that_names_the_framework_tells(path: str) -> None:
    assert trust(path, "SEARCH_ENABLED=x\n", "SEARCH_ENABLED") is Safety.SAFE


@pytest.mark.parametrize(
    "path",
    ["docker/orchestrator-ui.env", "orchestratorlib/.env", "orchestrator-agent/.env", "orchestration/.env"],
)
def test_a_path_that_only_looks_alike_does_not(path: str) -> None:
    assert trust(path, "SEARCH_ENABLED=x\n", "SEARCH_ENABLED") is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("docker/own.env", Safety.SAFE),
        ("common.env", Safety.SUGGESTED),
        (".env", Safety.SAFE),
        ("chat.env", None),
        ("other.env", None),
    ],
)
def test_compose_files_tell_who_reads_a_file(path: str, expected: Safety | None) -> None:
    assert trust(path, "SEARCH_ENABLED=x\n", "SEARCH_ENABLED", {"docker-compose.yml": COMPOSE}) is expected


def test_who_a_value_is_filled_in_for_reads_it_too() -> None:
    files = {"docker-compose.yml": COMPOSE}
    text = "SERVE_GRAPHQL_UI=1\nOPENAI_API_KEY=x\nSESSION_SECRET=y\n"
    assert trust(".env", text, "OPENAI_API_KEY", files) is Safety.SUGGESTED
    assert trust(".env", text, "SESSION_SECRET", files) is Safety.SAFE


def test_a_variable_that_a_compose_file_fills_in_is_not_renamed() -> None:
    deployment = Deployment(["docker-compose.yml"], {"docker-compose.yml": COMPOSE}.get)
    file = SettingsFile(".env", b"OPENAI_API_KEY=x\nTESTING=1\n", Surroundings(WINDOW, deployment=deployment))
    assert [file.is_referred_to(each) for each in file.settings] == [True, False]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "DATABASE_URI=x\n"),
        (".github/workflows/test.yml", "jobs: {t: {steps: [{run: pytest}], env: {DATABASE_URI: x}}}"),
        ("tox.ini", "[testenv]\nsetenv =\n    DATABASE_URI=x\n"),
    ],
)
def test_where_the_framework_is_required_it_is_likely(path: str, text: str) -> None:
    assert trust(path, text, "DATABASE_URI", homes="") is Safety.SUGGESTED
    assert trust(path, text, "DATABASE_URI", homes="elsewhere") is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("netbox/.env", "DATABASE_URI=x\n"),
        (
            ".github/workflows/test.yml",
            "jobs: {t: {services: {chat: {image: chat, env: {DATABASE_URI: x}}}}}",
        ),
        ("docker-compose.yml", "services: {a: {build: ., environment: {DATABASE_URI: x}}}"),
    ],
)
def test_elsewhere_it_is_not(path: str, text: str) -> None:
    assert trust(path, text, "DATABASE_URI", homes="") is None


def test_settings_that_an_anchor_gives_to_others_as_well() -> None:
    text = """
services:
  orchestrator:
    image: orchestrator
    environment: &env {SEARCH_ENABLED: x}
  chat:
    image: chat
    environment: {<<: *env}
"""
    assert trust("compose.yml", text, "SEARCH_ENABLED") is Safety.SUGGESTED


def test_a_compose_file_that_cannot_be_read_tells_nothing() -> None:
    assert trust("own.env", "SEARCH_ENABLED=x\n", "SEARCH_ENABLED", {"compose.yml": b"services: ["}) is None


def test_a_config_map_is_called_by_its_name() -> None:
    text = "kind: ConfigMap\nmetadata: {name: %s}\ndata: {SEARCH_ENABLED: x}\n"
    assert trust("k8s.yaml", text % "orchestrator", "SEARCH_ENABLED") is Safety.SAFE
    assert trust("k8s.yaml", text % "chat", "SEARCH_ENABLED") is None
