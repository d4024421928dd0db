"""Projects in which everything agrees, written in the ways that people write them: texts by path."""

# ruff: noqa: E501 - texts of projects are kept on lines of their own
from __future__ import annotations

PYPROJECT = '[project]\nname = "network"\ndependencies = ["orchestrator-core==5.5.0"]\n'
KINDS = ("create", "modify", "terminate", "validate")
LABELS = '{"workflow": {"create_node": "C", "modify_node": "M", "terminate_node": "T", "validate_node": "V"}}'
MAIN = """from orchestrator.core import OrchestratorCore
from orchestrator.core.cli.main import app as core_cli
from orchestrator.core.settings import AppSettings

import products  # noqa: F401
import workflows  # noqa: F401

app = OrchestratorCore(base_settings=AppSettings())
if __name__ == "__main__":
    core_cli()
"""
BLOCKS = """from orchestrator.core.domain.base import ProductBlockModel
from orchestrator.core.types import SubscriptionLifecycle


class NodeBlockInactive(ProductBlockModel, product_block_name="Node"):
    vendor: str | None = None


class NodeBlock(NodeBlockInactive, lifecycle=[SubscriptionLifecycle.ACTIVE]):
    vendor: str
"""
PORT = """from orchestrator.core.domain.base import ProductBlockModel


class PortBlock(ProductBlockModel, product_block_name="Port"):
    speed: int | None = None
"""
MODELS = """from orchestrator.core.domain.base import SubscriptionModel
from orchestrator.core.types import SubscriptionLifecycle

from products.blocks import NodeBlock, NodeBlockInactive


class NodeInactive(SubscriptionModel, is_base=True):
    node: NodeBlockInactive


class Node(NodeInactive, lifecycle=[SubscriptionLifecycle.ACTIVE]):
    node: NodeBlock
"""
PRODUCTS = """from orchestrator.core.domain import SUBSCRIPTION_MODEL_REGISTRY

from products.node import Node

SUBSCRIPTION_MODEL_REGISTRY.update({"Node": Node})
"""
REGISTRY = "from orchestrator.core.workflows import LazyWorkflowInstance\n\n" + "".join(
    f'LazyWorkflowInstance("workflows.node.{kind}", "{kind}_node")\n' for kind in KINDS
)
HEAD = '''"""Add nodes.

Revision ID: 93ac3e3b65f5
Revises:
Create Date: 2024-03-01 10:00:00

"""

import uuid
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from orchestrator.core.migrations.helpers import *
from orchestrator.core.targets import Target

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = "161918133bec"
'''
NEW = """
new = {
    "products": {"Node": {"product_type": "Node", "tag": "NODE", "status": "active", "root_product_block": "Node"}},
    "product_blocks": {
        "Node": {"tag": "NODE", "status": "active", "resources": {"vendor": "maker"}},
        "Port": {"tag": "PORT", "status": "active", "resources": {"speed": "bits in a second"}},
    },
}
"""
ROWS = (
    """
rows = [
"""
    + "".join(
        f'    {{"name": "{kind}_node", "target": Target.{kind.upper()}, "is_task": {kind == "validate"}, '
        f'"description": "", "product_type": "Node"}},\n'
        for kind in KINDS
    )
    + "]\n"
)
UP = """

def upgrade() -> None:
    conn = op.get_bind()
    create(conn, new)
    for row in rows:
        create_workflow(conn, row)
"""
DOWN = """

def downgrade() -> None:
    conn = op.get_bind()
    for row in rows:
        delete_workflow(conn, row["name"])
    delete(conn, new)
"""
NO_WAY_BACK = "\n\ndef downgrade() -> None:\n    raise NotImplementedError\n"
FIRST = "migrations/versions/schema/2024-03-01_93ac3e3b65f5_add_nodes.py"
MIGRATION = HEAD + NEW + ROWS + UP + DOWN


