"""Run by the interpreter of a generated environment: does on a database what a project's operator would do.

Importing the framework takes seconds, so it happens once; each order then has a process of its own. Orders come as
lines of JSON on standard input, and an answer is a line on standard output.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tools.generated.inside import forked, framework
else:
    from inside import forked, framework

STEPS = "workflows.tasks.validate_products"
ROWS = {
    "workflows": "SELECT name, target, {is_task} AS is_task, description FROM workflows",
    "links": "SELECT p.name AS product, w.name AS workflow FROM products_workflows"
    " JOIN products p USING (product_id) JOIN workflows w USING (workflow_id)",
    "products": "SELECT name, description, product_type, tag, status FROM products",
    "fixed_inputs": "SELECT p.name AS product, f.name, f.value FROM fixed_inputs f JOIN products p USING (product_id)",
    "product_blocks": "SELECT name, description, tag, status FROM product_blocks",
    "resource_types": "SELECT resource_type, description FROM resource_types",
    "block_resources": "SELECT b.name AS block, r.resource_type FROM product_block_resource_types"
    " JOIN product_blocks b USING (product_block_id) JOIN resource_types r USING (resource_type_id)",
    "product_product_blocks": "SELECT p.name AS product, b.name AS block FROM product_product_blocks"
    " JOIN products p USING (product_id) JOIN product_blocks b USING (product_block_id)",
    "block_relations": "SELECT a.name AS block, b.name AS used FROM product_block_relations r"
    " JOIN product_blocks a ON a.product_block_id = r.in_use_by_id"
    " JOIN product_blocks b ON b.product_block_id = r.depends_on_id",
    "revisions": "SELECT version_num FROM alembic_version",
}


def connect(*, autocommit: bool = False) -> Any:
    sqlalchemy = importlib.import_module("sqlalchemy")
    engine = sqlalchemy.create_engine(os.environ["DATABASE_URI"])
    return engine.connect().execution_options(**({"isolation_level": "AUTOCOMMIT"} if autocommit else {}))


def execute(statement: str) -> None:
    """Run SQL outside a transaction, as creating a database wants it."""
    with connect(autocommit=True) as connection:
        connection.exec_driver_sql(statement)


def rows() -> dict[str, list[dict[str, Any]]]:
    """All rows that migrations are about, without their identifiers and dates."""
    found = {}
    with connect() as connection:
        columns = connection.exec_driver_sql(
            "SELECT 1 FROM information_schema.columns WHERE table_name = 'workflows' AND column_name = 'is_task'"
        ).all()
        for table, query in ROWS.items():
            text = query.format(is_task="is_task" if columns else "NULL")
            taken = connection.exec_driver_sql(text).mappings().all()
            found[table] = sorted((dict(row) for row in taken), key=repr)
    return found


def alembic(*arguments: str) -> None:
    """`python main.py db …` of the project."""
    try:
        framework("cli.main").app(["db", *arguments], prog_name="main.py")
    except SystemExit as end:
        if end.code:
            raise RuntimeError(f"db {' '.join(arguments)} ended with {end.code}") from end


def validate(*modules: str) -> dict[str, Any]:
    """What each step of `task_validate_products` says of the project: its complaint, or null; and what it reports."""
    database = framework("db")
    database.init_database(framework("settings").app_settings)
    for module in modules:
        importlib.import_module(module)
    found: dict[str, Any] = {}
    with database.db.database_scope():
        for step in framework(STEPS).task_validate_products.steps[1:-1]:
            process = step({})
            complaint = said(process.unwrap()) if process.isfailed() else None
            found[step.__name__] = complaint
            if not process.isfailed():
                found |= {key: value for key, value in process.unwrap().items() if isinstance(value, list)}
    return found


def said(error: Any) -> str:
    return f"{error} {getattr(error, 'details', '') or ''}".strip()


def differences(*modules: str) -> dict[str, Any]:
    """What the framework finds in the models of registered products and not in the database, or the other way round."""
    database = framework("db")
    database.init_database(framework("settings").app_settings)
    for module in modules:
        importlib.import_module(module)
    products = framework("services.products")
    found: dict[str, Any] = {}
    with database.db.database_scope():
        for name, model in framework("domain").SUBSCRIPTION_MODEL_REGISTRY.items():
            product = products.get_product_by_name(name)
            found |= model.diff_product_in_database(product.product_id)
    return found


def workflows(*modules: str) -> list[dict[str, Any]]:
    """What the code says of each workflow of the project and of the framework."""
    for module in modules:
        importlib.import_module(module)
    every = framework("workflows").ALL_WORKFLOWS
    instances = {name: lazy.instantiate() for name, lazy in every.items()}
    return [
        {"name": name, "target": str(one.target), "description": one.description}
        for name, one in sorted(instances.items())
    ]


ORDERS: dict[str, Callable[..., Any]] = {
    "execute": execute,
    "rows": rows,
    "alembic": alembic,
    "validate": validate,
    "differences": differences,
    "workflows": workflows,
}


def carry_out(order: dict[str, Any], answer: Path) -> None:
    os.environ["DATABASE_URI"] = order["uri"]
    os.chdir(order["project"])
    settings = framework("settings").app_settings
    settings.DATABASE_URI = type(settings)().DATABASE_URI
    settings.TRANSLATIONS_DIR = Path("translations")
    result = [ORDERS[name](*arguments) for name, *arguments in order["do"]]
    answer.write_text(json.dumps(result, default=str), "utf-8")


def answers() -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer.json")
        for line in sys.stdin:
            order = json.loads(line)
            answer.unlink(missing_ok=True)
            status, printed = forked(partial(carry_out, order, answer))
            done = json.loads(answer.read_text("utf-8")) if answer.exists() else None
            yield {"status": status, "printed": printed, "done": done}


def main() -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the framework logs to standard output
    for module in ("app", "cli.main", "migrations.helpers", "services.tasks", "workflows.utils", STEPS):
        framework(module)
    for one in answers():
        print(json.dumps(one), file=out, flush=True)


if __name__ == "__main__":
    sys.path[0] = ""  # the project, not the folder of this script
    main()
