"""What is read of settings in every format: keys, values, and the places that an edit may touch."""

from __future__ import annotations

import pytest

from concertmaster.project.manifests.model import Manifest, NotUnderstood
from concertmaster.project.settings.model import Setting
from concertmaster.project.settings.read import LIMIT, is_settings_file, kind_of, read_settings


def read(path: str, text: str | bytes) -> tuple[Setting, ...]:
    kind = kind_of(path)
    assert kind is not None
    source = text.encode() if isinstance(text, str) else text
    found = read_settings(Manifest(path, source, limit=LIMIT), kind)
    for setting in found:
        assert source[slice(*setting.key_at)].decode() == setting.key
        start, end = setting.entry_at
        assert start == end or start <= setting.key_at[0] < end
        if setting.value is not None and setting.value_at[0] != setting.key_at[1]:
            assert source[slice(*setting.value_at)].decode() == setting.value
    return found


def values(path: str, text: str) -> dict[str, str | None]:
    return {setting.key: setting.value for setting in read(path, text)}


@pytest.mark.parametrize(
    "path",
    """main.py .environment environment.yml.lock README.md uv.lock env.py migrations/env.py requirements.txt
    x.json""".split(),
)
def test_files_that_hold_no_settings(path: str) -> None:
    assert not is_settings_file(path)


@pytest.mark.parametrize(
    "path",
    """.env .env.example .env-local app.env docker/app.env.sample env.example .envrc compose.yaml Dockerfile
    Dockerfile.dev api.Dockerfile Makefile deploy/run.sh tox.ini pyproject.toml setup.cfg .coveragerc Procfile
    """.split(),
)
def test_files_that_hold_settings(path: str) -> None:
    assert is_settings_file(path)


def test_an_env_file_with_all_that_they_have() -> None:
    text = (
        "# SEARCH_ENABLED=True\n\n"
        "export TESTING=true\n"
        "DATABASE_URI = 'postgresql://a:b#c@db/x'   # the main one\n"
        'CORS_ORIGINS="one\ntwo"\n'
        "BASE_URL=http://localhost#top\n"
        "CACHE_URI=redis://cache  # comment\n"
        "EMPTY=\n"
        "BLANK= \n"
        "PASSED_ON\n"
        "not a setting\n"
        'ODD="unclosed\n'
        "LAST=Zoë"
    )
    assert values(".env", text) == {
        "TESTING": "true",
        "DATABASE_URI": "postgresql://a:b#c@db/x",
        "CORS_ORIGINS": "one\ntwo",
        "BASE_URL": "http://localhost#top",
        "CACHE_URI": "redis://cache",
        "EMPTY": "",
        "BLANK": "",
        "PASSED_ON": None,
        "ODD": '"unclosed',
        "LAST": "Zoë",
    }


def test_line_endings_of_windows_belong_to_no_value() -> None:
    found = read(".env", "TESTING=true\r\nBASE_URL='x'\r\n")
    assert [setting.value for setting in found] == ["true", "x"]
    assert found[0].entry_at == (0, 14)


def test_a_script() -> None:
    text = (
        "#!/bin/sh\n"
        "# export SEARCH_ENABLED=1\n"
        "export TESTING=true EXECUTOR='celery'\n"
        "DATABASE_URI=postgresql://db/x python main.py db upgrade heads\n"
        'docker run -e CACHE_URI=redis://cache --env "BASE_URL=http://x" \\\n'
        "  -e LOG_LEVEL=INFO \\\n"
        "  image EXTRA_ARG=1\n"
        ': "${SESSION_SECRET:=secret}"\n'
        "echo COMPUTED=1; LOGGING_HOST=$(hostname -f) run\n"
        "if true; then MAIL_SERVER=mail; fi\n"
    )
    assert values("run.sh", text) == {
        "TESTING": "true",
        "EXECUTOR": "celery",
        "DATABASE_URI": "postgresql://db/x",
        "CACHE_URI": "redis://cache",
        "BASE_URL": "http://x",
        "LOG_LEVEL": "INFO",
        "SESSION_SECRET": "secret",
        "LOGGING_HOST": "$(hostname -f)",
        "MAIL_SERVER": "mail",
    }


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run.sh", "export A_KEY='a'\"b\"\n"),
        ("run.sh", "A_KEY=a\\ b run\n"),
        ("Dockerfile", "ENV A_KEY='a'b\n"),
        ("tox.ini", "[testenv]\npassenv = A_KEY\n"),
        ("a.yml", "A_KEY: &a x\nB_KEY: *a\n"),
    ],
)
def test_values_that_are_not_written_in_one_piece(path: str, text: str) -> None:
    assert None in {setting.value for setting in read(path, text)}


