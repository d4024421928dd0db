"""What holds for every file of settings: it is never broken, never touched without need, and mended only once."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
import warnings
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import ReusedAnchorWarning

from concertmaster.judging import FileResult
from concertmaster.project.manifests.model import Manifest
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.read import LIMIT, kind_of, read_settings
from concertmaster.rule import load_rules
from concertmaster.subjects import analyse
from concertmaster.versions import Window
from tests.properties import Fired, examples, firing

AROUND = Surroundings(Window("1.3.6", "5.5.0"))
OURS = (
    "DATABASE_URI CACHE_URI SERVE_GRAPHQL_UI SEARCH_ENABLED AGENT_MODEL OPENAI_API_KEY OPENAI_BASE_URL CC_NOC "
    "FEDERATION_ENABLED FEDEREATION_ENABLED FEDERATION_VERSION CACHE_DOMAIN_MODELS CACHE_HMAC_SECRET "
    "LLM_FORCE_EXTENTION_MIGRATION EMBEDDING_MODEL OIDC_CONF_WELL_KNOWN_URL OAUTH2_ACTIVE EXECUTOR TESTING"
).split()
THEIRS = ["POSTGRES_USER", "LANG_CODE", "NETBOX_URL", "HTTP_PROXY"]
VALUES = (
    "True false 1 0 on celery postgresql://a:b@db/orchestrator postgresql+psycopg2://db/x https://login.localhost/ "
    "2.10 2.9 text-embedding-3-small graphiql ${OTHER} ${CACHE_URI:-x} ${SERVE_GRAPHQL_UI:-true} $(id) {{.x}} a#b Zoë"
).split()
keys = st.sampled_from([*OURS, *OURS, *THEIRS])
values = st.sampled_from([*VALUES, ""])
quotes = st.sampled_from(["", '"', "'"])
comments = st.sampled_from(["", "", "  # why"])
newlines = st.sampled_from(["\n", "\r\n"])


def judge(path: str, text: str) -> FileResult:
    return analyse(path, text.encode(), AROUND, load_rules(), unsafe=True)


def holds(inputs: st.SearchStrategy[str], check: Callable[[str, Fired], None], number: int) -> None:
    """Try a property, and see that most inputs give rules something to do."""

    @given(inputs)
    @examples(number)
    def tried(text: str) -> None:
        check(text, fired)

    with firing(rewritten=0.3, rules=2) as fired:
        tried()


def rewritten(path: str, text: str, fired: Fired) -> str:
    """The new text, after what holds for every format."""
    result = judge(path, text)
    fired.count(result)
    assert result.unanalysed is None, result.unanalysed
    new = text if result.rewritten is None else result.rewritten.decode()
    if not any(finding.edits for finding in result.findings):
        assert result.rewritten is None
    again = judge(path, new)
    assert again.unanalysed is None
    assert again.rewritten is None
    assert others(path, new) == others(path, text)
    return new


def others(path: str, text: str) -> list[tuple[str, str | None]]:
    """What no rule has a word for."""
    kind = kind_of(path)
    assert kind is not None
    found = read_settings(Manifest(path, text.encode(), limit=LIMIT), kind)
    return [(each.key, each.value) for each in found if each.key in THEIRS and not each.fallback]


@st.composite
def env_files(draw: st.DrawFn) -> str:
    newline = draw(newlines)
    lines = []
    for _ in range(draw(st.integers(0, 8))):
        export, quote = draw(st.sampled_from(["", "export "])), draw(quotes)
        line = f"{export}{draw(keys)}={quote}{draw(values)}{quote}{draw(comments)}"
        lines.append(draw(st.sampled_from([line, line, "", "# comment", "BARE_KEY"])))
    return newline.join(lines) + draw(st.sampled_from(["", newline]))


def test_env_files() -> None:
    holds(env_files(), _env_files, 60)


def _env_files(text: str, fired: Fired) -> None:
    new = rewritten(".env", text, fired)
    gone = {"SEARCH_ENABLED", "AGENT_MODEL", "CACHE_HMAC_SECRET", "CACHE_DOMAIN_MODELS", "CC_NOC"}
    if any(key in text for key in ("SERVE_GRAPHQL_UI", "OIDC_CONF_WELL_KNOWN_URL")):
        lines = {line.removeprefix("export ").partition("=")[0] for line in new.splitlines()}
        assert not lines & gone or "$" in text


def scalars(draw: st.DrawFn) -> str:
    value, quote = draw(values), draw(quotes)
    if not quote and ("{{" in value or value in ("", "${OTHER}")):
        quote = '"'
    return f"{quote}{value}{quote}"


@st.composite
def environments(draw: st.DrawFn, indent: str) -> list[str]:
    """The lines of an environment: a mapping, a list of either kind, or one in braces."""
    form = draw(st.sampled_from(["map", "list", "named", "flow", "anchored"]))
    names = draw(st.lists(keys, min_size=1, max_size=5, unique=True))
    if form == "flow":
        inner = ", ".join(f"{name}: '{draw(values)}'" for name in names)
        return [f"{indent}environment: {{{inner}}}{draw(comments)}"]
    head = f"{indent}environment:" + (" &env" if form == "anchored" else "")
    lines = [head]
    for name in names:
        if form == "list":
            quote = draw(st.sampled_from(['"', "'"]))
            lines.append(f"{indent}  - {quote}{name}={draw(values)}{quote}{draw(comments)}")
        elif form == "named":
            lines += [f"{indent}  - name: {name}", f"{indent}    value: {scalars(draw)}{draw(comments)}"]
        else:
            lines.append(f"{indent}  {name}: {scalars(draw)}{draw(comments)}")
    return lines


@st.composite
def compose_files(draw: st.DrawFn) -> str:
    newline = draw(newlines)
    lines = ["services:"]
    for name in draw(st.lists(st.sampled_from(["orchestrator", "db", "chat"]), min_size=1, unique=True)):
        lines += [
            f"  {name}:",
            f"    image: {draw(st.sampled_from(['postgres:15', 'x', 'postgres:12-alpine']))}",
        ]
        lines += draw(environments("    "))
        lines += draw(st.sampled_from([[], ["    # end"], ["    command: python main.py db upgrade"]]))
    return newline.join(lines) + draw(st.sampled_from(["", newline]))


def test_compose_files() -> None:
    holds(compose_files(), _compose_files, 120)


def _compose_files(text: str, fired: Fired) -> None:
    before, after = services(text), services(rewritten("docker-compose.yml", text, fired))
    assert list(before) == list(after)
    for service in after.values():
        assert service.get("environment", "absent") not in (None, {}, [])


def services(text: str) -> dict[str, dict[str, object]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReusedAnchorWarning)
        return dict(YAML(typ="safe", pure=True).load(text)["services"])


@st.composite
def scripts(draw: st.DrawFn) -> str:
    lines = ["#!/bin/sh"]
    for _ in range(draw(st.integers(1, 6))):
        key, value = draw(keys), draw(values).replace("{{.x}}", "x").replace("$(id)", "x")
        lines.append(
            draw(
                st.sampled_from(
                    [
                        f"export {key}='{value}'",
                        f'{key}="{value}"{draw(comments)}',
                        f"{key}='{value}' python main.py db upgrade heads",
                        f"if true; then\n    export {key}='{value}'\nfi",
                        f"docker run -e {key}='{value}' \\\n    --env OTHER_KEY=1 \\\n    image",
                        f'docker run \\\n    -e OTHER_KEY=1 \\\n    -e {key}="{value}"',
                        f': "${{{key}:-x}}"',
                        f'echo "${key}"',
                        f"f() {{\n  {key}='{value}'\n}}",
                        "python main.py db upgrade",
                    ]
                )
            )
        )
    return "\n".join(lines) + draw(st.sampled_from(["", "\n"]))


def test_scripts() -> None:
    holds(scripts(), _scripts, 60)


def _scripts(text: str, fired: Fired) -> None:
    new = rewritten("bin/orchestrator.sh", text, fired)
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("no shell to check the syntax with")
    for each in (text, new):
        subprocess.run([shell, "-n"], input=each.encode(), check=True, timeout=20, capture_output=True)


@st.composite
def dockerfiles(draw: st.DrawFn) -> str:
    lines = ["FROM ghcr.io/workfloworchestrator/orchestrator-core:4.8.2"]
    for _ in range(draw(st.integers(1, 4))):
        pairs = draw(st.lists(st.tuples(keys, values), min_size=1, max_size=4))
        joint = draw(st.sampled_from([" ", " \\\n    ", " \\\n    # why\n    "]))
        words = joint.join(f'{key}="{value}"' for key, value in pairs)
        single = f"ENV {pairs[0][0]} {pairs[0][1] or 'x'}"
        lines.append(draw(st.sampled_from([f"ENV {words}", single, f"ARG {pairs[0][0]}={pairs[0][1]}"])))
    return "\n".join(lines) + "\n"


def test_dockerfiles() -> None:
    holds(dockerfiles(), _dockerfiles, 60)


def _dockerfiles(text: str, fired: Fired) -> None:
    new = rewritten("Dockerfile", text, fired)
    for line in new.replace("\\\n", " ").split("\n"):
        assert line.strip() not in ("ENV", "ARG")
        assert not line or line.startswith(("FROM ", "ENV ", "ARG ", "    "))


@st.composite
def toml_files(draw: st.DrawFn) -> str:
    lines = ["[tool.orchestrator-test.env]"]
    for key in draw(st.lists(keys, max_size=4, unique=True)):
        quote = draw(st.sampled_from(['"', "'"]))
        lines.append(f"{key} = {quote}{draw(values)}{quote}{draw(comments)}")
    lines += ["[tool.pytest.ini_options]", "env = ["]
    lines += [f'    "{draw(keys)}={draw(values)}",{draw(comments)}' for _ in range(draw(st.integers(0, 3)))]
    return "\n".join([*lines, "]", 'filterwarnings = ["ignore::Warning:orchestrator.db"]']) + "\n"


def test_toml_files() -> None:
    holds(toml_files(), _toml_files, 60)


def _toml_files(text: str, fired: Fired) -> None:
    tomllib.loads(rewritten("pyproject.toml", text, fired))


PATHS = [
    ".env",
    "a.sh",
    "Makefile",
    "Dockerfile",
    "docker-compose.yml",
    "tox.ini",
    "x.toml",
    "a.md",
    "a.rst",
    "t.j2",
]
pieces = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [*OURS, *VALUES, "=", ": ", "\n", "\r\n", "- ", "  ", "\t", '"', "'", "```sh\n", "| ", "\\\n"]
    ),
    st.sampled_from(
        ["{", "}", "[", "]", "&a ", "*a", "ENV ", "export ", "orchestrator.db", "from orchestrator import "]
    ),
)


@given(st.sampled_from(PATHS), st.lists(pieces, max_size=25).map("".join))
@examples(300)
def test_any_text_is_judged_or_named(path: str, text: str) -> None:
    result = analyse(path, text.encode("utf-8", "replace"), AROUND, load_rules(), unsafe=True)
    if result.unanalysed is None and result.rewritten is not None:
        again = analyse(path, result.rewritten, AROUND, load_rules(), unsafe=True)
        assert again.rewritten is None
