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