def test_lists_that_hold_something_else_as_well() -> None:
    assert values("tox.ini", "[testenv]\npassenv = A_KEY B_KEY\nsetenv = {[base]setenv}\n") == {}
    assert values("x.toml", 'env = [1, "not one", "A_KEY", "B_KEY=1"]\nB_LIST = [1]\n') == {"B_KEY": "1"}
    assert values("a.yml", "env: [{name: A_KEY}, {other: 1}, [B_KEY=1], X=1]\nlist: [C_KEY]\n") == {
        "B_KEY": "1"
    }


def test_an_entry_that_is_not_on_a_line_of_its_own_stays() -> None:
    (setting,) = read("a.yml", "? A_KEY\n: x\n")
    assert setting.entry_at == (0, 0)


def test_an_instruction_without_anything() -> None:
    assert read("Dockerfile", "ENV  \nARG =x\nENV =\n") == ()


def test_a_makefile() -> None:
    text = "export TESTING ?= true  # always\nDATABASE_URI := postgresql://x\n\ntest:\n\tCACHE_URI=redis://c pytest\n"
    assert values("Makefile", text) == {
        "TESTING": "true",
        "DATABASE_URI": "postgresql://x",
        "CACHE_URI": "redis://c",
    }


def test_a_dockerfile() -> None:
    text = (
        "FROM python:3.13\n"
        "ARG EXECUTOR=celery\n"
        "# ENV SEARCH_ENABLED=1\n"
        "ENV TESTING true story\n"
        "ENV BASE_URL=http://x \\\n"
        "    # the cache\n"
        '    CACHE_URI="redis://cache" \\\n'
        "    LOG_LEVEL=INFO\n"
        "env MAIL_PORT=25\n"
        "RUN MAIL_SERVER=mail true\n"
    )
    assert values("Dockerfile", text) == {
        "EXECUTOR": "celery",
        "TESTING": "true story",
        "BASE_URL": "http://x",
        "CACHE_URI": "redis://cache",
        "LOG_LEVEL": "INFO",
        "MAIL_PORT": "25",
    }


COMPOSE = """\
x-common: &common
  LOG_LEVEL: INFO
services:
  orchestrator:
    build: {context: ., args: {BUILD_ARG: 1}}
    environment:
      <<: *common
      TESTING: no
      QUOTED: 'it''s'
      SHARED: &shared "x"
      ALIASED: *shared
      NOTHING:
      FILLED: ${FILLED:-default}
      LONG: >
        folded
    labels:
      SOME_LABEL: x
  worker:
    image: worker
    environment:
      - EXECUTOR=celery
      - "BASE_URL=http://x"
      - PASSED_ON
    command: [A_WORD=1]
  inline:
    environment: {ONE_KEY: 1, TWO_KEY: "2"}
---
services: {}
"""


def test_a_compose_file() -> None:
    assert values("docker-compose.yml", COMPOSE) == {
        "LOG_LEVEL": "INFO",
        "TESTING": "no",
        "QUOTED": "it's",
        "SHARED": "x",
        "ALIASED": None,
        "NOTHING": None,
        "FILLED": "default",
        "LONG": "folded\n",
        "EXECUTOR": "celery",
        "BASE_URL": "http://x",
        "PASSED_ON": None,
        "A_WORD": "1",
        "ONE_KEY": "1",
        "TWO_KEY": "2",
    }


