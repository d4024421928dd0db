"""Rewritten models really work with pydantic 2: each is made, used and held to what it was meant to do."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from concertmaster.engine import analyse_python
from concertmaster.project.python import Surroundings
from concertmaster.rule import load_rules
from concertmaster.versions import Window

CONFIGURED = """
from pydantic import BaseModel, Extra


class Port(BaseModel):
    class Config:
        extra = Extra.forbid
        allow_mutation = False
        orm_mode = True
        allow_population_by_field_name = True
        schema_extra = {"examples": []}
        anystr_strip_whitespace = True

    name: str


class Row:
    name = " a "


assert Port.from_orm(Row()).name == "a"
assert Port.schema()["examples"] == []
try:
    Port(name="a", other="b")
except ValueError:
    pass
else:
    raise AssertionError
try:
    Port(name="a").name = "b"
except (TypeError, ValueError):
    pass
else:
    raise AssertionError
"""

VALIDATED = """
from typing import Any, Dict

from pydantic import BaseModel, root_validator, validator


def lowered(value: str) -> str:
    return value.lower()


class Port(BaseModel):
    first: int
    last: int
    name: str

    _lowered: classmethod = validator("name", allow_reuse=True)(lowered)

    @root_validator(pre=True)
    def known(cls, values: Dict[str, Any]) -> Dict[str, Any]:
        return {"name": "NONE", **values}

    @validator("first", "last", pre=True)
    def counted(cls, value):
        return int(value) + 1

    @validator("last")
    def behind(cls, value, values, **kwargs):
        if value <= values["first"]:
            raise ValueError("must be behind")
        return value

    @root_validator
    def short(cls, values: Dict[str, Any]) -> Dict[str, Any]:
        if values["last"] - values.get("first") > 9:
            raise ValueError("too many")
        return values


assert Port(first="1", last="3").dict() == {"first": 2, "last": 4, "name": "none"}
for wrong in ({"first": 3, "last": 3}, {"first": 0, "last": 30}):
    try:
        Port(**wrong)
    except ValueError as error:
        assert "must be behind" in str(error) or "too many" in str(error)
    else:
        raise AssertionError
"""

LIMITED = """
from pydantic import BaseModel, ConstrainedInt, ConstrainedList, ConstrainedStr, Field, conlist, constr


class Vlan(ConstrainedInt):
    ge = 1
    le = 4094


class Name(ConstrainedStr):
    regex = "[a-z]|x"
    max_length = 3


class Vlans(ConstrainedList):
    item_type = Vlan
    max_items = 2


class Port(BaseModel):
    vlans: Vlans
    name: Name
    tags: conlist(constr(regex="[a-z]+"), min_items=1) = Field(["a"], max_items=2, unit="m")


assert Port(vlans=[1], name="ab").dict() == {"vlans": [1], "name": "ab", "tags": ["a"]}
assert Port.schema()["properties"]["tags"]["unit"] == "m"
for wrong in ({"vlans": [0]}, {"vlans": [1, 2, 3]}, {"name": "1a"}, {"name": "1x"}, {"tags": ["1a"]}, {"tags": []}):
    try:
        Port(**{"vlans": [1], "name": "a", **wrong})
    except ValueError:
        pass
    else:
        raise AssertionError(wrong)
"""

USED = """
from typing import Generic, List, Optional, TypeVar

from pydantic import BaseModel, parse_obj_as
from pydantic.generics import GenericModel

T = TypeVar("T")


class Port(BaseModel):
    name: str
    note: Optional[str]


class Page(GenericModel, Generic[T]):
    items: List[T]


port = Port.parse_raw('{"name": "a"}')
assert port.copy(update={"name": "b"}).dict(exclude_none=True) == {"name": "b"}
assert port.__fields_set__ == {"name"}
assert list(Port.__fields__) == [name for name in port.__fields__] == ["name", "note"]
assert "\\n" in port.json(indent=2)
assert Page[Port].parse_obj({"items": [{"name": "a"}]}).items == [port]
assert parse_obj_as(List[Port], [{"name": "a"}]) == [port]
assert Port.construct(name=1).name == 1
Port.update_forward_refs()
"""


def executed(text: str) -> dict[str, Any]:
    """Run a text with every warning an error."""
    names: dict[str, Any] = {"__name__": __name__}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(compile(text, "example.py", "exec", dont_inherit=True), names)
    return names


@pytest.mark.parametrize(
    "text", [CONFIGURED, VALIDATED, LIMITED, USED], ids=["configured", "validated", "limited", "used"]
)
def test_models_of_pydantic_1_work_with_pydantic_2(text: str) -> None:
    with pytest.raises((ImportError, AssertionError, TypeError, Warning, ValueError)):
        executed(text)
    result = analyse_python(
        "example.py", text.encode(), Surroundings(Window("1.3.6", "2.0.3")), load_rules(), unsafe=True
    )
    assert result.rewritten is not None
    executed(result.rewritten.decode())


def test_two_rules_that_import_from_one_package_write_one_statement() -> None:
    model = "\n\n\nclass Inventory(BaseSettings):\n    "
    old = f"from pydantic import BaseSettings{model}class Config:\n        env_prefix = 'X_'\n"
    rules = [rule for rule in load_rules() if not rule.optional]
    result = analyse_python(
        "example.py", old.encode(), Surroundings(Window("1.3.6", "5.5.0")), rules, unsafe=True
    )
    assert (
        result.rewritten
        == (
            "from pydantic_settings import BaseSettings, SettingsConfigDict"
            f"{model}model_config = SettingsConfigDict(env_prefix='X_')\n"
        ).encode()
    )


def test_what_one_rule_imports_and_another_replaces_is_not_left_over() -> None:
    old = (
        "from pydantic_forms.validators import ContactPersonList\n\n\n"
        'class Contacts(ContactPersonList):\n    organisation = "1"\n'
    )
    rules = [rule for rule in load_rules() if not rule.optional]
    around = Surroundings(Window("1.3.6", "5.5.0"))
    result = analyse_python("example.py", old.encode(), around, rules, unsafe=True)
    assert result.rewritten == (
        b"from orchestrator.core.forms.validators import customer_contact_list\n\n\n"
        b'Contacts = customer_contact_list(customer_id="1")\n'
    )


def test_who_writes_two_statements_for_a_module_goes_on_to_have_two() -> None:
    old = (
        "from orchestrator.workflow import StepList, begin, done\n"
        "from orchestrator.workflow import step as core_step\n"
        "from orchestrator.types import State\n"
    )
    rules = [rule for rule in load_rules() if not rule.optional]
    result = analyse_python(
        "example.py", old.encode(), Surroundings(Window("4.8.2", "5.5.0")), rules, unsafe=True
    )
    assert result.rewritten == (
        b"from orchestrator.core.workflow import StepList, begin, done\n"
        b"from orchestrator.core.workflow import step as core_step\n"
        b"from pydantic_forms.types import State\n"
    )