def function(kind: str) -> str:
    return (
        "from orchestrator.core.workflow import StepList, begin\n"
        f"from orchestrator.core.workflows.utils import {kind}_workflow\n\n\n"
        f"@{kind}_workflow()\ndef {kind}_node() -> StepList:\n    return begin\n"
    )


BASE = {
    "pyproject.toml": PYPROJECT,
    "main.py": MAIN,
    "products/__init__.py": PRODUCTS,
    "products/blocks.py": BLOCKS,
    "products/node.py": MODELS,
    "products/port.py": PORT,
    "translations/en-GB.json": LABELS,
    "workflows/__init__.py": REGISTRY,
    "workflows/node/__init__.py": "",
    **{f"workflows/node/{kind}.py": function(kind) for kind in KINDS},
    FIRST: MIGRATION,
}


def project(*gone: str, **changes: str) -> dict[str, str]:
    """The project with other texts; `__` in a name stands for a folder."""
    texts = {path: text for path, text in BASE.items() if path not in gone}
    return texts | {f"{_path(name)}.py": text for name, text in changes.items()}


def _path(name: str) -> str:
    return "/__init__".join(part.replace("__", "/") for part in name.split("____init__"))


def registry(text: str, **changes: str) -> dict[str, str]:
    head = "from orchestrator.core.workflows import LazyWorkflowInstance\n"
    return project(**changes) | {"workflows/__init__.py": head + text}


def migration(text: str, *, head: str = HEAD) -> dict[str, str]:
    return project() | {FIRST: head + text}


def moved(folder: str, package: str) -> dict[str, str]:
    """The project in a folder, as one package."""
    found = {}
    for path, text in BASE.items():
        if path.endswith(".py") and not path.startswith("migrations"):
            for name in ("products", "workflows"):
                text = text.replace(f"from {name}", f"from {package}.{name}")
                text = text.replace(f"import {name}", f"import {package}.{name}")
                text = text.replace(f'"{name}.', f'"{package}.{name}.')
            found[f"{folder}/{package}/{path}"] = text
        elif path.startswith("translations"):
            found[f"{folder}/{package}/{path}"] = text
        else:
            found[path] = text
    return found | {f"{folder}/{package}/__init__.py": ""}


