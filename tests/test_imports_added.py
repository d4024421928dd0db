"""Names that a rewrite needs: where their import goes, and when it cannot be had."""

from __future__ import annotations

import ast

import pytest

from concertmaster.findings import apply
from concertmaster.project.python import PythonFile, Surroundings
from concertmaster.rewrite import add_import, add_imports
from concertmaster.rule import Import
from concertmaster.versions import Window

SECRET = Import("orchestrator.core.settings", "SecretRedisDsn")


def added(text: str, wanted: Import = SECRET) -> str | None:
    """The text with the import, for a use in its last statement."""
    file = PythonFile("example.py", text.encode(), Surroundings(Window("4.8.2", "5.5.0")))
    last = max(
        (node for node in ast.walk(file.tree) if isinstance(node, ast.stmt)), key=lambda node: node.lineno
    )
    at = next(node for node in file.nodes(type(last)) if node.lineno == last.lineno)
    edit = add_import(file, wanted, at)
    return None if edit is None else apply(file.source, [edit]).decode()


@pytest.mark.parametrize(
    "text",
    [
        "from orchestrator.core.settings import SecretRedisDsn\nuse()\n",
        "from orchestrator.settings import SecretRedisDsn\nuse()\n",
        "def work():\n    from orchestrator.core.settings import SecretRedisDsn\n    use()\n",
    ],
    ids=["new layout", "old layout", "in the function"],
)
def test_a_name_that_is_there_is_not_added(text: str) -> None:
    assert added(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "from network.secrets import SecretRedisDsn\nuse()\n",
        "SecretRedisDsn = str\nuse()\n",
        "def work(SecretRedisDsn):\n    use()\n",
        "if TYPE_CHECKING:\n    from orchestrator.core.settings import SecretRedisDsn\nuse()\n",
    ],
    ids=["another's", "a variable", "a parameter", "only for type checkers"],
)
def test_a_name_that_means_something_else_cannot_be_had(text: str) -> None:
    assert added(text) is None


def test_a_name_of_another_function_does_not_matter() -> None:
    text = "from orchestrator.core.settings import a\n\ndef other(SecretRedisDsn): ...\n\nuse()\n"
    assert added(text) == text.replace("import a", "import SecretRedisDsn, a")


def test_the_old_layout_of_the_same_module_is_joined() -> None:
    assert added("from orchestrator.settings import app_settings\nuse()\n") == (
        "from orchestrator.settings import SecretRedisDsn, app_settings\nuse()\n"
    )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("AppSettings, app_settings", "AppSettings, SecretRedisDsn, app_settings"),
        ("ZONE, app_settings", "ZONE, SecretRedisDsn, app_settings"),
        ("app_settings, AppSettings", "app_settings, AppSettings, SecretRedisDsn"),
        ("AppSettings, begin, Zone", "AppSettings, begin, SecretRedisDsn, Zone"),
        ("app_settings as a", "SecretRedisDsn, app_settings as a"),
    ],
)
def test_sorted_names_stay_sorted(names: str, expected: str) -> None:
    text = f"from orchestrator.core.settings import {names}\nuse()\n"
    assert added(text) == text.replace(names, expected)


@pytest.mark.parametrize("comma", [",", ""])
def test_names_below_each_other_stay_so(comma: str) -> None:
    text = f"from orchestrator.core.settings import (\n    AppSettings{comma}\n)\nuse()\n"
    new = f"    AppSettings,\n    SecretRedisDsn{comma}\n"
    assert added(text) == text.replace(f"    AppSettings{comma}\n", new)


def test_a_comment_stays_with_its_name() -> None:
    text = "from orchestrator.core.settings import (\n    AppSettings,  # base\n    app_settings,\n)\nuse()\n"
    assert added(text) == text.replace("# base\n", "# base\n    SecretRedisDsn,\n")


