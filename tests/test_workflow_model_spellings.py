"""The mistakes that people make in workflows, products, migrations and labels, each written in another way again."""

# ruff: noqa: E501 - texts of projects are kept on lines of their own
from __future__ import annotations

import re

import pytest

from tests.seeding import Files, Seed, generated, judge, mended, rules_of
from tests.test_workflow_model_generated import (
    BY_HAND,
    CREATE_SITE,
    CUSTOMERS,
    LABELS,
    PORTS,
    PRODUCTS,
    REGISTRY,
    SITE,
    change,
    migrate,
    together,
    without_row,
)

pytestmark = pytest.mark.generated

SITE_BLOCK = "products/product_blocks/site.py"


def registered(new: str, *, old: str = CREATE_SITE) -> Seed:
    return change(REGISTRY, old, new)


def without_target(kind: str) -> Seed:
    """Neither code, registration, row nor label: consistent, but the product lacks it."""

    def seed(files: Files) -> None:
        name = f"{kind}_site"
        del files.texts[f"workflows/site/{name}.py"]
        files.replace(REGISTRY, f'LazyWorkflowInstance("workflows.site.{name}", "{name}")\n', "")
        without_row(name, SITE)(files)
        files.texts[LABELS], found = re.subn(rf'        "{name}": "[^"]*",?\n', "", files.texts[LABELS])
        assert found == 1

    return seed


def in_wsgi(files: Files) -> None:
    """The application is in `wsgi.py`, which leaves the registration to the command line."""
    files.texts["wsgi.py"] = files.texts.pop("main.py").replace("import workflows  # noqa: F401\n", "")
    files.texts["main.py"] = (
        "from orchestrator.core.cli.main import app as core_cli\n\nimport products  # noqa: F401\n"
        "import workflows  # noqa: F401\n\ncore_cli()\n"
    )


def imported_by_name(files: Files) -> None:
    files.replace("main.py", "import workflows  # noqa: F401\n", "import importlib\n")
    files.replace(
        "main.py",
        "logger =",
        'for name in ("schedules", "products"):\n    importlib.import_module(name)\nlogger =',
    )


