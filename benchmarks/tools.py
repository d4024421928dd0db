"""What is measured: this program and the others, each as a command line over a folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.corpora import CACHE, wheels

PINNED = ("ruff==0.17.6", "libcst==1.8.6", "fixit==2.2.1")
TOOLS = CACHE / "tools"
UPSTREAM = "orchestrator/core/devtools/scripts"
RULE = """
from fixit import Invalid, LintRule, Valid
import libcst as cst


class OldNamespace(LintRule):
    MESSAGE = "orchestrator is orchestrator.core since 5.0"
    VALID = [Valid("from orchestrator.core import workflow")]
    INVALID = [Invalid("from orchestrator.workflow import step")]

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        name = node.module
        while isinstance(name, cst.Attribute):
            inner = name
            name = name.value
        if isinstance(name, cst.Name) and name.value == "orchestrator":
            if not isinstance(node.module, cst.Attribute) or inner.attr.value != "core":
                self.report(node)
"""
FLOOR = """
import ast, os, sys, warnings
warnings.simplefilter("ignore")
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as file:
                source = file.read()
            if b"orchestrator" in source:
                try:
                    ast.parse(source)
                except (SyntaxError, ValueError, MemoryError, RecursionError):
                    pass
"""


@dataclass(frozen=True)
class Tool:
    """A command; `{}` stands for the folder. One that writes gets a fresh copy, one with `setup` is run once before."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    writes: bool = False
    warm: bool = False
    codes: tuple[int, ...] = (0, 1)
    corpora: tuple[str, ...] = ("small", "medium", "large")

    def arguments(self, folder: Path) -> list[str]:
        return [part.replace("{}", str(folder)) for part in self.command]


def _installed() -> Path:
    """The folder with the programs of other people, in an environment of their own."""
    if not (TOOLS / "bin" / "fixit").exists():
        venv.create(TOOLS, with_pip=True)
        pip = [
            str(TOOLS / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        subprocess.run([*pip, *PINNED], check=True)
    return TOOLS / "bin"


def _upstream() -> Path:
    """The upstream script with the one it imports, in packages that are empty; its formatter does nothing."""
    folder = CACHE / "upstream"
    (wheel,) = wheels(["orchestrator-core==5.0.0"])
    with zipfile.ZipFile(wheel) as archive:
        for name in ("migrate_50.py", "shared.py"):
            target = folder / UPSTREAM / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(f"{UPSTREAM}/{name}"))
    for part in Path(UPSTREAM).parents:
        (folder / part / "__init__.py").touch()
    (folder / UPSTREAM / "__init__.py").touch()
    stub = folder / "bin" / "ruff"
    stub.parent.mkdir(exist_ok=True)
    stub.write_text("#!/bin/sh\nexit 0\n")
    stub.chmod(0o755)
    return folder


def check(jobs: int, *, cached: bool = False) -> Tool:
    """`check`, by so many workers; nothing is asked of the network."""
    options = (
        ("--offline", "--jobs", str(jobs)) if cached else ("--no-cache", "--offline", "--jobs", str(jobs))
    )
    command = (sys.executable, "-m", "concertmaster", "check", *options, "{}")
    return Tool("check, again and unchanged" if cached else "check", command, warm=cached, codes=(0, 1, 3))


def tools(jobs: int) -> list[Tool]:
    """Everything that is measured, this program first."""
    there, upstream, rules = _installed(), _upstream(), CACHE / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "orchrule.py").write_text(RULE)
    (rules / "floor.py").write_text(FLOOR)
    ours = (sys.executable, "-m", "concertmaster")
    options = ("--offline", "--jobs", str(jobs))
    python, path = str(there / "python"), os.environ["PATH"]
    rename = (
        "-m",
        "libcst.tool",
        "codemod",
        "--no-format",
        "--hide-progress",
        f"-j{jobs}",
        "rename.RenameCommand",
    )
    return [
        check(jobs),
        replace(check(1), name="check, one worker"),
        check(jobs, cached=True),
        Tool("fix", (*ours, "fix", *options, "{}"), writes=True, codes=(0, 1, 3)),
        Tool(
            "review of 20 files, planned",
            (*ours, "review", "--base", "HEAD~1", "--from", "4.8.2", "--offline"),
            corpora=("medium",),
            codes=(0, 1, 3),
        ),
        Tool("concertmaster --version", (*ours, "--version"), corpora=("small",)),
        Tool("python -c pass", (sys.executable, "-c", "pass"), corpora=("small",)),
        Tool("reading, ast.parse of candidates", (sys.executable, str(rules / "floor.py"), "{}")),
        Tool(
            "ruff, default rules",
            (str(there / "ruff"), "check", "--no-cache", "--isolated", "--exit-zero", "-q", "{}"),
        ),
        Tool("grep -rl", ("grep", "-rl", "--include=*.py", "orchestrator", "{}")),
        Tool(
            "upstream script, no formatter",
            (python, "-m", UPSTREAM.replace("/", ".") + ".migrate_50", "{}"),
            {"PYTHONPATH": str(upstream), "PATH": f"{upstream / 'bin'}:{path}"},
            writes=True,
        ),
        Tool(
            "libcst rename codemod",
            (python, *rename, "--old_name", "orchestrator", "--new_name", "orchestrator.core", "{}"),
            writes=True,
            corpora=("small", "framework"),
        ),
        Tool(
            "fixit, one rule",
            (str(there / "fixit"), "--rules", "orchrule", "lint", "{}"),
            {"PYTHONPATH": str(rules)},
            corpora=("small",),
        ),
    ]
