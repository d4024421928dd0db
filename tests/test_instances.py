"""What an expression is an instance of must be proven by the file, and by nothing that may be otherwise."""

from __future__ import annotations

import ast

import pytest

from concertmaster.project.instances import APP, SETTINGS, instance_of
from concertmaster.project.python import PythonFile, Surroundings
from concertmaster.project.uses import MANY
from concertmaster.versions import Window

HEAD = """\
from orchestrator.core import OrchestratorCore
from orchestrator.core.settings import AppSettings, app_settings
"""


def proven(text: str) -> bool:
    """Whether the owner of the last attribute called X holds settings."""
    file = PythonFile("example.py", f"{HEAD}{text}\n".encode(), Surroundings(Window("4.8.2", "5.5.0")))
    node = [node for node in file.nodes(ast.Attribute) if node.attr == "X"][-1]
    return instance_of(file, node.value, SETTINGS) is not None


@pytest.mark.parametrize(
    "text",
    [
        "def f(s): s.X",
        "def f(s=app_settings): s.X",
        "def f(s: AppSettings):\n    s = other\n    s.X",
        "def f(s: list[AppSettings]): s.X",
        "def f(s: 'Other'): s.X",
        "AppSettings.X",
        "class S(S): ...\nS().X",
        "class A(B): ...\nclass B(A): ...\nA().X",
        "for s in [app_settings]: s.X",
        "class C:\n    def f(self): self.s.X",
        "class C:\n    s = app_settings\n    def f(self):\n        self.s = None\n        self.s.X",
        "def f(self): self.s.X",
        "s = s\ns.X",
        "app = object()\napp.base_settings.X",
        "from network import app_settings as s\ns.X",
        "s = app_settings\n" * (MANY + 1) + "s.X",
    ],
)
def test_what_may_be_something_else_is_not_proven(text: str) -> None:
    assert not proven(text)


@pytest.mark.parametrize(
    "text",
    [
        "app_settings.X",
        "AppSettings().X",
        "s = t = app_settings\ns.X",
        "def f(s: AppSettings | None = None): s.X",
        "def f(s: 'AppSettings'): s.X",
        "import typing\ndef f(s: typing.Optional[AppSettings]): s.X",
        "class S(AppSettings): ...\nclass T(S): ...\nT().X",
        "class S(AppSettings): ...\ns: S = make()\ns = S()\ns.X",
        "class S(AppSettings): ...\ndef f(s: 'S | None'): s.X",
        "if (s := app_settings): s.X",
        "class C:\n    s: AppSettings\n    def f(self): self.s.X",
        "class C:\n    def __init__(self, s: AppSettings):\n        self.s = s\n    def f(self): self.s.X",
        "class C:\n    s = app_settings\n    @classmethod\n    def f(cls): cls.s.X",
        "app = OrchestratorCore()\napp.base_settings.X",
        "import orchestrator.core.settings\norchestrator.core.settings.app_settings.X",
    ],
)
def test_what_the_file_shows_is_proven(text: str) -> None:
    assert proven(text)


def test_the_proof_names_the_classes_that_it_went_through() -> None:
    source = f"{HEAD}class S(AppSettings): ...\nclass T(S): ...\ns = T()\ns\n".encode()
    file = PythonFile("example.py", source, Surroundings(Window("4.8.2", "5.5.0")))
    name = [node for node in file.nodes(ast.Name) if node.id == "s"][-1]
    proof = instance_of(file, name, SETTINGS)
    assert proof is not None
    assert sorted(own.name for own in proof.own) == ["S", "T"]
    assert instance_of(file, name, APP) is None
