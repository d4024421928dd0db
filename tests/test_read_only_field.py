"""A read-only field has a form for each generation of pydantic-forms."""

from __future__ import annotations

import pytest

from concertmaster.engine import FileResult, analyse_python
from concertmaster.findings import Safety
from concertmaster.project.python import Surroundings
from concertmaster.rules.read_only_field import rule
from concertmaster.versions import Mode, Window

OLD = "from orchestrator.forms import FormPage, ReadOnlyField\n\n\nclass Form(FormPage):\n    {}\n"
MOVED = (
    "from orchestrator.forms import FormPage\nfrom pydantic_forms.validators import ReadOnlyField\n"
    "\n\nclass Form(FormPage):\n    {}\n"
)
NEW = "from pydantic_forms.validators import ReadOnlyField\n\n\nclass Form:\n    {}\n"


def run(template: str, field: str, window: Window) -> FileResult:
    source = template.format(field).encode()
    return analyse_python("example.py", source, Surroundings(window), [rule], unsafe=True)


@pytest.mark.parametrize(
    "window",
    [Window("2.2.0", "3.1.2"), Window("4.2.0", "4.8.2"), Window("4.8.2", "5.5.0", Mode.REVIEW)],
    ids=["the library is not there yet", "it was there before", "it may not be there"],
)
def test_the_form_of_2_0_stays_where_the_next_may_not_work(window: Window) -> None:
    assert run(NEW, 'name: ReadOnlyField("Node")', window).findings == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name: str = ReadOnlyField("Node")', 'name: ReadOnlyField("Node")'),
        ("ports: list[int] = ReadOnlyField([1])", "ports: ReadOnlyField([1], default_type=list[int])"),
    ],
)
def test_on_the_way_to_2_0_a_default_becomes_a_type(old: str, new: str) -> None:
    result = run(OLD, old, Window("1.3.6", "2.2.0"))
    assert result.rewritten == MOVED.format(new).encode()
    assert [(one.rows, one.safety) for one in result.findings] == [
        (("20-13",), Safety.SUGGESTED),
        (("20-13",), Safety.SUGGESTED),
    ]


@pytest.mark.parametrize("module", ["orchestrator.forms", "pydantic_forms.core"])
def test_on_the_way_to_2_0_it_is_imported_from_another_place(module: str) -> None:
    source = (
        f"import {module} as forms\nfrom {module} import ReadOnlyField as Fixed\n\n\nclass Form:\n    {{}}\n"
    )
    result = run(source, "name: str = Fixed(forms.NAME)", Window("1.3.6", "3.1.2"))
    after = source.replace(f"from {module}", "from pydantic_forms.validators")
    assert result.rewritten == after.format("name: Fixed(forms.NAME)").encode()
    result = run(source, "name: str = forms.ReadOnlyField(1)", Window("1.3.6", "3.1.2"))
    assert b"from pydantic_forms.validators import ReadOnlyField as Fixed, ReadOnlyField\n" in (
        result.rewritten or b""
    )
    assert b"    name: ReadOnlyField(1)" in (result.rewritten or b"")


def test_on_the_way_to_3_2_the_library_may_be_either() -> None:
    result = run(NEW, 'name: ReadOnlyField("Node")', Window("3.1.2", "4.8.2"))
    assert [(one.since, one.safety) for one in result.findings] == [("3.2.0", Safety.SUGGESTED)]


@pytest.mark.parametrize(
    ("field", "safety"),
    [
        ("name: ReadOnlyField(node.name)", Safety.SAFE),
        ("name: ReadOnlyField('Node', default_type=str)", Safety.SAFE),
        ("name: ReadOnlyField('1', default_type=int)", Safety.SUGGESTED),
        ("name: ReadOnlyField('True', default_type=bool)", Safety.SUGGESTED),
        ("name: ReadOnlyField(names, default_type=list[str])", Safety.SAFE),
        ("name: ReadOnlyField(names, default_type=list[str | None])", Safety.SUGGESTED),
        ("name: ReadOnlyField(names, default_type=list[Any])", Safety.SUGGESTED),
        ("name: str = ReadOnlyField('Node')", Safety.SAFE),
        ("name: str = ReadOnlyField(node.name)", Safety.SUGGESTED),
        ("name: ReadOnlyField(*names)", Safety.MANUAL),
    ],
)
def test_how_sure_it_is(field: str, safety: Safety) -> None:
    assert [one.safety for one in run(NEW, field, Window("4.8.2", "5.5.0")).findings] == [safety]