def test_who_gets_a_setting_of_a_compose_file() -> None:
    found = {setting.key: setting for setting in read("docker-compose.yml", COMPOSE)}
    assert [reader.name for reader in found["LOG_LEVEL"].group.readers] == ["orchestrator"]
    assert found["TESTING"].service == "orchestrator"
    assert found["EXECUTOR"].service == "worker"
    assert [reader.foreign for reader in found["EXECUTOR"].group.readers] == [True]


def test_services_of_one_image_are_of_one_kind() -> None:
    text = """
services:
  api: {build: ., command: "uvicorn wsgi:app", environment: {TESTING: x}}
  worker: {build: ., command: celery worker, environment: {TESTING: x}}
  other: {build: ./other, environment: {TESTING: x}}
"""
    assert [setting.group.readers[0].ours for setting in read("compose.yml", text)] == [True, True, False]


def test_what_others_refer_to_cannot_be_taken_out() -> None:
    found = {setting.key: setting for setting in read("docker-compose.yml", COMPOSE)}
    assert found["SHARED"].entry_at == (0, 0)
    assert found["ALIASED"].entry_at != (0, 0)


KUBERNETES = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: orchestrator}
spec:
  template:
    spec:
      containers:
        - name: api
          image: registry.localhost/network
          env:
            - name: TESTING
              value: "false"
            - name: SESSION_SECRET
              valueFrom: {secretKeyRef: {name: s, key: SESSION_SECRET}}
        - name: proxy
          image: nginx
          env: [{name: LOG_LEVEL, value: INFO}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: orchestrator-settings}
data:
  EXECUTOR: celery
"""


def test_manifests_of_kubernetes() -> None:
    found = {setting.key: setting for setting in read("deploy.yaml", KUBERNETES)}
    assert {key: setting.value for key, setting in found.items()} == {
        "TESTING": "false",
        "SESSION_SECRET": None,
        "LOG_LEVEL": "INFO",
        "EXECUTOR": "celery",
    }
    assert found["TESTING"].service == "api"
    assert found["TESTING"].group.readers[0].ours
    assert found["EXECUTOR"].service == "orchestrator-settings"


def test_a_workflow_and_what_is_no_environment_in_it() -> None:
    text = """
env:
  TESTING: "true"
jobs:
  test:
    services:
      db: {image: "postgres:15", env: {POSTGRES_DB: x}}
    env:
      BASE_URL: ${{ vars.URL }}
    steps:
      - run: pytest
        env: {EXECUTOR: celery}
  call:
    uses: ./.github/workflows/x.yml
    with: {LOG_LEVEL: INFO}
    secrets: {SESSION_SECRET: "${{ secrets.X }}"}
"""
    assert values(".github/workflows/test.yml", text) == {
        "TESTING": "true",
        "POSTGRES_DB": "x",
        "BASE_URL": "${{ vars.URL }}",
        "EXECUTOR": "celery",
    }


def test_gitlab_has_values_with_descriptions() -> None:
    text = "variables:\n  TESTING: {value: 'true', description: x}\ntest:\n  variables: {EXECUTOR: celery}\n"
    assert values(".gitlab-ci.yml", text) == {"TESTING": "true", "EXECUTOR": "celery"}


def test_a_template_is_read_line_by_line_and_never_edited() -> None:
    text = (
        "{{- if .Values.x }}\nenv:\n  - name: TESTING\n    value: {{ .x }}\n  EXECUTOR: celery\n{{- end }}\n"
    )
    found = read("chart/templates/deployment.yaml", text)
    assert [setting.key for setting in found] == ["TESTING", "EXECUTOR"]
    assert all(setting.problem for setting in found)


@pytest.mark.parametrize(
    "text",
    [
        "{{- range . }}\nTESTING: x\n{{- end }}\n",
        "TESTING: x\nb: {{ c }} d\n",
        "{% if x %}\nTESTING: x\n{% endif %}\n",
    ],
)
def test_what_is_no_yaml_before_it_is_filled_in_is_a_template(text: str) -> None:
    (setting,) = read("values.yaml", text)
    assert setting.problem


def test_braces_of_another_kind_make_no_template() -> None:
    text = "jobs: {a: {env: {TESTING: '${{ x }}'}}}\nb: '{{ c }}'\n"
    (setting,) = read("a.yml", text)
    assert not setting.problem


def test_tox_and_pytest() -> None:
    text = """
