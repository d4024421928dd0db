"""Less usual places of settings, and documents: never broken, never touched without need, and mended only once."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.properties import Fired, examples, firing, held
from tests.test_settings_properties import AROUND, comments, holds, keys, newlines, rewritten, scalars

_COMMENTS = re.compile(r"(?<=[ ,\n])//[^\n]*(?=\n)|/\*.*?\*/")
URI = "postgresql://a@db/x"


@st.composite
def pipelines(draw: st.DrawFn) -> str:
    """Workflows of GitLab with scripts in every form of YAML."""
    lines = [f"image: python:{draw(st.sampled_from(['3.10', '3.12']))}", "variables:"]
    lines += [
        f"  {key}: {scalars(draw)}{draw(comments)}"
        for key in draw(st.lists(keys, min_size=1, max_size=3, unique=True))
    ]
    for job in draw(st.lists(st.sampled_from(["orchestrator", "test", "lint"]), min_size=1, unique=True)):
        lines += [f"{job}:", f"  {draw(st.sampled_from(['script', 'before_script']))}:"]
        for _ in range(draw(st.integers(1, 3))):
            key, value = draw(keys), draw(st.sampled_from(["1", "true", "x", URI]))
            lines += draw(
                st.sampled_from(
                    [
                        [f"    - export {key}={value}"],
                        [f"    - {key}={value} pytest{draw(comments)}"],
                        [f'    - "{key}={value} pytest"'],
                        [f"    - 'export {key}={value} && python main.py db upgrade'"],
                        ["    - |", f"      export {key}={value}", f"      echo ${draw(keys)}"],
                        ["    - |", "      cat > .env <<EOF", f"      {key}={value}", "      EOF"],
                        ["    - >-", f"      {key}={value}", "      pytest"],
                        ["    - pip install orchestrator-core==4.4.0 psycopg2-binary"],
                    ]
                )
            )
    return draw(newlines).join(lines) + "\n"


def test_pipelines() -> None:
    holds(pipelines(), _pipelines, 80)


def _pipelines(text: str, fired: Fired) -> None:
    new = rewritten(".gitlab-ci.yml", text, fired)
    before, after = (YAML(typ="safe", pure=True).load(each) for each in (text, new))
    jobs = [key for key in before if key != "variables"]
    assert jobs == [key for key in after if key != "variables"]
    for job in jobs[1:]:
        assert [len(lines) for lines in before[job].values()] == [len(lines) for lines in after[job].values()]


@st.composite
def manifests(draw: st.DrawFn) -> str:
    """Objects of Kubernetes that refer to each other."""
    names = st.sampled_from(["orchestrator", "generic", "chat"])
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        name = draw(names)
        kind = draw(st.sampled_from(["ConfigMap", "Secret", "Deployment"]))
        chosen = draw(st.lists(keys, min_size=1, max_size=4, unique=True))
        lines = [f"kind: {kind}", f"metadata: {{name: {name}}}"]
        if kind == "Deployment":
            lines += ["spec:", "  containers:", f"    - name: {name}", "      image: x", "      env:"]
            for key in chosen:
                given = [f"          value: {scalars(draw)}"]
                source = f"{{name: {draw(names)}, key: {draw(keys)}}}"
                taken = ["          valueFrom:", f"            configMapKeyRef: {source}"]
                lines += [f"        - name: {key}", *draw(st.sampled_from([given, taken]))]
            lines += draw(
                st.sampled_from([[], [f"      envFrom: [{{configMapRef: {{name: {draw(names)}}}}}]"]])
            )
        else:
            lines += [draw(st.sampled_from(["data:", "stringData:"]))]
            lines += [f"  {key}: {scalars(draw)}{draw(comments)}" for key in chosen]
        parts.append("\n".join(lines))
    return "\n---\n".join(parts) + "\n"


def test_manifests() -> None:
    holds(manifests(), _manifests, 80)


def _manifests(text: str, fired: Fired) -> None:
    new = rewritten("deploy/all.yaml", text, fired)
    before, after = (list(YAML(typ="safe", pure=True).load_all(each)) for each in (text, new))
    assert [list(one) for one in before if one["kind"] == "Deployment"] == [
        list(one) for one in after if one["kind"] == "Deployment"
    ]
    assert len(before) == len(after)


@st.composite
def containers(draw: st.DrawFn) -> str:
    """JSON with comments."""
    entries = []
    for key in draw(st.lists(keys, min_size=1, max_size=5, unique=True)):
        value = draw(st.sampled_from(["True", "False", "x", URI, "// no comment", "é"]))
        entries.append(f'    "{key}": "{value}"')
    gap = draw(st.sampled_from([",\n", ", // why\n", ",\n    /* why */\n", ",\n\n"]))
    last = draw(st.sampled_from(["", ",", " // é"]))
    return (
        '{\n  // editor\n  "name": "orchestrator",\n  "containerEnv": {\n'
        + gap.join(entries)
        + last
        + "\n  }\n}\n"
    )


def test_containers() -> None:
    holds(containers(), _containers, 60)


def _containers(text: str, fired: Fired) -> None:
    new = rewritten(".devcontainer/devcontainer.json", text, fired)
    for each in (text, new):
        bare = re.sub(
            r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', lambda match: match[1] or "", each, flags=re.DOTALL
        )
        json.loads(re.sub(r",(?=\s*[}\]])", "", bare))
    assert _COMMENTS.findall(new) == _COMMENTS.findall(text)


@st.composite
def units(draw: st.DrawFn) -> str:
    lines = ["[Service]"]
    for _ in range(draw(st.integers(1, 4))):
        pairs = draw(
            st.lists(
                st.tuples(keys, st.sampled_from(["1", "True", "x", URI, ""])),
                min_size=1,
                max_size=3,
            )
        )
        words = [
            draw(st.sampled_from([f"{key}={value}", f'"{key}={value}"', f"'{key}={value} y'"]))
            for key, value in pairs
        ]
        lines.append(f"Environment={' '.join(words)}")
    return "\n".join([*lines, "ExecStart=/opt/orchestrator/bin/uvicorn wsgi:app", ""])


def test_units() -> None:
    holds(units(), _units, 60)


def _units(text: str, fired: Fired) -> None:
    new = rewritten("orchestrator.service", text, fired)
    assert all(line.startswith(("[Service]", "Environment=", "ExecStart=")) for line in new.splitlines())
    assert new.count('"') % 2 == 0


CODE = [
    ("python", "from orchestrator.db import db\nprint(db)"),
    ("python", ">>> from orchestrator.types import State, UUIDstr\n>>> State\n<x>"),
    ("pycon", ">>> from orchestrator.workflow import step\n... "),
    ("bash", "export SERVE_GRAPHQL_UI=True\npython main.py db upgrade"),
    ("console", "$ python main.py db upgrade\ndone\n$ ls"),
    ("env", "SERVE_GRAPHQL_UI=1\nCC_NOC=1\nLOG_LEVEL=x"),
    (
        "yaml",
        "services:\n  orchestrator:\n    image: x\n    environment: {CC_NOC: 1, SERVE_GRAPHQL_UI: 'on'}",
    ),
    ("dockerfile", "FROM orchestrator\nENV SERVE_GRAPHQL_UI=1 CC_NOC=1"),
    ("text", "from orchestrator.db import db"),
]
PROSE = [
    "Set CC_NOC=1.",
    "Run `python main.py db upgrade`.",
    "from orchestrator.db import db",
    "So::",
    "| `CC_NOC` | x |",
    "",
    "- a",
]


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, str]:
    name = draw(st.sampled_from(["a.md", "a.rst"]))
    parts = []
    for _ in range(draw(st.integers(1, 5))):
        language, code = draw(st.sampled_from(CODE))
        indent = draw(st.sampled_from(["", "   ", "> "])) if name == "a.md" else "   "
        body = "\n".join(f"{indent}{line}".rstrip() for line in code.split("\n"))
        fence = draw(st.sampled_from(["```", "~~~~"]))
        fenced = f"{indent}{fence}{language}\n{body}\n{indent}{fence}"
        parts.append(fenced if name == "a.md" else f".. code-block:: {language}\n\n{body}")
        parts.append(draw(st.sampled_from(PROSE)))
    return name, "\n\n".join(parts) + "\n"


def test_documents() -> None:
    def parses(source: bytes) -> bool:
        return source.count(b"```") % 2 == 0

    @given(documents())
    @examples(80)
    def tried(document: tuple[str, str]) -> None:
        name, text = document
        result = held(f"docs/{name}", text.encode(), AROUND, parses=parses, fired=fired)
        new = (result.rewritten or text.encode()).decode()
        for prose in PROSE[:4]:
            assert new.count(f"\n\n{prose}\n") == text.count(f"\n\n{prose}\n")

    with firing(rewritten=0.5, rules=3) as fired:
        tried()
