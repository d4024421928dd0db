"""Settings in less usual places: scripts inside YAML, here-documents, units, editors' JSON, encoded secrets, tables."""

from __future__ import annotations

import pytest

from concertmaster.findings import Safety, apply
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.deployment import Deployment
from concertmaster.project.settings.file import Audience, SettingsFile
from concertmaster.project.settings.model import Kind
from concertmaster.rule import load_rules
from concertmaster.subjects import analyse
from concertmaster.versions import Window
from tests.test_settings_reading import read, values

WINDOW = Window("4.8.2", "5.5.0")


def file_of(path: str, files: dict[str, str]) -> SettingsFile:
    sources = {name: text.encode() for name, text in files.items()}
    around = Surroundings(WINDOW, deployment=Deployment(sources, sources.get))
    return SettingsFile(path, sources[path], around)


def fixed(path: str, files: dict[str, str]) -> str:
    """The new text, which is also what the edits of the findings make, and which stays."""
    sources = {name: text.encode() for name, text in files.items()}
    around = Surroundings(WINDOW, deployment=Deployment(sources, sources.get))
    result = analyse(path, sources[path], around, load_rules(), unsafe=True)
    assert result.unanalysed is None
    new = result.rewritten or sources[path]
    again = analyse(path, new, around, load_rules(), unsafe=True)
    assert again.rewritten is None
    assert new in (sources[path], apply(sources[path], {e for one in result.findings for e in one.edits}))
    return new.decode()


# -- scripts inside YAML ---------------------------------------------------------------------------------


def test_scripts_of_workflows() -> None:
    text = """\
jobs:
  test:
    steps:
      - run: |
          # export COMMENTED=1
          export TESTING=true LOG_LEVEL='INFO'
          EXECUTOR=celery pytest A_WORD=1
      - run: echo "BASE_URL=http://x" >> "$GITHUB_ENV"
      - {run: 'MAIL_PORT=25 run', env: {CACHE_URI: redis}}
      - run: >
          FOLDED_KEY=1
          run
      - run: "ESCAPED_KEY=1 \\t run"
      - run: SESSION_SECRET=${{ secrets.X }} run
"""
    assert values(".github/workflows/test.yml", text) == {
        "TESTING": "true",
        "LOG_LEVEL": "INFO",
        "EXECUTOR": "celery",
        "BASE_URL": "http://x",
        "MAIL_PORT": "25",
        "CACHE_URI": "redis",
        "SESSION_SECRET": "${{ secrets.X }}",
    }


def test_scripts_of_gitlab_are_no_lists_of_variables() -> None:
    text = "test:\n  before_script: [TESTING=1 run]\n  script:\n    - EXECUTOR=celery pytest\n    - [LOG_LEVEL=x run]\n"
    found = {setting.key: setting for setting in read(".gitlab-ci.yml", text)}
    assert {key: setting.value for key, setting in found.items()} == {
        "TESTING": "1",
        "EXECUTOR": "celery",
        "LOG_LEVEL": "x",
    }
    assert {setting.kind for setting in found.values()} == {Kind.SHELL}


def test_the_only_line_of_a_script_stays() -> None:
    text = "test-orchestrator:\n  script: |\n    export CC_NOC=1\n"
    assert fixed(".gitlab-ci.yml", {".gitlab-ci.yml": text}) == text
    more = f"{text}    pytest\n"
    assert fixed(".gitlab-ci.yml", {".gitlab-ci.yml": more}) == more.replace("    export CC_NOC=1\n", "")


def test_a_variable_that_a_script_uses_stays() -> None:
    text = "test-orchestrator:\n  script:\n    - export CC_NOC=1 && run\n    - echo $CC_NOC\n"
    assert fixed(".gitlab-ci.yml", {".gitlab-ci.yml": text}) == text


# -- here-documents --------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["EOF", "'EOF'", '"EOF"', "\\EOF"])
def test_a_here_document_is_told_and_left_alone(word: str) -> None:
    here = f"cat > .env <<{word}\nCC_NOC=1\nSERVE_GRAPHQL_UI=1\nEOF\n"
    text = f"#!/bin/sh\nexport CC_NOC=1\n{here}export EXECUTOR=celery\n"
    problems = {(setting.key, bool(setting.problem)) for setting in read("orchestrator.sh", text)}
    assert problems == {("CC_NOC", False), ("CC_NOC", True), ("SERVE_GRAPHQL_UI", True), ("EXECUTOR", False)}
    assert fixed("orchestrator.sh", {"orchestrator.sh": text}) == text.replace("export CC_NOC=1\n", "", 1)


