"""What is measured: this program and the others, each as a command line over a folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator, Mapping
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
    """A command; `{}` stands for the folder. One that writes gets a fresh copy, one that is `warm` is run once before.

    One that is `slow` runs once only; one that `may_die` of a corpus costs only its own figures.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    writes: bool = False
    warm: bool = False
    slow: bool = False
    may_die: bool = False
    codes: tuple[int, ...] = (0, 1)
    corpora: tuple[str, ...] = ("small", "medium", "large", "pathological")

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
    return [*_ours(jobs), *_others(jobs)]


def _ours(jobs: int) -> Iterator[Tool]:
    ours = (sys.executable, "-m", "concertmaster")
    options, codes = ("--offline", "--jobs", str(jobs)), (0, 1, 3)
    yield check(jobs)
    yield replace(check(1), name="check, one worker")
    yield replace(check(jobs, cached=True), corpora=("small", "medium", "large"))
    fix = Tool("fix", (*ours, "fix", *options, "{}"), writes=True, codes=codes)
    yield replace(fix, corpora=(*fix.corpora, "framework"))
    review = (*ours, "review", "--base", "HEAD~1", "--from", "4.8.2", "--offline")
    yield Tool("review of 20 files, planned", review, corpora=("medium",), codes=codes)
    yield Tool("concertmaster --version", (*ours, "--version"), corpora=("small",))


def _others(jobs: int) -> Iterator[Tool]:
    there, upstream, rules = _installed(), _upstream(), CACHE / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "orchrule.py").write_text(RULE)
    (rules / "floor.py").write_text(FLOOR)
    python, ruff = str(there / "python"), str(there / "ruff")
    yield Tool("python -c pass", (sys.executable, "-c", "pass"), corpora=("small",))
    yield Tool("git ls-files", ("git", "ls-files"), corpora=("small", "medium", "large"))
    yield Tool("reading, ast.parse of candidates", (sys.executable, str(rules / "floor.py"), "{}"))
    whole = ("check", "--no-cache", "--isolated", "--exit-zero", "-q", "{}")
    yield Tool("ruff, default rules", (ruff, *whole), may_die=True)
    yield Tool("grep -rl", ("grep", "-rl", "--include=*.py", "orchestrator", "{}"))
    yield Tool(
        "upstream script, no formatter",
        (python, "-m", UPSTREAM.replace("/", ".") + ".migrate_50", "{}"),
        {"PYTHONPATH": str(upstream), "PATH": f"{upstream / 'bin'}:{os.environ['PATH']}"},
        writes=True,
    )
    options = ("--no-format", "--hide-progress", f"-j{jobs}", "rename.RenameCommand")
    names = ("--old_name", "orchestrator", "--new_name", "orchestrator.core", "{}")
    rename = (python, "-m", "libcst.tool", "codemod", *options, *names)
    slow = ("small", "framework", "large")
    yield Tool("libcst rename codemod", rename, writes=True, slow=True, corpora=slow)
    fixit = (str(there / "fixit"), "--rules", "orchrule", "lint", "{}")
    yield Tool("fixit, one rule", fixit, {"PYTHONPATH": str(rules)}, slow=True, corpora=slow)