def test_the_standard_library_comes_first() -> None:
    text = '"""Work."""\n\nimport sqlalchemy\nfrom orchestrator.core import db\n\nuse()\n'
    wanted = Import("typing", "Annotated")
    assert added(text, wanted) == text.replace("import sql", "from typing import Annotated\n\nimport sql")


def test_libraries_stay_apart_from_the_projects_own() -> None:
    libraries = "from orchestrator.core import db\nfrom structlog import get_logger\n"
    text = f"{libraries}\nfrom products.node import Node\n\nuse()\n"
    wanted = Import("pydantic", "SecretStr")
    assert added(text, wanted) == text.replace("db\n", "db\nfrom pydantic import SecretStr\n")
    later = Import("sqlalchemy", "select")
    assert added(text, later) == text.replace("db\n", "db\nfrom sqlalchemy import select\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import os\n\n", "import os\n\nNEW\n\n"),
        ("import os\n\nfrom . import forms\n\n", "import os\n\nNEW\n\nfrom . import forms\n\n"),
        ("from . import forms\n\n", "NEW\n\nfrom . import forms\n\n"),
        ("import os\n\nimport structlog\n\n", "import os\n\nimport structlog\nNEW\n\n"),
    ],
    ids=["behind the standard library", "before relative ones", "relative ones alone", "behind its like"],
)
def test_the_first_import_of_its_group_gets_a_group(before: str, after: str) -> None:
    new = after.replace("NEW", "from orchestrator.core.settings import SecretRedisDsn")
    assert added(f"{before}use()\n") == f"{new}use()\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import network\n\n", "STANDARD\n\nimport network\nOTHER\n\n"),
        ("from network import forms\n\n", "STANDARD\n\nOTHER\nfrom network import forms\n\n"),
        ("", "STANDARD\n\nOTHER\n\n"),
        ('"""Work."""\n\n', '"""Work."""\n\nSTANDARD\n\nOTHER\n\n'),
        ("import os\n\n", "import os\nSTANDARD\n\nOTHER\n\n"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_several_names_come_group_by_group(before: str, after: str, newline: str) -> None:
    new = after.replace("STANDARD", "from typing import Annotated")
    new = new.replace("OTHER", "from annotated_types import Ge, Len")
    text = f"{before}use()\n".replace("\n", newline)
    file = PythonFile("example.py", text.encode(), Surroundings(Window("1.3.6", "5.5.0")))
    wanted = [
        Import("annotated_types", "Len"),
        Import("annotated_types", "Ge"),
        Import("typing", "Annotated"),
    ]
    edits = add_imports(file, wanted)
    assert edits is not None
    assert apply(file.source, edits).decode() == f"{new}use()\n".replace("\n", newline)


def test_several_names_cannot_be_had_when_one_cannot() -> None:
    file = PythonFile("example.py", b"Len = 3\n", Surroundings(Window("1.3.6", "5.5.0")))
    assert add_imports(file, [Import("annotated_types", "Ge"), Import("annotated_types", "Len")]) is None


def test_an_import_that_is_put_off_stays_put_off() -> None:
    text = "import os\n\n\ndef work():\n    from orchestrator.core import app_settings\n\n    use()\n"
    line = "    from orchestrator.core import app_settings\n"
    assert added(text) == text.replace(
        line, f"{line}    from orchestrator.core.settings import SecretRedisDsn\n"
    )


def test_an_import_of_another_branch_is_no_use() -> None:
    text = "if new:\n    from orchestrator.core.settings import app_settings\nelse:\n    use()\n"
    assert added(text) == f"from orchestrator.core.settings import SecretRedisDsn\n\n{text}"


def test_a_class_body_is_no_place_for_it() -> None:
    text = "class Work:\n    from orchestrator.core.settings import app_settings\n\n    def do(self):\n        use()\n"
    assert added(text) == f"from orchestrator.core.settings import SecretRedisDsn\n\n{text}"