def test_a_shift_is_no_here_document() -> None:
    (setting,) = read("run.sh", "echo $((1<<N))\nTESTING=1\n")
    assert not setting.problem


# -- other files -----------------------------------------------------------------------------------------


def test_a_unit_of_systemd() -> None:
    text = (
        "[Service]\n"
        "Environment=TESTING=true \"BASE_URL=http://x y\"  'LOG_LEVEL=INFO'\n"
        "Environment=EXECUTOR=celery\n"
        "EnvironmentFile=/etc/x\n"
        "#Environment=MAIL_PORT=1\n"
    )
    assert values("deploy/orchestrator.service", text) == {
        "TESTING": "true",
        "BASE_URL": "http://x y",
        "LOG_LEVEL": "INFO",
        "EXECUTOR": "celery",
    }
    unit = "[Service]\nEnvironment=CC_NOC=1 SERVE_GRAPHQL_UI=False\nEnvironment=AGENT_MODEL=x\nExecStart=/bin/x\n"
    wanted = "[Service]\nEnvironment= SERVE_GRAPHQL_UI=\nExecStart=/bin/x\n"
    assert fixed("orchestrator.service", {"orchestrator.service": unit}) == wanted


CONTAINER = """\
{
\t// "SERVE_GRAPHQL_UI": "1" is what it was, naïvely
\t"name": "orchestrator",
\t"containerEnv": {
\t\t"CC_NOC": "1",
\t\t"SERVE_GRAPHQL_UI": "True", /* the "default" */
\t\t"BASE_URL": "http://x", // a // b
\t\t"AGENT_MODEL": "x",
\t},
}
"""


def test_json_with_comments() -> None:
    wanted = CONTAINER.replace('"CC_NOC": "1",\n\t\t', "").replace('"True"', '"graphiql"')
    path = ".devcontainer/devcontainer.json"
    assert values(path, CONTAINER)["BASE_URL"] == "http://x"
    assert fixed(path, {path: CONTAINER}) == wanted, "an entry with a comment before it stays, and is told"


def test_the_only_entry_of_json_goes_with_its_comma() -> None:
    text = '{\n  "name": "orchestrator",\n  "containerEnv": {\n    "CC_NOC": "1",\n  }\n}\n'
    assert fixed("devcontainer.json", {"devcontainer.json": text}) == text.replace('"CC_NOC": "1",', "")


def test_a_comment_of_json_keeps_what_is_below_it() -> None:
    text = '{"containerEnv": {\n  // concertmaster: ignore[graphql-ui-flag] ours\n  "SERVE_GRAPHQL_UI": "True"\n}}\n'
    result = analyse("devcontainer.json", text.encode(), Surroundings(WINDOW), load_rules(), unsafe=True)
    assert (result.findings, [one.reason for one in result.suppressed]) == ((), ["ours"])


def test_json_that_is_none_is_named() -> None:
    result = analyse(
        "launch.json", b'{"SERVE_GRAPHQL_UI": "1",', Surroundings(WINDOW), load_rules(), unsafe=True
    )
    assert result.unanalysed is not None


def test_an_env_file_that_is_filled_in_first() -> None:
    found = read("deploy/.env.j2", "export SERVE_GRAPHQL_UI=False\n{% if x %}\nCC_NOC={{ x }}\n{% endif %}\n")
    assert [(setting.key, setting.value, bool(setting.problem)) for setting in found] == [
        ("SERVE_GRAPHQL_UI", "False", True),
        ("CC_NOC", "{{ x }}", True),
    ]


# -- Kubernetes ------------------------------------------------------------------------------------------

SECRET = """\
kind: Secret
metadata: {name: orchestrator}
data:
  SERVE_GRAPHQL_UI: RmFsc2U=
  BROKEN_KEY: "%%%"
stringData:
  EXECUTOR: celery
"""
CONFIG = "kind: ConfigMap\nmetadata: {name: generic}\ndata:\n  OPENAI_API_KEY: x\n  LOG_LEVEL: INFO\n"
DEPLOYMENT = """\
kind: Deployment
metadata: {name: %s}
spec:
  containers:
    - name: %s
      image: %s
      %s
"""
WHOLE = "envFrom: [{configMapRef: {name: generic}}]"
SINGLE = "env: [{name: THE_KEY, valueFrom: {configMapKeyRef: {name: generic, key: OPENAI_API_KEY}}}]"