SEEDS: dict[str, tuple[Seed, str]] = {
    # -- a workflow that nothing registers
    "a function registers all but one": (
        registered(
            'def add(name):\n    LazyWorkflowInstance(f"workflows.site.{name}", name)\n\n\nadd("modify_site")\n'
        ),
        "unregistered-workflow",
    ),
    "a workflow with a target of its own": (
        lambda files: files.texts.update(
            {
                "workflows/site/move_site.py": "from orchestrator.core.targets import Target\n"
                "from orchestrator.core.workflow import begin, workflow\n\n\n"
                "@workflow(target=Target.SYSTEM)\ndef move_site():\n    return begin\n"
            }
        ),
        "unregistered-workflow",
    ),
    # -- registrations that lead nowhere
    "a module of two dots": (
        registered('LazyWorkflowInstance("..site.create_site", "create_site")\n'),
        "broken-registration",
    ),
    "keywords name no module": (
        registered('LazyWorkflowInstance(name="create_site", package="workflows.site.creating")\n'),
        "broken-registration",
    ),
    "a package instead of its module": (
        registered('LazyWorkflowInstance("workflows.site", "create_site")\n'),
        "broken-registration",
    ),
    "a constant names no function": (
        registered('NAME = "create_place"\nLazyWorkflowInstance("workflows.site.create_site", NAME)\n'),
        "broken-registration",
    ),
    "a function without decorator": (
        together(
            lambda files: files.texts.update(
                {"workflows/site/helper.py": "def helper():\n    return None\n"}
            ),
            registered(f'{CREATE_SITE}LazyWorkflowInstance("workflows.site.helper", "helper")\n'),
        ),
        "broken-registration",
    ),
    # -- rows that are not there
    "rows of a comprehension": (
        change(
            SITE,
            "for workflow in new_workflows:\n        create",
            'for workflow in [one for one in new_workflows if one["name"] != "modify_site"]:\n        create',
        ),
        "workflow-without-row",
    ),
    "a later migration deletes several": (
        migrate('helpers.delete(conn, {"workflows": {"modify_site": {}}})'),
        "workflow-without-row",
    ),
    "a later migration deletes by a list": (
        migrate("op.execute(\"DELETE FROM workflows WHERE name = ANY(ARRAY['modify_site', 'other'])\")"),
        "workflow-without-row",
    ),
    "a later migration renames through parameters": (
        migrate(
            'conn.execute(sa.text("UPDATE workflows SET name = :new WHERE name = :old"), '
            '{"old": "modify_site", "new": "change_site"})'
        ),
        "workflow-without-row",
    ),
    # -- rows that differ
    "a migration makes a workflow a task": (
        migrate("op.execute(\"UPDATE workflows SET is_task = true WHERE name = 'modify_site'\")"),
        "row-differs-from-workflow",
    ),
    "a migration makes a task a workflow": (
        migrate(
            'conn.execute(sa.text("UPDATE workflows SET is_task = :no WHERE name IN (:name)"), '
            '{"no": False, "name": "task_import_customers"})'
        ),
        "row-differs-from-workflow",
    ),
    "the decorator of another import": (
        change(
            "workflows/ip_prefix/reconcile_ip_prefix.py",
            "import reconcile_workflow",
            "import modify_workflow as reconcile_workflow",
        ),
        "row-differs-from-workflow",
    ),
    "a product type that no product has": (
        change(
            SITE,
            '"description": "Modify Site",\n        "product_type": "Site"',
            '"description": "Modify Site",\n        "product_type": "Sites"',
        ),
        "unmatched-product-type",
    ),
    "a product type by a constant": (
        together(
            change(SITE, "new_workflows = [", 'KIND = "SITE"\nnew_workflows = ['),
            change(
                SITE,
                '"description": "Modify Site",\n        "product_type": "Site"',
                '"description": "Modify Site",\n        "product_type": KIND',
            ),
        ),
        "unmatched-product-type",
    ),
    # -- products
    "a product cannot be changed": (without_target("modify"), "incomplete-product"),
    "a product cannot be made": (without_target("create"), "incomplete-product"),
    "a product cannot be ended": (without_target("terminate"), "incomplete-product"),
    "a migration takes a workflow from its product": (
        migrate('helpers.remove_products_from_workflow_by_product_tag(conn, "terminate_site", "SITE")'),
        "incomplete-product",
    ),
    "a second workflow to reconcile through SQL": (
        together(
            lambda files: files.texts.update(
                {
                    "workflows/ip_prefix/reconcile_more.py": files.texts[
                        "workflows/ip_prefix/reconcile_ip_prefix.py"
                    ].replace("def reconcile_ip_prefix", "def reconcile_more")
                }
            ),
            registered(
                f'{CREATE_SITE}LazyWorkflowInstance("workflows.ip_prefix.reconcile_more", "reconcile_more")\n'
            ),
            change(
                LABELS,
                '"reconcile_ip_prefix": ',
                '"reconcile_more": "More",\n        "reconcile_ip_prefix": ',
            ),
            migrate(
                "op.execute(\"INSERT INTO workflows (name, target, description) VALUES ('reconcile_more', 'RECONCILE', '')\")\n"
                '    op.execute("INSERT INTO products_workflows (product_id, workflow_id) SELECT p.product_id, w.workflow_id '
                "FROM products p, workflows w WHERE p.product_type = 'IpPrefix' AND w.name = 'reconcile_more'\")"
            ),
        ),
        "several-reconcile-workflows",
    ),
    "a key is gone": (
        lambda files: files.texts.update(
            {PRODUCTS: f'{files.texts[PRODUCTS]}SUBSCRIPTION_MODEL_REGISTRY["Sight"] = Site\n'}
        ),
        "product-without-row",
    ),
    "a product by SQL": (
        migrate(
            "op.execute(\"INSERT INTO products (name, product_type, tag, status) VALUES ('Hut', 'Site', 'HUT', 'end of life')\")"
        ),
        "unregistered-product",
    ),
    "a tag by keywords": (
        change(PRODUCTS, '{\n        "Site": Site,\n        },', "SITE=Site"),
        "product-without-row",
    ),
    # -- product blocks
    "a block is new": (
        lambda files: files.texts.update(
            {
                SITE_BLOCK: f"{files.texts[SITE_BLOCK]}\n\nclass RoofBlock(ProductBlockModel, product_block_name='Roof'):\n"
                "    height: int\n"
            }
        ),
        "domain-model-without-row",
    ),
    "a block is new in a file of its own": (
        lambda files: files.texts.update(
            {
                "products/product_blocks/roof.py": "from orchestrator.core.domain import base\n\n"
                "NAME = 'Roof'\n\n\nclass RoofBlock(base.ProductBlockModel, product_block_name=NAME):\n    height: int\n"
            }
        ),
        "domain-model-without-row",
    ),
    "a block has no model": (
        migrate(
            'helpers.create_product_blocks(conn, {"Roof": {"product_block_id": "1", "description": "Roof", "tag": "ROOF", "status": "active"}})'
        ),
        "row-without-domain-model",
    ),
    "a block by SQL has no model": (
        migrate(
            "op.execute(\"INSERT INTO product_blocks (name, description, tag, status) VALUES ('Roof', '', 'ROOF', 'active')\")"
        ),
        "row-without-domain-model",
    ),
    "a resource type has no field": (
        migrate(
            'helpers.create_resource_types_for_product_blocks(conn, {"Site": {"roof": "height of the roof"}})'
        ),
        "row-without-domain-model",
    ),
    "a migration renames a resource type": (
        migrate(
            "op.execute(\"UPDATE resource_types SET resource_type = 'storey' WHERE resource_type = 'floor'\")"
        ),
        "domain-model-without-row",
    ),
    # -- labels
    "a label is empty of its name": (change(LABELS, '"modify_site"', '"modify-site"'), "missing-translation"),
    "a label stands elsewhere": (
        together(
            change(LABELS, '        "modify_site": "Modify Site",\n', ""),
            change(LABELS, "{\n", '{\n    "more": {"modify_site": "Modify Site"},\n', count=1),
        ),
        "missing-translation",
    ),
    # -- entry points
    "the application is in another module": (in_wsgi, "missing-side-effect-import"),
    "the application imports others by name": (imported_by_name, "missing-side-effect-import"),
    # -- migrations among each other
    "a docstring without predecessor": (
        change(PORTS, "Revises: 4c1f0d6a9b27", "Revises:"),
        "revision-docstring",
    ),
    "a docstring of a merge": (
        together(
            migrate("pass", down="4c1f0d6a9b27"),
            lambda files: files.texts.update(
                {
                    "migrations/versions/schema/2024-08-01_bbbbccccdddd_merge.py": '"""Merge.\n\nRevision ID: bbbbccccdddd\n'
                    'Revises: aaaabbbbcccc\n"""\n\nrevision = "bbbbccccdddd"\n'
                    'down_revision = ("aaaabbbbcccc", "9d27b5e83f10")\n\n\ndef upgrade():\n    pass\n'
                }
            ),
        ),
        "revision-docstring",
    ),
    "two heads of different ages": (
        migrate("pass", down="36c82045139f", number="bbbb22223333"),
        "several-heads",
    ),
    "one of several dependencies is not there": (
        change(CUSTOMERS, '"bac6be6f2b4f"', '("bac6be6f2b4f", "cdf8758831d4")'),
        "unknown-revision",
    ),
    "a downgrade undoes all but one": (
        change(
            SITE,
            "    for workflow in new_workflows:\n        delete",
            "    for workflow in new_workflows[:-1]:\n        delete",
        ),
        "downgrade-leaves-rows",
    ),
    "a downgrade keeps the products": (
        change(SITE, "    delete(conn, new_products)", "    pass"),
        "downgrade-leaves-rows",
    ),
}


@pytest.mark.parametrize("name", SEEDS)
def test_a_mistake_is_told_as_itself_in_other_words_too(name: str) -> None:
    seed, rule = SEEDS[name]
    files = Files(dict(generated("5.5.0")))
    seed(files)
    report = judge(files.texts, "5.5.0")
    assert rules_of(report.findings) == {rule}
    again = judge(mended(files.texts, report), "5.5.0")
    assert again.rewritten == {}
    assert again.findings == () or rule in BY_HAND | {"unregistered-workflow"}
