"""Projects of orchestrator-core's own generator: silent as they are, and each mistake in them is told as itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from concertmaster.config import Config
from concertmaster.versions import NEWEST_KNOWN
from tests.seeding import VERSIONS, Files, Seed, generated, judge, mended, rules_of

pytestmark = pytest.mark.generated

RELEASES = ("2.10.0", "3.2.3", "4.4.2", "4.8.2", "5.0.5", "5.5.0")
REGISTRY = "workflows/__init__.py"
PRODUCTS = "products/__init__.py"
LABELS = "translations/en-GB.json"
SITE = "_7f1573622c8f_add_site.py"
CUSTOMERS = "_4c1f0d6a9b27_add_customers.py"
PORTS = "_9d27b5e83f10_describe_ports.py"
CREATE_SITE = 'LazyWorkflowInstance("workflows.site.create_site", "create_site")\n'
NEW_TASK = """from orchestrator.core.workflow import StepList, begin
from orchestrator.core.workflows.utils import task


@task()
def task_count_sites() -> StepList:
    return begin
"""


def change(path: str, old: str, new: str, *, count: int = 1) -> Seed:
    """A text in a file, which may be named by its ending, becomes another."""
    return lambda files: files.replace(files.path(path), old, new, count=count)


def migrate(upgrade: str, **options: str) -> Seed:
    return lambda files: files.migrate(upgrade, **options)


def together(*seeds: Seed) -> Seed:
    def seed(files: Files) -> None:
        for one in seeds:
            one(files)

    return seed


def entry(name: str) -> re.Pattern[str]:
    return re.compile(rf'    \{{\n        "name": "{name}",\n(?:        [^\n]*\n)*?    \}},\n')


def without_row(name: str, ending: str) -> Seed:
    def seed(files: Files) -> None:
        path = files.path(ending)
        files.texts[path], found = entry(name).subn("", files.texts[path])
        assert found == 1

    return seed


def registered_in_a_loop(files: Files) -> None:
    names = re.findall(r'LazyWorkflowInstance\("(workflows\.[\w.]+)", "(\w+)"\)', files.texts[REGISTRY])
    pairs = ",\n".join(f'    ("{module}", "{name}")' for module, name in names if name != "modify_port")
    files.texts[REGISTRY] = (
        "from orchestrator.core.workflows import LazyWorkflowInstance\n\n"
        f"WORKFLOWS = [\n{pairs},\n]\nfor module, name in WORKFLOWS:\n    LazyWorkflowInstance(module, name)\n"
    )


def registered_under_an_alias(files: Files) -> None:
    files.replace(REGISTRY, CREATE_SITE, "")
    text = files.texts[REGISTRY].replace("import LazyWorkflowInstance", "import LazyWorkflowInstance as Lazy")
    files.texts[REGISTRY] = text.replace("\nLazyWorkflowInstance(", "\nLazy(")


def new_task(files: Files) -> None:
    files.texts["workflows/tasks/count_sites.py"] = NEW_TASK


def without_validation(files: Files) -> None:
    """Neither code, registration, row nor label: consistent, but the product lacks it."""
    del files.texts["workflows/site/validate_site.py"]
    files.replace(REGISTRY, 'LazyWorkflowInstance("workflows.site.validate_site", "validate_site")\n', "")
    without_row("validate_site", SITE)(files)
    files.replace(LABELS, ',\n        "validate_site": "Validate Site"', "")


def reconciled_twice(files: Files) -> None:
    text = files.texts["workflows/ip_prefix/reconcile_ip_prefix.py"]
    files.texts["workflows/ip_prefix/reconcile_again.py"] = text.replace(
        "def reconcile_ip_prefix", "def reconcile_again"
    )
    files.replace(
        REGISTRY,
        CREATE_SITE,
        f'{CREATE_SITE}LazyWorkflowInstance("workflows.ip_prefix.reconcile_again", "reconcile_again")\n',
    )
    files.replace(
        LABELS, '"reconcile_ip_prefix"', '"reconcile_again": "Again",\n        "reconcile_ip_prefix"'
    )
    values = '{"name": "reconcile_again", "target": "RECONCILE", "description": "Again", "product_type": "IpPrefix"}'
    files.migrate(f"helpers.create_workflow(conn, {values})")


def renamed_workflow(files: Files) -> None:
    files.replace("workflows/site/create_site.py", "def create_site(", "def add_site(")
    files.replace(REGISTRY, '"create_site")', '"add_site")')
    files.replace(LABELS, '"create_cloud_access"', '"add_site": "Add Site",\n        "create_cloud_access"')


SITE_ROW = '"name": "create_site",\n        "target": Target.CREATE,\n        "is_task": False,'
VALIDATE_ROW = '"name": "validate_site",\n        "target": Target.VALIDATE,\n        "is_task": True,'
LOOP = "    for workflow in new_workflows:\n        create_workflow(conn, workflow)\n"
CREATE = "    create(conn, new_products)\n"
UNDO = '        delete_workflow(conn, workflow["name"])\n\n    delete(conn, new_products)'
DELETE = f"for workflow in new_workflows:\n{UNDO}"
INSERTED = "INSERT INTO workflows (name, target, is_task, description) VALUES ('task_x', 'SYSTEM', true, '')"
END_OF_LIFE = (
    'helpers.create_products(conn, {"Hut": {"product_id": "3a6e1f30-8c2f-4d3e-9a51-0a0b6e0c7f11", '
    '"product_type": "Site", "tag": "HUT", "description": "Hut", "status": "end of life"}})'
)
SEEDS: dict[str, tuple[Seed, str]] = {
    "a registration is gone": (change(REGISTRY, CREATE_SITE, ""), "unregistered-workflow"),
    "a registration is a comment": (
        change(REGISTRY, CREATE_SITE, f"# {CREATE_SITE}"),
        "unregistered-workflow",
    ),
    "a loop registers all but one": (registered_in_a_loop, "unregistered-workflow"),
    "an alias registers all but one": (registered_under_an_alias, "unregistered-workflow"),
    "a new workflow is only code": (new_task, "unregistered-workflow"),
    "a module is relative": (
        change(REGISTRY, '"workflows.site.create_site"', '".site.create_site"'),
        "broken-registration",
    ),
    "a module is misspelt": (
        change(REGISTRY, '"workflows.site.create_site"', '"workflows.sites.create_site"'),
        "broken-registration",
    ),
    "a function is misspelt": (change(REGISTRY, '"create_site")', '"create_sites")'), "broken-registration"),
    "a function is no workflow": (
        lambda files: files.texts.update(
            {
                "workflows/site/create_site.py": re.sub(
                    r"@create_workflow\([^\n]*\)\n", "", files.texts["workflows/site/create_site.py"]
                )
            }
        ),
        "broken-registration",
    ),
    "a module is gone": (
        lambda files: files.texts.pop("workflows/site/create_site.py"),
        "broken-registration",
    ),  # type: ignore[dict-item]
    "a row is not added": (without_row("validate_site", SITE), "workflow-without-row"),
    "a task's row is not added": (
        change(
            CUSTOMERS,
            '    {"name": "task_check_light_levels", "description": "Check light levels of ports"},\n',
            "",
        ),
        "workflow-without-row",
    ),
    "a loop leaves a row out": (
        change(
            SITE,
            "for workflow in new_workflows:\n        create",
            "for workflow in new_workflows[1:]:\n        create",
        ),
        "workflow-without-row",
    ),
    "a later migration deletes a row": (
        migrate('helpers.delete_workflow(conn, "create_site")'),
        "workflow-without-row",
    ),
    "a later migration deletes by SQL": (
        migrate('conn.execute(sa.text("DELETE FROM workflows WHERE name = :name"), {"name": "create_site"})'),
        "workflow-without-row",
    ),
    "a later migration deletes through bound parameters": (
        migrate(
            'op.execute(sa.text("DELETE FROM workflows WHERE name IN (:name)").bindparams(name="create_site"))'
        ),
        "workflow-without-row",
    ),
    "a later migration renames a row": (
        migrate("op.execute(\"UPDATE workflows SET name = 'make_site' WHERE name = 'create_site'\")"),
        "workflow-without-row",
    ),
    "only the row has the old name": (renamed_workflow, "workflow-without-row"),
    "a target differs": (
        change(SITE, SITE_ROW, SITE_ROW.replace("CREATE", "MODIFY")),
        "row-differs-from-workflow",
    ),
    "a target as text differs": (
        change(SITE, SITE_ROW, SITE_ROW.replace("Target.CREATE", '"TERMINATE"')),
        "row-differs-from-workflow",
    ),
    "a migration changes a target": (
        migrate("op.execute(\"UPDATE workflows SET target = 'MODIFY' WHERE name LIKE 'create_si%'\")"),
        "row-differs-from-workflow",
    ),
    "a decorator is of another kind": (
        change(
            "workflows/ip_prefix/reconcile_ip_prefix.py", "reconcile_workflow", "modify_workflow", count=9
        ),
        "row-differs-from-workflow",
    ),
    "a validation is no task": (
        change(SITE, VALIDATE_ROW, VALIDATE_ROW.replace("True", "False")),
        "row-differs-from-workflow",
    ),
    "a validation does not say that it is a task": (
        change(SITE, VALIDATE_ROW, VALIDATE_ROW.replace('"is_task": True,', "")),
        "row-differs-from-workflow",
    ),
    "a workflow is a task": (
        change(SITE, SITE_ROW, SITE_ROW.replace("False", "True")),
        "row-differs-from-workflow",
    ),
    "a product type is misspelt": (
        change(
            SITE,
            '"description": "Create Site",\n        "product_type": "Site"',
            '"description": "Create Site",\n        "product_type": "site"',
        ),
        "unmatched-product-type",
    ),
    "workflows come before their product": (
        change(
            SITE,
            CREATE + LOOP,
            LOOP + CREATE,
        ),
        "unmatched-product-type",
    ),
    "a row has no workflow": (
        migrate('helpers.create_task(conn, {"name": "task_forgotten", "description": ""})'),
        "row-without-workflow",
    ),
    "a row of SQL has no workflow": (
        migrate(f'op.execute("{INSERTED}")'),
        "row-without-workflow",
    ),
    "a product is not validated": (without_validation, "incomplete-product"),
    "a product is reconciled twice": (reconciled_twice, "several-reconcile-workflows"),
    "a product is not registered": (
        change(PRODUCTS, '        "Port 1000": Port,\n', ""),
        "unregistered-product",
    ),
    "a new product is not registered": (migrate(END_OF_LIFE), "unregistered-product"),
    "a product is registered by its tag": (
        change(PRODUCTS, '"Site": Site', '"SITE": Site'),
        "product-without-row",
    ),
    "a product's name is misspelt": (
        change(PRODUCTS, '"Cloud Access": ', '"CloudAcces": '),
        "product-without-row",
    ),
    "a product has no row": (
        change(PRODUCTS, '"Site": Site,', '"Site": Site, "Quay": Site,'),
        "product-without-row",
    ),
    "an assignment registers a product without row": (
        lambda files: files.texts.update(
            {PRODUCTS: f'{files.texts[PRODUCTS]}SUBSCRIPTION_MODEL_REGISTRY["Quay"] = Site\n'}
        ),
        "product-without-row",
    ),
    "a migration renames a product": (
        migrate("op.execute(\"UPDATE products SET name = 'Sites' WHERE name = 'Site'\")"),
        "product-without-row",
    ),
    "a migration deletes a product": (migrate('helpers.delete_product(conn, "Site")'), "product-without-row"),
    "a field is new": (
        change(
            "products/product_blocks/site.py",
            "    floor:",
            "    roof: str | None = None\n    floor:",
            count=9,
        ),
        "domain-model-without-row",
    ),
    "a resource type is not added": (
        change(SITE, '                "floor": "floor of the equipment room",\n', ""),
        "domain-model-without-row",
    ),
    "a field is renamed": (
        change("products/product_blocks/site.py", "    floor:", "    storey:", count=9),
        "domain-model-without-row",
    ),
    "a migration unlinks a resource type": (
        migrate('helpers.delete_resource_types_from_product_blocks(conn, {"Site": {"floor": ""}})'),
        "domain-model-without-row",
    ),
    "a migration drops a resource type by SQL": (
        migrate("op.execute(\"DELETE FROM resource_types WHERE resource_type IN ('floor')\")"),
        "domain-model-without-row",
    ),
    "a product block is renamed": (
        change("products/product_blocks/site.py", 'product_block_name="Site"', 'product_block_name="Place"'),
        "domain-model-without-row",
    ),
    "a field is gone": (
        lambda files: files.texts.update(
            {
                "products/product_blocks/site.py": re.sub(
                    r"    floor:[^\n]*\n", "", files.texts["products/product_blocks/site.py"]
                )
            }
        ),
        "row-without-domain-model",
    ),
    "a label is gone": (change(LABELS, '        "create_site": "Create Site",\n', ""), "missing-translation"),
    "a label is misspelt": (change(LABELS, '"create_site"', '"create_sites"'), "missing-translation"),
    "the last label is gone": (
        change(LABELS, ',\n        "validate_site": "Validate Site"', ""),
        "missing-translation",
    ),
    "the application imports no workflows": (
        change("main.py", "import workflows  # noqa: F401\n", ""),
        "missing-side-effect-import",
    ),
    "the application imports no products": (
        together(
            change("main.py", "import products  # noqa: F401\n", ""),
            lambda files: files.texts.update(
                {"products/__init__.py": "", "products/registered.py": files.texts["products/__init__.py"]}
            ),
            change("celery_worker.py", "import products  # noqa", "import products.registered  # noqa"),
        ),
        "missing-side-effect-import",
    ),
    "the worker imports no workflows": (
        change("celery_worker.py", "import workflows  # noqa: F401\n", ""),
        "missing-side-effect-import",
    ),
    "a docstring follows another revision": (
        change(PORTS, "Revises: 4c1f0d6a9b27", "Revises: 8c7d5c9f8c50"),
        "revision-docstring",
    ),
    "a docstring names another revision": (
        change(PORTS, "Revision ID: 9d27b5e83f10", "Revision ID: 9d27b5e83f11"),
        "revision-docstring",
    ),
    "there are two heads": (migrate("pass", down="4c1f0d6a9b27"), "several-heads"),
    "a dependency is not there": (change(CUSTOMERS, '"bac6be6f2b4f"', '"cdf8758831d4"'), "unknown-revision"),
    "a predecessor is not there": (
        together(
            change(
                PORTS, 'down_revision = "4c1f0d6a9b27"', 'down_revision = ("4c1f0d6a9b27", "4c1f0d6a9b28")'
            ),
            change(PORTS, "Revises: 4c1f0d6a9b27", "Revises: 4c1f0d6a9b27, 4c1f0d6a9b28"),
        ),
        "unknown-revision",
    ),
    "a downgrade keeps workflows": (
        change(CUSTOMERS, "[*new_workflows, *new_tasks]", "new_workflows"),
        "downgrade-leaves-rows",
    ),
    "a downgrade does nothing": (change(SITE, DELETE, "pass"), "downgrade-leaves-rows"),
    "a migration reads a file": (
        migrate('for task in sa.json.load(open("tasks.json")):\n        helpers.create_task(conn, task)'),
        "unfollowed-migration",
    ),
    "a migration asks the database": (
        migrate(
            "for row in conn.execute(sa.text('SELECT name FROM old')):\n        helpers.delete_workflow(conn, row.name)"
        ),
        "unfollowed-migration",
    ),
}
#: What a person has to mend.
BY_HAND = frozenset(
    """
    broken-registration workflow-without-row unmatched-product-type row-without-workflow incomplete-product
    several-reconcile-workflows unregistered-product product-without-row domain-model-without-row
    row-without-domain-model several-heads unknown-revision downgrade-leaves-rows unfollowed-migration
    """.split()
)


@pytest.mark.parametrize("recipe", ["workshop", "rich"])
@pytest.mark.parametrize("release", RELEASES)
def test_a_generated_project_is_as_it_should_be(release: str, recipe: str) -> None:
    report = judge(generated(release, recipe), release)
    assert report.findings == ()
    assert report.rewritten == {}


@pytest.mark.parametrize("name", SEEDS)
def test_a_mistake_is_told_as_itself(name: str) -> None:
    seed, rule = SEEDS[name]
    files = Files(dict(generated("5.5.0")))
    seed(files)
    report = judge(files.texts, "5.5.0")
    assert rules_of(report.findings) == {rule}
    cured = mended(files.texts, report)
    again = judge(cured, "5.5.0")
    assert again.rewritten == {}
    if not any(finding.safety.value == "manual" for finding in report.findings):
        assert again.findings == ()
    else:
        assert rule in BY_HAND | {"unregistered-workflow"}


def test_mistakes_of_every_kind_are_mended_in_one_run() -> None:
    files = Files(dict(generated("5.5.0")))
    for name in ("a row is not added", "a new workflow is only code", "a target differs", "a label is gone"):
        SEEDS[name][0](files)
    report = judge(files.texts, "5.5.0")
    assert len(report.created) == 3
    again = judge(mended(files.texts, report), "5.5.0")
    assert (again.findings, again.rewritten) == ((), {})


def test_a_library_is_left_alone() -> None:
    files = Files(dict(generated("5.5.0")))
    files.replace(REGISTRY, CREATE_SITE, "")
    assert judge(files.texts, "5.5.0", config=Config(library=True)).findings == ()


@pytest.mark.parametrize(
    "seed",
    [
        change(
            REGISTRY,
            CREATE_SITE,
            "from plugins import found\n\nfor one in found():\n    LazyWorkflowInstance(*one)\n",
        ),
        change(REGISTRY, CREATE_SITE, 'import os\n\nLazyWorkflowInstance(os.environ["MODULE"], "other")\n'),
        change(REGISTRY, CREATE_SITE, 'def register(name):\n    LazyWorkflowInstance("workflows.x", name)\n'),
        change(
            REGISTRY,
            CREATE_SITE,
            "from orchestrator.core.workflows import ALL_WORKFLOWS\n\nALL_WORKFLOWS.update(vars())\n",
        ),
    ],
)
def test_where_registrations_cannot_be_followed_nothing_is_told(seed: Callable[[Files], None]) -> None:
    files = Files(dict(generated("5.5.0")))
    seed(files)
    assert judge(files.texts, "5.5.0").findings == ()


@pytest.mark.parametrize("release", ["2.10.0", "3.2.3"])
def test_validations_get_their_target_on_the_way_to_4(release: str) -> None:
    texts = generated(release)
    report = judge(texts, release, NEWEST_KNOWN)
    assert rules_of(report.findings) == {"row-differs-from-workflow"}
    [path] = report.created
    assert path.startswith(f"{VERSIONS}/2024-06-11_")
    assert 'depends_on = "161918133bec"' in report.rewritten[path].decode()
    again = judge(mended(texts, report), release, NEWEST_KNOWN)
    assert (again.findings, again.rewritten) == ((), {})


def test_descriptions_are_kept_on_the_way_to_5() -> None:
    files = Files(dict(generated("4.8.2")))
    files.replace(
        "workflows/site/validate_site.py", '"Validate Site"', '"Look whether the site\'s \\"data\\" is right"'
    )
    report = judge(files.texts, "4.8.2", NEWEST_KNOWN, select=())
    [path] = report.created
    assert "Look whether the site" in report.rewritten[path].decode()
    again = judge(mended(files.texts, report), "4.8.2", NEWEST_KNOWN, select=())
    assert again.created == frozenset()
    assert not {"lost-description", "row-differs-from-workflow"} & rules_of(again.findings)
