"""What a file proves of an expression: that it is a model or an instance of one, and of which kind."""

from __future__ import annotations

import ast
import textwrap

import pytest

from concertmaster.project.definitions import Definitions
from concertmaster.project.models import Family
from concertmaster.project.python import PythonFile, Surroundings
from concertmaster.project.receivers import is_likely_model, is_own_class, model_of
from concertmaster.versions import Window

HEAD = """
from typing import Optional, Type, Union

from orchestrator.domain.base import ProductBlockModel, SubscriptionModel
from orchestrator.forms import FormPage
from orchestrator.settings import app_settings
from orchestrator.types import FormGenerator, FormGeneratorAsync, SubscriptionLifecycle
from orchestrator.workflow import step
from pydantic import BaseModel, BaseSettings

from elsewhere import Base, Node, NodeForm, reply


class Port(BaseModel):
    name: str


class Switch(Port):
    port: Port
    quoted: "Port | None"

"""


def receiver(text: str) -> tuple[PythonFile, ast.expr]:
    """The `x` of `x.dict()` on the last line that has it."""
    source = HEAD + textwrap.dedent(text)
    file = PythonFile("example.py", source.encode(), Surroundings(Window("1.3.6", "5.5.0")))
    found = [node.value for node in file.nodes(ast.Attribute) if node.attr == "dict"]
    return file, max(found, key=lambda node: (node.lineno, node.col_offset))


def family(text: str) -> Family | None:
    found = model_of(*receiver(text))
    return None if found is None else found.family


@pytest.mark.parametrize(
    "text",
    [
        "reply.dict()",
        "reply().dict()",
        "Base().dict()",
        "type(reply).dict()",
        "{}.dict()",
        "def f(x): x.dict()",
        "def f(x: Base): x.dict()",
        "def f(x: 'Base'): x.dict()",
        "def f(x: Union[Port, Switch]): x.dict()",
        "def f(x: Port | Switch): x.dict()",
        "f = lambda x: x.dict()",
        "class C(Base):\n    def f(self): self.dict()",
        "class C(Port):\n    @staticmethod\n    def f(x): x.dict()",
        "class C(Port):\n    def f(self, x): x.dict()",
        "class C(Port):\n    f = lambda self: self.dict()",
        "def f():\n    x = yield\n    x.dict()",
        "def f():\n    x = yield NodeForm\n    x.dict()",
        "for x in [Port()]: x.dict()",
        "with Port() as x: x.dict()",
        "x, y = Port(), 1\nx.dict()",
        "x = Port()\nx += 1\nx.dict()",
        "x = Port()\nx = reply\nx.dict()",
        "x = reply\nif reply:\n    x = Port()\nx.dict()",
        "try:\n    x = Port()\nexcept ValueError:\n    x = reply\nelse:\n    x.dict()",
        "for y in reply:\n    x = Port()\nelse:\n    x = reply\nx.dict()",
        "x = Port()\nwhile reply:\n    x.dict()\n    x = reply",
        "(Port() if reply else reply).dict()",
        "x = x2\nx2 = x\nx.dict()",
        "class Loop(Loop): ...\nLoop().dict()",
        "def make() -> Base: ...\nmake().dict()",
        "@reply\ndef make() -> Port: ...\nmake().dict()",
        "def make(): ...\nmake().dict()",
        "Switch.port.dict()",
        "Switch().other.dict()",
        "reply.from_subscription('1').dict()",
        "Node.parse_obj({}).dict()",
        "Port.copy().dict()",
        "Port()().dict()",
        "x.dict()\nx = Port()",
        "x = Port()\ntry: ...\nexcept ValueError as x: x.dict()",
        "x = Port()\nmatch reply:\n    case 1 as x: x.dict()",
        "def f(x: Port):\n    if reply:\n        x = reply\n    x.dict()",
        "def f(x: Port):\n    def g(): x.dict()\n    x = reply",
        "def f(x: tuple[Port]): x.dict()",
        "def f(x: 'Base | None' = None): x.dict()",
        "x = Port()\ndef x(): ...\nx.dict()",
        "class Own(Node, lifecycle=[reply]): ...\nOwn().dict()",
        "class Own(Node, lifecycle=reply): ...\nOwn().dict()",
    ],
)
def test_what_is_not_proven_stays_open(text: str) -> None:
    assert family(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Port().dict()", Family.PLAIN),
        ("Port.dict()", Family.PLAIN),
        ("Switch().port.dict()", Family.PLAIN),
        ("Switch().quoted.dict()", Family.PLAIN),
        ("Switch().copy().dict()", Family.PLAIN),
        ("Switch().__class__.dict()", Family.PLAIN),
        ("type(Switch()).parse_obj({}).dict()", Family.PLAIN),
        ("(Port() if reply else Port.parse_raw('')).dict()", Family.PLAIN),
        ("(Port() if reply else Port()).dict()", Family.PLAIN),
        ("(x := Port()).dict()", Family.PLAIN),
        ("print(x := Port())\nx.dict()", Family.PLAIN),
        ("x: Port\nx.dict()", Family.PLAIN),
        ("x: object = Port()\nx.dict()", Family.PLAIN),
        ("x = y = Port()\nx.dict()", Family.PLAIN),
        ("x = reply\nx = Port()\nx.dict()", Family.PLAIN),
        ("with reply as y:\n    x = reply\n    x = Port()\nx.dict()", Family.PLAIN),
        ("x = reply\ntry:\n    x = Port()\n    x.dict()\nexcept ValueError: ...", Family.PLAIN),
        ("x = reply\nmatch reply:\n    case 1:\n        x = Port()\n        x.dict()", Family.PLAIN),
        ("x = reply\nfor y in reply:\n    x = Port()\n    x.dict()", Family.PLAIN),
        ("x = Port()\ndef f(): x.dict()", Family.PLAIN),
        ("def f(x: Optional[Port]): x.dict()", Family.PLAIN),
        ("def f(x: None | Port): x.dict()", Family.PLAIN),
        ("def f(x: Type[Port]): x.dict()", Family.PLAIN),
        ("def f(x: type[Port]): x().dict()", Family.PLAIN),
        ("def f(x: 'Port'): x.dict()", Family.PLAIN),
        ("def f(x: Port):\n    x = x.copy()\n    x.dict()", Family.PLAIN),
        ("def make() -> Port: ...\nmake().dict()", Family.PLAIN),
        ("async def make() -> Port: ...\nasync def f(): (await make()).dict()", Family.PLAIN),
        ("class C(Port):\n    def f(self): self.dict()", Family.PLAIN),
        ("class C(Port):\n    @classmethod\n    def f(kind): kind().dict()", Family.PLAIN),
        ("if reply:\n    class C(Port): ...\nelse:\n    class C(BaseModel): ...\nC().dict()", Family.PLAIN),
        ("class S(BaseSettings): ...\nS().dict()", Family.SETTINGS),
        ("app_settings.dict()", Family.SETTINGS),
        ("Node.from_subscription('1').dict()", Family.DOMAIN),
        ("class Own(Node, lifecycle=[SubscriptionLifecycle.ACTIVE]): ...\nOwn().dict()", Family.DOMAIN),
        ("def f() -> FormGenerator:\n    x = yield NodeForm\n    x.dict()", Family.FORM),
        ("async def f() -> FormGeneratorAsync:\n    x = yield NodeForm\n    x.dict()", Family.FORM),
        ("def f():\n    class Form(FormPage): ...\n    (yield Form).dict()", Family.FORM),
    ],
)
def test_what_the_file_proves(text: str, expected: Family | None) -> None:
    assert family(text) == expected


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("@step('x')\ndef f(subscription: Node): subscription.dict()", True),
        ("@step('x')\ndef f(subscription): subscription.dict()", False),
        ("@step('x')\ndef f(subscription: dict): subscription.dict()", False),
        ("@step('x')\ndef f(node: Node): node.dict()", False),
        ("def f(subscription: Node): subscription.dict()", False),
        ("f = lambda subscription: subscription.dict()", False),
        ("def f():\n    x = yield NodeForm\n    x.dict()", True),
        ("def f():\n    x = yield Node\n    x.dict()", False),
        ("reply.x.dict()", False),
    ],
)
def test_what_only_looks_like_a_model(text: str, likely: bool) -> None:
    assert is_likely_model(*receiver(text)) is likely


