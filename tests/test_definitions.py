"""Names are followed through the project's own modules, as Python would import them."""

from __future__ import annotations

import pytest

from concertmaster.project.definitions import Definitions

FILES = {
    "products/__init__.py": "from products.product_types.node import Node as Knoten\n",
    "products/product_types/node.py": (
        "from orchestrator.domain.base import SubscriptionModel\n"
        "from products.product_blocks.node import (\n    NodeBlock,  # the block\n    NodeBlockInactive,\n)\n\n\n"
        "class NodeInactive(SubscriptionModel, is_base=True):\n    node: NodeBlockInactive\n\n\n"
        "class NodeProvisioning(NodeInactive, lifecycle=[SubscriptionLifecycle.PROVISIONING]):\n    x: int\n\n\n"
        "class Node(\n    NodeProvisioning,\n    lifecycle=[SubscriptionLifecycle.ACTIVE],\n):\n    x: int\n"
    ),
    "products/product_blocks/node.py": (
        "import orchestrator.domain.base as base\n\n\nclass NodeBlockInactive(base.ProductBlockModel):\n    pass\n\n\n"
        "class NodeBlock(NodeBlockInactive): ...\n"
    ),
    "products/types.py": "from orchestrator.types import UUIDstr\nIdentifier = UUIDstr\n",
    "products/ring.py": "from .ring import Ring\n",
    "other/products/types.py": "class UUIDstr(str): ...\n",
    "utils/helpers.py": "from ..products import Knoten\nfrom . import forms\n",
    "utils/forms.py": "from pydantic_forms.core import FormPage\nclass Page(FormPage):\n    pass\n",
}


@pytest.fixture
def definitions() -> Definitions:
    files = {path: text.encode() for path, text in FILES.items()}
    return Definitions(files, files.get)


def test_names_from_elsewhere_stay(definitions: Definitions) -> None:
    assert definitions.origin("httpx.Client", "main.py") == "httpx.Client"
    assert definitions.origin("products.nowhere.Thing", "main.py") == "products.nowhere.Thing"
    assert definitions.origin("...far.Thing", "main.py") == "...far.Thing"


def test_a_ring_of_imports_ends(definitions: Definitions) -> None:
    assert definitions.origin("products.ring.Ring", "main.py")
    assert definitions.ancestors("products.ring.Ring", "main.py")


@pytest.mark.parametrize(
    ("dotted", "importer", "expected"),
    [
        ("products.types.UUIDstr", "main.py", "orchestrator.core.types.UUIDstr"),
        ("products.types.Identifier", "main.py", "orchestrator.core.types.UUIDstr"),
        (".types.UUIDstr", "products/node.py", "orchestrator.core.types.UUIDstr"),
        ("products.types.UUIDstr", "other/main.py", "other/products/types.py:UUIDstr"),
        ("products.Knoten", "main.py", "products/product_types/node.py:Node"),
        (".helpers.Knoten", "utils/x.py", "products/product_types/node.py:Node"),
        ("orchestrator.types.State", "main.py", "orchestrator.core.types.State"),
    ],
)
def test_names_are_followed(definitions: Definitions, dotted: str, importer: str, expected: str) -> None:
    assert definitions.origin(dotted, importer) == expected


def test_ancestors_reach_the_framework(definitions: Definitions) -> None:
    assert "orchestrator.core.domain.base.SubscriptionModel" in definitions.ancestors(
        "products.Knoten", "main.py"
    )
    block = definitions.ancestors("products.product_blocks.node.NodeBlock", "main.py")
    assert "orchestrator.core.domain.base.ProductBlockModel" in block
    assert "pydantic_forms.core.FormPage" in definitions.ancestors(".forms.Page", "utils/helpers.py")


def test_methods_of_own_classes_are_known() -> None:
    files = {
        "a.py": (
            b"class A(Base):\n    x: int\n\n    def dict(self):\n        def inner(): ...\n\n"
            b"    async def go(self): ...\n\n\ndef top(): ...\n"
        ),
        "b.py": b"from a import A\n\n\nclass B(A):\n    def json(self): ...\n",
    }
    known = Definitions(files, files.get)
    assert known.methods("b.B", "c.py") == {"dict", "inner", "go", "json"}
    assert known.methods("nowhere.B", "c.py") == frozenset()


def test_a_model_of_another_module_is_a_model() -> None:
    from concertmaster.engine import analyse_python
    from concertmaster.project.python import Surroundings
    from concertmaster.rule import load_rules
    from concertmaster.versions import Window

    head = b"from orchestrator.domain.base import SubscriptionModel\nclass Node(SubscriptionModel):\n"
    files = {"models.py": head + b"    x: int\n", "other.py": head + b"    def dict(self): ...\n"}
    rules = [rule for rule in load_rules() if rule.id == "pydantic-v1-methods"]
    around = Surroundings(Window("1.3.6", "2.2.0"), definitions=Definitions(files, files.get))
    text = "from {} import Node\n\n\ndef f(node: Node):\n    return node.dict()\n"
    result = analyse_python("main.py", text.format("models").encode(), around, rules, unsafe=False)
    assert result.rewritten == text.format("models").replace(".dict()", ".model_dump()").encode()
    assert (
        analyse_python("main.py", text.format("other").encode(), around, rules, unsafe=False).rewritten
        is None
    )