CALLED = "from orchestrator.core.workflow import begin\nfrom orchestrator.core.workflows.utils import create_workflow\n\n\n"
LAYOUTS: dict[str, dict[str, str]] = {
    "as documented": project(),
    "a package below src": moved("src", "network"),
    "a package below src without __init__": {
        path: text for path, text in moved("src", "network").items() if path != "src/network/__init__.py"
    },
    "a package in a folder of a larger repository": {
        f"services/network/{path}": text for path, text in BASE.items()
    }
    | {"services/billing/main.py": "print()\n", "pyproject.toml": PYPROJECT},
    "a loop over pairs": registry(
        "\nWORKFLOWS = [\n"
        + "".join(f'    ("workflows.node.{kind}", "{kind}_node"),\n' for kind in KINDS)
        + "]\nfor module, name in WORKFLOWS:\n    LazyWorkflowInstance(module, name)\n"
    ),
    "a loop over a dictionary of lists": registry(
        'NODE = {f"workflows.node.{kind}": [f"{kind}_node"] for kind in ("create", "modify", "terminate", "validate")}\n'
        "for module, names in {**NODE}.items():\n    for name in names:\n        LazyWorkflowInstance(module, name)\n"
    ),
    "a function that registers": registry(
        'def register(base, *kinds):\n    """Register."""\n    for kind in kinds:\n'
        '        LazyWorkflowInstance(f"workflows.{base}.{kind}", f"{kind}_{base}")\n\n\n'
        'register("node", "create", "modify", "terminate", "validate")\n'
    ),
    "a function of another module that registers": registry(
        'from workflows.registering import register\n\nregister("node")\n',
        workflows__registering=(
            "from orchestrator.core.workflows import LazyWorkflowInstance\n\n\n"
            'def register(base: str, kinds=("create", "modify", "terminate", "validate")) -> None:\n'
            "    for kind in kinds:\n"
            '        LazyWorkflowInstance(f"workflows.{base}.{kind}", f"{kind}_{base}")\n'
        ),
    ),
    "constants and enumerations": registry(
        "from workflows.names import BASE, Name\n\n"
        + "".join(f'LazyWorkflowInstance(f"{{BASE}}.{kind}", Name.{kind.upper()}.value)\n' for kind in KINDS),
        workflows__names=(
            'from enum import StrEnum\n\nBASE = "workflows.node"\n\n\nclass Name(StrEnum):\n'
            + "".join(f'    {kind.upper()} = "{kind}_node"\n' for kind in KINDS)
        ),
    ),
    "keywords": registry(
        "".join(
            f'LazyWorkflowInstance(package="workflows.node.{kind}", name="{kind}_node")\n' for kind in KINDS
        )
    ),
    "a program that draws the interface": project()
    | {
        "scripts/schema.py": "from orchestrator.core import OrchestratorCore\n\nprint(OrchestratorCore().openapi())\n"
    },
    "a command line that starts the application": project(
        cli="from orchestrator.core.cli.main import app as core_cli\n\nimport main\n\nassert main\ncore_cli()\n"
    ),
    "a command line alone": project(
        main="from orchestrator.core.cli.main import app as core_cli\n\nif __name__ == '__main__':\n    core_cli()\n"
    ),
    "an application that a function makes": project(
        main="from orchestrator.core import OrchestratorCore\n\n\ndef make():\n    import products\n    import workflows\n\n"
        "    return OrchestratorCore()\n\n\napp = make()\n"
    ),
    "a list of instances": registry(
        "WORKFLOWS = [\n"
        + "".join(f'    LazyWorkflowInstance("workflows.node.{kind}", "{kind}_node"),\n' for kind in KINDS)
        + "]\n"
    ),
    "a registration by each package": registry(
        "import workflows.node\n",
        workflows__node____init__=REGISTRY,
    ),
    "specifications": registry(
        "from dataclasses import dataclass\n\n\n@dataclass\nclass Spec:\n    module: str\n    name: str\n\n\n"
        'for spec in [Spec("workflows.node.create", "create_node"), Spec("workflows.node.modify", "modify_node")]:\n'
        "    LazyWorkflowInstance(spec.module, spec.name)\n"
    ),
    "a registration when the application starts": registry(
        'def register():\n    LazyWorkflowInstance("workflows.node.create", "create_node")\n',
        main=MAIN.replace("app = Orch", "workflows.register()\napp = Orch"),
    ),
    "names behind a setting": registry(
        'from settings import settings\n\nif settings.NODES:\n    LazyWorkflowInstance("workflows.node.create", "create_node")\n'
    ),
    "functions that packages pass on": registry(
        "".join(f'LazyWorkflowInstance("workflows.node", "{kind}_node")\n' for kind in KINDS),
        workflows__node____init__="".join(
            f"from workflows.node.{kind} import {kind}_node\n" for kind in KINDS
        ),
    ),
    "functions that packages pass on by a star": registry(
        "".join(f'LazyWorkflowInstance("workflows.node", "{kind}_node")\n' for kind in KINDS),
        workflows__node____init__="".join(f"from .{kind} import *\n" for kind in KINDS),
    ),
    "a function defined behind a condition": project(
        workflows__node__create=CALLED
        + "from settings import settings\n\nif settings.NEW:\n\n    @create_workflow()\n    def create_node():\n"
        "        return begin\nelse:\n    from workflows.node.old import create_node\n",
    ),
    "a function imported behind a condition": project(
        workflows__node__create="from settings import settings\n\nif settings.NEW:\n"
        "    from workflows.node.new import create_node\nelse:\n    from workflows.node.old import create_node\n",
    ),
    "a function imported in a try": project(
        workflows__node__create="try:\n    from shared import create_node\nexcept ImportError:\n"
        "    from workflows.node.old import create_node\n",
    ),
    "decorators called as functions": project(
        workflows__node__create=CALLED
        + "def _steps():\n    return begin\n\n\ncreate_node = create_workflow()(_steps)\n"
    ),
    "a decorator around the function of the same name": project(
        workflows__node__create=CALLED
        + "def create_node():\n    return begin\n\n\ncreate_node = create_workflow()(create_node)\n"
    ),
    "decorators of the project around those of the framework": project(
        workflows__decorators=CALLED
        + "def own_workflow(*args, **kwargs):\n    return create_workflow(*args, **kwargs)\n",
        workflows__node__create="from workflows.decorators import own_workflow\n\n\n@own_workflow()\ndef create_node():\n"
        "    return None\n",
    ),
    "decorators of the project that are functions within": project(
        workflows__node__create=CALLED
        + "def audited(function):\n    def inner():\n        return function()\n\n    return inner\n\n\n"
        "def _create():\n    return begin\n\n\ncreate_node = audited(_create)\n"
    ),
    "two decorators": project(
        workflows__node__create="import functools\n\n"
        + CALLED
        + "def audited(function):\n    @functools.wraps(function)\n    def inner():\n        return function()\n"
        "    return inner\n\n\n@create_workflow()\n@audited\ndef create_node():\n    return begin\n"
    ),
    "a factory of workflows": project(
        workflows__factory=CALLED
        + "def make(kind):\n    @create_workflow()\n    def made():\n        return begin\n\n"
        '    made.__name__ = f"create_{kind}"\n    return made\n',
        workflows__node__create='from workflows.factory import make\n\ncreate_node = make("node")\n',
    ),
    "a factory of several workflows": project(
        workflows__factory="def make_all(kind):\n    return [lambda: kind for _ in range(4)]\n",
        workflows__node__create='from workflows.factory import make_all\n\ncreate_node, *others = make_all("node")\n',
    ),
    "workflows put into a module by name": project(
        workflows__node__create="from workflows.factory import make\n\nvars().update(create_node=make('node'))\n",
        workflows__factory="def make(kind): ...\n",
    ),
    "methods of a class as workflows": project(
        workflows__node__create=CALLED
        + "class Node:\n    @staticmethod\n    def steps():\n        return begin\n\n\n"
        "create_node = create_workflow()(Node.steps)\n"
    ),
    "tests with products and workflows of their own": project()
    | {
        "unit_tests/conftest.py": "from orchestrator.core.domain import SUBSCRIPTION_MODEL_REGISTRY\n\n"
        'SUBSCRIPTION_MODEL_REGISTRY.update({"Test": object})\n',
        "unit_tests/workflows.py": function("create").replace("create_node", "create_test"),
        "unit_tests/products.py": PRODUCTS.replace('"Node"', '"Test product"'),
        "test/helpers/register.py": REGISTRY.replace("_node", "_test"),
        "test/translations/en-GB.json": "{}",
    },
    "labels in several folders and languages": project()
    | {
        "translations/nl-NL.json": '{"workflow": {"create_node": "A"}}',
        "other/translations/en-GB.json": "{}",
    },
    "labels elsewhere": {path: text for path, text in project().items() if path != "translations/en-GB.json"},
    # -- products ------------------------------------------------------------------------------
    "products by an operator": project(
        products____init__=PRODUCTS.replace('.update({"Node": Node})', ' |= {"Node": Node}')
    ),
    "products by an operator beside a call": project(
        products____init__=PRODUCTS.replace(
            '.update({"Node": Node})', '.update({})\nSUBSCRIPTION_MODEL_REGISTRY |= {"Node": Node}'
        )
    ),
    "products by a library beside a call": project(
        products____init__="from plugins import register_all\n"
        + PRODUCTS.replace(
            '.update({"Node": Node})', ".update({})\nregister_all(SUBSCRIPTION_MODEL_REGISTRY)"
        )
    ),
    "products under another name beside a call": project(
        products____init__=PRODUCTS.replace(
            '.update({"Node": Node})',
            '.update({})\nregistry = SUBSCRIPTION_MODEL_REGISTRY\nregistry["Node"] = Node',
        )
    ),
    "products by keywords": project(
        products____init__=PRODUCTS.replace('.update({"Node": Node})', ".update(Node=Node)")
    ),
    "products from another module": project(
        products____init__=PRODUCTS.replace(
            "from products.node import Node", "from products.all import PRODUCTS"
        ).replace('{"Node": Node}', "PRODUCTS"),
        products__all='from products.node import Node\n\nPRODUCTS = {name: Node for name in ("Node",)}\n',
    ),
    "products by a function": project(
        products____init__=PRODUCTS.replace(
            'SUBSCRIPTION_MODEL_REGISTRY.update({"Node": Node})',
            "def register(registry):\n    registry[Node.__name__] = Node\n\n\nregister(SUBSCRIPTION_MODEL_REGISTRY)",
        )
    ),
    "products by a function of elsewhere": project(
        products____init__="from plugins import register_all\n"
        + PRODUCTS.replace('.update({"Node": Node})', "\nregister_all(SUBSCRIPTION_MODEL_REGISTRY)")
    ),
    "products under another name": project(
        products____init__=PRODUCTS.replace(
            'SUBSCRIPTION_MODEL_REGISTRY.update({"Node": Node})',
            'registry = SUBSCRIPTION_MODEL_REGISTRY\nregistry["Node"] = Node',
        )
    ),
    "products by an enumeration": project(
        products____init__=PRODUCTS.replace(
            "from products.node import Node",
            "from products.names import Name\nfrom products.node import Node",
        ).replace('"Node": Node', "Name.NODE: Node"),
        products__names='from enum import StrEnum\n\n\nclass Name(StrEnum):\n    NODE = "Node"\n',
    ),
    "products in a loop over classes": project(
        products____init__=PRODUCTS.replace(
            'SUBSCRIPTION_MODEL_REGISTRY.update({"Node": Node})',
            "for model in (Node,):\n    SUBSCRIPTION_MODEL_REGISTRY[model.__name__] = model",
        )
    ),
    "product blocks with a base of the project": project(
        products__blocks=BLOCKS.replace(
            "class NodeBlockInactive(ProductBlockModel, product",
            "class Base(ProductBlockModel):\n    vendor: str | None = None\n\n\nclass NodeBlockInactive(Base, product",
        ).replace(
            'product_block_name="Node"):\n    vendor: str | None = None',
            'product_block_name="Node"):\n    pass',
        )
    ),
    "product blocks with a mixin": project(
        products__blocks=BLOCKS.replace(
            "class NodeBlockInactive(ProductBlockModel, product",
            "class WithVendor:\n    vendor: str | None = None\n\n\nclass NodeBlockInactive(WithVendor, ProductBlockModel, product",
        )
        .replace(
            'product_block_name="Node"):\n    vendor: str | None = None',
            'product_block_name="Node"):\n    pass',
        )
        .replace("    vendor: str\n", "    pass\n")
    ),
    "product blocks of a library": project(
        products__blocks="from shared_blocks import NodeBlock as Shared, NodeBlockInactive\n"
        "from orchestrator.core.types import SubscriptionLifecycle\n\n\n"
        "class NodeBlock(Shared, lifecycle=[SubscriptionLifecycle.ACTIVE]):\n    pass\n"
    ),
    "product blocks imported from a library": project(
        products__blocks="from shared_blocks import NodeBlock, NodeBlockInactive\n"
    ),
    "product blocks with many kinds of fields": project(
        products__blocks="from __future__ import annotations\n\nimport ipaddress\nfrom enum import StrEnum\n"
        "from typing import Annotated, ClassVar, TypeVar\n\nfrom annotated_types import Len\n"
        "from orchestrator.core.types import SI\nfrom pydantic import Field, computed_field, field_validator\n"
        + BLOCKS.removeprefix("from __future__ import annotations\n")
        .replace(
            "class NodeBlockInactive",
            "class Maker(StrEnum):\n    ONE = 'one'\n\n\nVendor = Annotated[Maker | str, Field(max_length=9)]\n"
            "T = TypeVar('T')\n\n\nclass NodeBlockInactive",
        )
        .replace(
            "    vendor: str\n",
            "    vendor: Annotated[Vendor, Field()]\n    limit: ClassVar[int] = 1\n    _cache: int = 0\n\n"
            "    @computed_field\n    @property\n    def title(self) -> str:\n        return 'x'\n\n"
            "    @field_validator('vendor')\n    @classmethod\n    def check(cls, value):\n        return value\n",
        )
    ),
}
MIGRATIONS: dict[str, str] = {
    "helpers of the project": (
        NEW + ROWS + "\n\nclass Adder:\n    def __init__(self, conn):\n        self.conn = conn\n\n"
        "    def add(self, row):\n        create_workflow(self.conn, row)\n\n\n"
        "def upgrade():\n    adder = Adder(op.get_bind())\n    create(op.get_bind(), new)\n"
        "    for row in rows:\n        adder.add(row)\n" + NO_WAY_BACK
    ),
    "a helper of a library": (
        "from shared_migrations import add_everything\n\n\ndef upgrade():\n    add_everything()\n"
        + NO_WAY_BACK
    ),
    "a helper of a library with a connection": (
        "import shared_migrations\n\n\ndef upgrade():\n    shared_migrations.run(op.get_bind())\n"
        + NO_WAY_BACK
    ),
    "a session and tables of the framework": (
        "from orchestrator.core.db import ProductTable, WorkflowTable\nfrom sqlalchemy.orm import Session\n\n\n"
        "def upgrade():\n    session = Session(bind=op.get_bind())\n"
        "    product = ProductTable(name='Node', product_type='Node', tag='NODE', status='active')\n"
        "    session.add(product)\n"
        "    session.add_all([WorkflowTable(name='create_node', target=Target.CREATE)])\n    session.commit()\n"
        + NO_WAY_BACK
    ),
    "statements built of tables": (
        "workflows = sa.table('workflows', sa.column('name'), sa.column('target'))\n\n\n"
        "def upgrade():\n    op.bulk_insert(workflows, [{'name': 'create_node', 'target': 'CREATE'}])\n"
        "    statement = sa.insert(workflows).values(name='modify_node')\n    op.get_bind().execute(statement)\n"
        + NO_WAY_BACK
    ),
    "a file of SQL": (
        "def upgrade():\n    op.execute(Path(__file__).with_suffix('.sql').read_text())\n" + NO_WAY_BACK
    ),
    "SQL with identifiers that the database gives": (
        NEW + "\n\ndef upgrade():\n    conn = op.get_bind()\n    create(conn, new)\n"
        "    for name, target in [('create_node', 'CREATE'), ('modify_node', 'MODIFY'), ('terminate_node', 'TERMINATE')]:\n"
        "        workflow_id = conn.execute(\n"
        "            sa.text('INSERT INTO workflows (workflow_id, name, target, is_task, description) '\n"
        "                    'VALUES (uuid_generate_v4(), :name, :target, false, :name) RETURNING workflow_id'),\n"
        "            {'name': name, 'target': target},\n        ).scalar()\n"
        "        conn.execute(\n            sa.text('INSERT INTO products_workflows (product_id, workflow_id) '\n"
        "                    'SELECT product_id, :id FROM products WHERE product_type = :kind'),\n"
        "            {'id': workflow_id, 'kind': 'Node'},\n        )\n"
        '    op.execute("INSERT INTO workflows (name, target, is_task, description) "\n'
        "               \"SELECT 'validate_node', 'VALIDATE', true, '' WHERE NOT EXISTS \"\n"
        "               \"(SELECT 1 FROM workflows WHERE name = 'validate_node')\")\n" + NO_WAY_BACK
    ),
    "SQL that overwrites": (
        NEW
        + ROWS.replace("Target.MODIFY", "Target.CREATE")
        + UP
        + '    op.execute(\n        "INSERT INTO workflows (name, target, is_task, description) VALUES "\n'
        "        \"('modify_node', 'MODIFY', false, '') ON CONFLICT (name) DO UPDATE SET target = EXCLUDED.target\"\n    )\n"
        + NO_WAY_BACK
    ),
    "rows behind a condition": (
        NEW + ROWS + "\n\ndef upgrade():\n    conn = op.get_bind()\n    create(conn, new)\n"
        "    if not conn.execute(sa.text('SELECT 1 FROM workflows')).scalar():\n"
        "        for row in rows:\n            create_workflow(conn, row)\n" + NO_WAY_BACK
    ),
    "a while loop": (
        NEW + ROWS + "\n\ndef upgrade():\n    conn = op.get_bind()\n    create(conn, new)\n"
        "    while rows:\n        create_workflow(conn, rows.pop())\n" + NO_WAY_BACK
    ),
    "a try": NEW
    + ROWS
    + "\n\ndef upgrade():\n    conn = op.get_bind()\n    try:\n        create(conn, new)\n        for row in rows:\n"
    "            create_workflow(conn, row)\n    except sa.exc.IntegrityError:\n        raise\n"
    + NO_WAY_BACK,
    "a match": NEW
    + ROWS
    + "\n\ndef upgrade():\n    conn = op.get_bind()\n    match conn.dialect.name:\n        case 'postgresql':\n"
    "            create(conn, new)\n            for row in rows:\n                create_workflow(conn, row)\n"
    + NO_WAY_BACK,
    "an enumeration of products and targets": (
        "from enum import StrEnum\n\n\nclass Kind(StrEnum):\n    NODE = 'Node'\n\n"
        + NEW.replace('"product_type": "Node"', '"product_type": Kind.NODE').replace(
            '{"Node": {"product', "{Kind.NODE: {'product_id': uuid.uuid4(), \"product"
        )
        + ROWS.replace('"product_type": "Node"', '"product_type": Kind.NODE.value')
        + UP
        + DOWN
    ),
    "all targets of an enumeration": (
        NEW
        + "\n\ndef upgrade():\n    conn = op.get_bind()\n    create(conn, new)\n    for target in Target:\n"
        "        create_workflow(conn, {'name': f'{target.lower()}_node', 'target': target, 'product_type': 'Node'})\n"
        + NO_WAY_BACK
    ),
    "defaults of the framework": NEW + ROWS + UP + "    ensure_default_workflows(conn)\n" + DOWN,
    "names of the code": ("import workflows\n" + NEW + ROWS + "\nassert workflows\n" + UP + DOWN),
}
ALIASED = project(
    workflows__node__create=CALLED
    + "@create_workflow()\ndef make():\n    return begin\n\n\ncreate_node = make\n"
)
LAYOUTS |= {
    "a workflow under a second name": ALIASED,
    "a workflow that a package renames": registry(
        REGISTRY.partition("\n")[2].replace('"workflows.node.create"', '"workflows.node"'),
        workflows__node____init__="from workflows.node.create import make as create_node\n",
        workflows__node__create=CALLED + "@create_workflow()\ndef make():\n    return begin\n",
    ),
    "workflows of a library": registry(
        REGISTRY.partition("\n")[2] + 'LazyWorkflowInstance("shared.sync", "task_sync")\n'
    )
    | {"translations/en-GB.json": LABELS.replace('"T", ', '"T", "task_sync": "S", ')},
    "a library that registers by itself": project(
        main=MAIN.replace(
            "import workflows",
            "import shared.products  # noqa: F401\nimport shared.workflows  # noqa: F401\nimport workflows",
        )
    )
    | {
        FIRST: MIGRATION.replace(
            "rows = [",
            'rows = [\n    {"name": "sync_port", "target": Target.MODIFY, "product_type": "Port"},',
        ).replace(
            '"products": {',
            '"products": {"Port": {"product_type": "Port", "tag": "PORT", "status": "end of life"}, ',
        )
    },
    "workflows in the documentation": project()
    | {"docs/snippets/show.py": CALLED + "@create_workflow()\ndef show():\n    return begin\n"},
    "migrations of packages in a package": {path: text for path, text in project().items() if path != FIRST}
    | {
        "migrations/versions/one.py": HEAD
        + NEW
        + "\n\ndef upgrade():\n    create(op.get_bind(), new)\n"
        + NO_WAY_BACK,
        "plugins/nodes/migrations/versions/two.py": MIGRATION.replace("93ac3e3b65f5", "aaaa11112222")
        .replace("down_revision = None", 'down_revision = "93ac3e3b65f5"')
        .replace('branch_labels = ("data",)', "branch_labels = None")
        .replace("Revises:", "Revises: 93ac3e3b65f5")
        .replace("    create(conn, new)\n", "")
        .replace("    delete(conn, new)\n", ""),
    },
}
ODD_HEADS: dict[str, dict[str, str]] = {
    "a branch of the project for its own tables": project()
    | {
        "migrations/versions/tables/one.py": 'from alembic import op\n\nrevision = "aaaa11112222"\ndown_revision = None\nbranch_labels = ("tables",)\n'
        "depends_on = None\n\n\ndef upgrade():\n    op.create_table('customers')\n\n\ndef downgrade():\n    pass\n",
        "alembic.ini": "[alembic]\nversion_locations = %(here)s/migrations/versions/schema %(here)s/migrations/versions/tables\n",
    },
    "a branch that begins at the data": project()
    | {
        "migrations/versions/schema/two.py": 'revision = "aaaa11112222"\ndown_revision = "93ac3e3b65f5"\n'
        'branch_labels = ("optional",)\ndepends_on = None\n\n\ndef upgrade():\n    pass\n',
        "migrations/versions/schema/three.py": 'revision = "aaaa11113333"\ndown_revision = "93ac3e3b65f5"\n\n\ndef upgrade():\n    pass\n',
    },
    "another name for the branch": project() | {FIRST: MIGRATION.replace('("data",)', '("network",)')},
    "annotated names and other words in the docstring": project()
    | {
        FIRST: MIGRATION.replace('revision = "93', 'revision: str = "93', 1)
        .replace("down_revision = None", "down_revision: str | None = None")
        .replace("Revises:\n", "Revises: <base>\n"),
        "migrations/versions/schema/two.py": '"""Two.\n\nRevision ID: aaaa11112222\nRevises: 93ac3e3b65f5 (data)\n"""\n\n'
        'revision = "aaaa11112222"\ndown_revision = "93ac3e3b65f5"\n\n\ndef upgrade():\n    pass\n',
    },
    "revisions of a library": project()
    | {
        FIRST: MIGRATION.replace('"161918133bec"', '"0123456789ab"'),
        "alembic.ini": "[alembic]\nscript_location = migrations\n",
        "migrations/env.py": "config.set_main_option('version_locations', ':'.join(found()))\n",
    },
    "a folder of migrations elsewhere": {path: text for path, text in project().items() if path != FIRST}
    | {
        "migrations/versions/schema/two.py": 'revision = "aaaa11112222"\ndown_revision = None\nbranch_labels = ("data",)\n\n\n'
        "def upgrade():\n    pass\n",
        "alembic.ini": "[alembic]\nversion_locations = %(here)s/migrations/versions/schema /opt/shared/versions\n",
    },
    "revisions of a library, by pyproject": project()
    | {
        FIRST: MIGRATION.replace('"161918133bec"', '"0123456789ab"'),
        "pyproject.toml": PYPROJECT + '\n[tool.alembic]\nversion_locations = ["a", "b"]\n',
    },
}