CLIENT = b"""
from dataclasses import dataclass
from vendor import Record

@dataclass
class Device:
    name: str

class Router(Device):
    @classmethod
    def parse_obj(cls, raw): ...

class Site(Record):
    name: str

class Rack(Record):
    @classmethod
    def parse_obj(cls, raw): ...
"""


@pytest.mark.parametrize(
    ("name", "own"),
    [("Device", True), ("Router", True), ("Rack", True), ("Site", False), ("Record", False), ("Gone", False)],
)
def test_a_class_of_another_file_may_have_the_method_itself(name: str, own: bool) -> None:
    definitions = Definitions(("client.py",), {"client.py": CLIENT}.get)
    source = f"from client import {name}\n\n{name}.parse_obj({{}})\n".encode()
    around = Surroundings(Window("1.3.6", "5.5.0"), definitions=definitions)
    file = PythonFile("load.py", source, around)
    use = next(node for node in file.nodes(ast.Name) if node.id == name)
    assert is_own_class(file, use, "parse_obj") is own


def test_the_type_of_a_form_generator_may_come_through_a_module_of_the_project() -> None:
    types = b"from orchestrator.types import FormGenerator, State\n"
    definitions = Definitions(("network/types.py",), {"network/types.py": types}.get)
    source = (
        b"from network.types import FormGenerator\n\n\n"
        b"def form() -> FormGenerator:\n    answer = yield make_form()\n    return answer.dict()\n"
    )
    around = Surroundings(Window("2.2.1", "5.5.0"), definitions=definitions)
    file = PythonFile("network/form.py", source, around)
    use = next(node.value for node in file.nodes(ast.Attribute) if node.attr == "dict")
    known = model_of(file, use)
    assert known is not None
    assert known.family is Family.FORM