def test_what_is_encoded_is_read_and_never_written() -> None:
    found = {setting.key: setting for setting in read("k8s.yaml", SECRET)}
    assert (found["SERVE_GRAPHQL_UI"].value, found["BROKEN_KEY"].value) == ("False", None)
    assert (bool(found["SERVE_GRAPHQL_UI"].problem), found["EXECUTOR"].problem) == (True, "")
    assert fixed("k8s.yaml", {"k8s.yaml": SECRET}) == SECRET
    result = analyse("k8s.yaml", SECRET.encode(), Surroundings(WINDOW), load_rules(), unsafe=True)
    (finding,) = (item for item in result.findings if item.rule == "graphql-ui-flag")
    assert "base64" in finding.message
    assert finding.edits == ()


@pytest.mark.parametrize(
    ("deployments", "expected"),
    [
        ((), Audience.OTHERS),
        ((("chat", "chat", "chat", WHOLE),), Audience.OTHERS),
        ((("orchestrator", "api", "x", WHOLE),), Audience.OURS),
        ((("orchestrator", "api", "x", WHOLE), ("chat", "chat", "chat", WHOLE)), Audience.SHARED),
    ],
)
def test_who_takes_in_a_config_map_reads_it(
    deployments: tuple[tuple[str, ...], ...], expected: Audience
) -> None:
    """Other files tell, whatever the object is called (G-13)."""
    files = {f"deploy/{number}.yaml": DEPLOYMENT % each for number, each in enumerate(deployments)}
    file = file_of("config.yaml", {"config.yaml": CONFIG, **files})
    assert {file.audience(setting) for setting in file.settings} == {expected}


def test_a_key_that_is_taken_by_name_keeps_it() -> None:
    files = {"config.yaml": CONFIG, "deploy.yaml": DEPLOYMENT % ("orchestrator", "api", "x", SINGLE)}
    assert fixed("config.yaml", files) == CONFIG
    files["deploy.yaml"] = DEPLOYMENT % ("orchestrator", "api", "x", WHOLE)
    assert "EMBEDDING_API_KEY: x" in fixed("config.yaml", files)


def test_manifests_that_cannot_be_read_tell_nothing() -> None:
    file = file_of("config.yaml", {"config.yaml": CONFIG, "x.yaml": "envFrom: ["})
    assert {file.audience(setting) for setting in file.settings} == {Audience.OTHERS}


# -- files that serve several programs -------------------------------------------------------------------

COMPOSE = """\
services:
  orchestrator: {image: orchestrator, env_file: common.env}
  litellm: {image: litellm/litellm, env_file: common.env}
"""


def test_what_another_program_reads_too_keeps_its_name() -> None:
    text = "OPENAI_API_KEY=x\nSEARCH_ENABLED=true\nLOG_LEVEL=INFO\n"
    wanted = "OPENAI_API_KEY=x\nEMBEDDING_API_KEY=x\nSEARCH_ENABLED=true\nLOG_LEVEL=INFO\n"
    assert fixed("common.env", {"common.env": text, "compose.yml": COMPOSE}) == wanted
    file = file_of("common.env", {"common.env": text, "compose.yml": COMPOSE})
    result = analyse("common.env", text.encode(), file.around, load_rules(), unsafe=True)
    told = {item.line: item for item in result.findings if item.rule == "removed-variables"}
    assert "`litellm`" in told[1].message
    assert (told[2].edits, told[1].safety) == ((), Safety.SUGGESTED)


def test_what_only_the_framework_reads_goes_from_a_shared_file() -> None:
    text = "CC_NOC=1\nLOG_LEVEL=INFO\n"
    assert fixed("common.env", {"common.env": text, "compose.yml": COMPOSE}) == "LOG_LEVEL=INFO\n"


# -- tables ----------------------------------------------------------------------------------------------

TABLE = """\
| Variable | Meaning | Default |
|:---|---|---|
| `SERVE_GRAPHQL_UI` | user interface | `False` |
| DATABASE_URI | the database | "postgresql://nwa@localhost/orchestrator-core" |
"""


def test_values_in_tables() -> None:
    wanted = TABLE.replace("`False`", '`""`').replace("postgresql:", "postgresql+psycopg:")
    assert fixed("docs/orchestrator.md", {"docs/orchestrator.md": TABLE}) == wanted


@pytest.mark.parametrize(
    "text",
    [
        TABLE.replace("Default", "Kind"),
        TABLE.replace("|:---|---|---|\n", ""),
        f"```text\n{TABLE}```\n",
        f"~~~~\n{TABLE.replace('SERVE_GRAPHQL_UI', 'CC_NOC')}~~~~\n",
        TABLE.replace("user interface", "a \\| b"),
    ],
)
def test_tables_without_values_and_tables_that_are_shown(text: str) -> None:
    kept = text.replace("postgresql:", "postgresql+psycopg:")
    assert fixed("docs/orchestrator.md", {"docs/orchestrator.md": kept}) == kept