[testenv]
setenv =
    TESTING = true
    py313: EXECUTOR=celery
passenv = CACHE_URI
[pytest]
env =
    D:BASE_URL=http://x
    # LOG_LEVEL=INFO
[alembic]
sqlalchemy.url = postgresql://x
other = KEY_LIKE=1
"""
    assert values("tox.ini", text) == {
        "TESTING": "true",
        "EXECUTOR": "celery",
        "CACHE_URI": None,
        "BASE_URL": "http://x",
        "sqlalchemy.url": "postgresql://x",
    }


def test_toml() -> None:
    text = """
[tool.pytest_env]
TESTING = "true"
MAX_WORKERS = 5
[tool.pytest.ini_options]
env = ["D:BASE_URL=http://x", 'EXECUTOR=celery']
[tool.hatch.envs.test.env-vars]
LOG_LEVEL = 'INFO'  # loud
[tool.poe.tasks.run]
env = { CACHE_URI = "redis://c" }
"""
    assert values("pyproject.toml", text) == {
        "TESTING": "true",
        "BASE_URL": "http://x",
        "EXECUTOR": "celery",
        "LOG_LEVEL": "INFO",
        "CACHE_URI": "redis://c",
    }


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yml", "a: [1"),
        ("a.yml", "a:\n\tb: 1"),
        ("a.yml", "[" * 5_000),
        ("a.yml", "- " * 500 + "a"),
        ("a.yml", "%YAML 9.9\n---\na: 1"),
        ("a.yml", "a: \x00"),
        ("a.toml", "a = "),
        ("a.toml", "a = " + "[" * 5_000),
        (".env", "A_KEY=1\n" * 6_000),
        ("a.yml", "<<<<<<< ours\na: 1\n"),
        ("a.yml", "a: 1\n" * 200_000),
    ],
)
def test_what_cannot_be_read_is_named(path: str, text: str) -> None:
    with pytest.raises(NotUnderstood):
        read(path, text)


@pytest.mark.parametrize("source", [b"\xff\xfeA\x00", b"A_KEY=\xff\n"])
def test_what_is_no_text_is_named(source: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read(".env", source)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "&a a: *a",
        "a: 1\na: 2",
        "? [x]\n: 1",
        "{{ x }}: 1",
        "--- !<tag:x> {A_KEY: !!python/object/apply:os.system [ls]}",
        "a: *unknown",
        "",
        "\ufeffA_KEY: x",
    ],
)
def test_odd_yaml_is_read_as_it_is_written(text: str) -> None:
    read("a.yml", text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "A_KEY=" + " " * 200_000 + "x\n"),
        (".env", 'A_KEY="\n' * 4_000),
        ("a.sh", "A_KEY=$(" * 2_000),
        ("a.sh", "A_KEY=1 " * 4_000),
        ("a.sh", "${A_KEY:-x} " * 4_000),
        ("Makefile", "A_KEY =" + " " * 200_000 + "\n"),
        ("Dockerfile", "ENV A_KEY=1" + " " * 200_000 + "\n"),
        ("Dockerfile", "ENV" + " A_KEY=1 \\\n" * 4_000),
        ("tox.ini", "[testenv]\nsetenv =\n A_KEY=" + " " * 200_000 + "\n"),
        ("a.yml", "x: &a {b: *a}\n" * 1_000),
        ("a.yml", "A_KEY: é\n" * 4_000),
        ("a.yml", "a: {image: x, environment: {<<: *a, A_KEY: 1}}\n" * 1_000),
    ],
)
def test_long_texts_are_read_in_time_that_grows_with_them(path: str, text: str) -> None:
    assert read(path, text) is not None
