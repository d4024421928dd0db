"""Mistakes that a migration cures, seeded into projects of any release."""

from __future__ import annotations

import re

from tests.seeding import Files, Seed
from tests.test_workflow_model_generated import LABELS, REGISTRY, SITE, without_row

CUSTOMERS = "_4c1f0d6a9b27_add_customers.py"
COUNTING = '''"""Counts sites."""

from {core}.workflow import StepList, begin
from {core}.workflows.utils import validate_workflow


@validate_workflow({description})
def validate_site_again() -> StepList:
    return begin
'''


def core(files: Files) -> str:
    return "orchestrator.core" if "orchestrator.core" in files.texts[REGISTRY] else "orchestrator"


def without_a_validation(files: Files) -> None:
    without_row("validate_site", SITE)(files)


def without_a_task(files: Files) -> None:
    path = files.path(CUSTOMERS)
    text, found = re.subn(r'    \{"name": "task_check_light_levels"[^\n]*\n', "", files.texts[path])
    assert found == 1
    files.texts[path] = text


def with_another_target(files: Files) -> None:
    path = files.path(SITE)
    files.replace(path, '"target": Target.CREATE', '"target": Target.MODIFY')


def with_a_validation_of_before_4(files: Files) -> None:
    """As projects have it that were written for 3.x."""
    path = files.path(SITE)
    text, found = re.subn(
        r'("name": "validate_site",\n\s+"target": )Target.VALIDATE', r"\1Target.SYSTEM", files.texts[path]
    )
    files.texts[path] = text
    assert found == 1


def without_is_task(files: Files) -> None:
    path = files.path(SITE)
    text, found = re.subn(
        r'("name": "validate_site",\n\s+"target": Target.VALIDATE,\n\s+"is_task": )True',
        r"\1False",
        files.texts[path],
    )
    files.texts[path] = text
    assert found == 1


def with_a_task_that_is_none(files: Files) -> None:
    sql = "UPDATE workflows SET is_task = false WHERE name = 'task_import_customers'"
    files.migrate(f'op.execute("{sql}")')
    _for_release(files)


def with_another_name(files: Files) -> None:
    """A workflow was renamed in code, and nowhere else."""
    files.replace("workflows/site/create_site.py", "def create_site(", "def add_site(")
    files.replace(REGISTRY, '"create_site")', '"add_site")')
    files.replace(LABELS, '"create_cloud_access"', '"add_site": "Add Site",\n        "create_cloud_access"')


def with_a_new_workflow(files: Files) -> None:
    """A workflow that is code alone: it gets its registration, its label and its row."""
    description = '"Validate Site Again"' if core(files) == "orchestrator" else ""
    text = COUNTING.format(core=core(files), description=description)
    files.texts["workflows/site/validate_site_again.py"] = text


def with_all_of_it(files: Files) -> None:
    for seed in (without_a_validation, without_a_task, with_another_target, with_a_new_workflow):
        seed(files)


def _for_release(files: Files) -> None:
    if core(files) == "orchestrator":
        for path, text in files.texts.items():
            if path.endswith("_aaaabbbbcccc_more.py"):
                files.texts[path] = text.replace("orchestrator.core", "orchestrator")


CURED: dict[str, Seed] = {
    "a validation has no row": without_a_validation,
    "a task has no row": without_a_task,
    "a row has another target": with_another_target,
    "a validation has the target of before 4.0": with_a_validation_of_before_4,
    "a validation is no task": without_is_task,
    "a later migration makes a task of the system a workflow": with_a_task_that_is_none,
    "a workflow has another name than its row": with_another_name,
    "a workflow is code alone": with_a_new_workflow,
    "several mistakes at once": with_all_of_it,
}
