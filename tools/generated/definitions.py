"""Products that chance defines: configurations for the framework's generator, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

Configuration = dict[str, Any]

NOUNS = tuple(
    "access antenna bridge cabinet cable carrier channel circuit cluster core device domain edge exchange fabric "
    "fibre firewall gateway handover house interface junction lane link mesh node outlet patch peer pod pop "
    "port prefix probe rack region relay ring router segment sensor server shelf signal site splice switch tenant "
    "tower transit trunk tunnel uplink vault wave zone".split()
)
TRAITS = tuple(
    "age alias area band colour cost count delay depth floor grade height label length level limit load margin mass "
    "metric model mtu note number offset order owner pair period phase power priority rate reach score serial size "
    "slot span speed state tier vendor vlan volume weight width".split()
)
#: Names that generators of the framework know and write further steps for.
KNOWN = ("ims_circuit_id", "nso_service_id")
PLAIN = ("str", "int", "bool", "UUID")
WORKFLOWS = ("create", "modify", "terminate", "validate")
MOMENTS = (None, None, "provisioning", "active")


class Definitions:
    """Draws the products of one project; a name is given once."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._nouns = self._chance.sample(NOUNS, len(NOUNS))
        self._traits: list[str] = []
        self._known: list[str] = []

    def products(self) -> list[Configuration]:
        return [self._product() for _ in range(self._chance.choice((1, 1, 2, 3)))]

    def _product(self) -> Configuration:
        """A product with a root block; one block of an earlier product may be part of it."""
        self._traits = self._chance.sample(TRAITS, len(TRAITS))
        blocks = [self._block() for _ in range(self._chance.choice((1, 1, 2, 3)))]
        for number, block in enumerate(blocks[1:], 1):
            holder = blocks[self._chance.randrange(number)]
            holder["fields"].append(self._reference(block["type"]))
        if self._known and self._chance.random() < 0.5:
            blocks[0]["fields"].append(self._reference(self._chance.choice(self._known)))
        if self._maybe(0.3):
            blocks[0]["fields"].append(
                {"name": self._chance.choice(KNOWN), "type": "int", "description": "identifier elsewhere"}
            )
        self._known += [block["type"] for block in blocks]
        root = blocks[0]
        return {
            "config": {"summary_forms": self._maybe(0.5)},
            "name": root["type"],
            "type": root["type"],
            "tag": root["tag"],
            "variable": root["name"],
            "description": f"Product of a {root['name']}",
            "fixed_inputs": [*self._fixed_inputs()],
            "product_blocks": blocks,
            "workflows": [*self._workflows()],
        }

    def _block(self) -> Configuration:
        name = "_".join(self._nouns.pop() for _ in range(self._chance.choice((1, 1, 2))))
        return {
            "name": name,
            "type": "".join(map(str.capitalize, name.split("_"))),
            "tag": name.upper(),
            "description": f"What makes a {name.replace('_', ' ')}",
            "fields": [self._field() for _ in range(self._chance.randint(1, 5))],
        }

    def _reference(self, block: str) -> Configuration:
        field: Configuration = {"name": f"{self._traits.pop()}_part", "type": block, "description": "a part"}
        if self._maybe(0.5):
            least = self._chance.randint(0, 2)
            field |= {"type": "list", "list_type": block, "min_items": least, "max_items": least + 2}
        return field

    def _field(self) -> Configuration:
        name = self._traits.pop()
        field: Configuration = {"name": name, "description": f"its {name}", **self._type()}
        if (moment := self._chance.choice(MOMENTS)) is not None:
            field["required"] = moment
        if self._maybe(0.4):
            field["modifiable"] = None
        if self._maybe(0.25):
            field["validations"] = [{"id": f"{name}_is_right", "description": f"The {name} is wrong"}]
        return field

    def _type(self) -> Configuration:
        kind = self._chance.randrange(5)
        if kind == 0:
            return {"type": "list", "list_type": self._chance.choice(("str", "int"))}
        if kind == 1:
            return {"type": "int", "min_value": 1, "max_value": self._chance.choice((8, 4_094))}
        if kind == 2:
            return self._enumeration(numbers=False)
        return {"type": self._chance.choice(PLAIN)}

    def _enumeration(self, *, numbers: bool) -> Configuration:
        """One of three values. The generator can write numbers for the first fixed input alone."""
        if numbers and self._maybe(0.4):
            return {"type": "enum", "enum_type": "int", "values": sorted(self._chance.sample(range(100), 3))}
        values = self._chance.sample(("amber", "blue", "cyan", "green", "red", "white"), 3)
        return {"type": "enum", "enum_type": "str", "values": values}

    def _fixed_inputs(self) -> Iterator[Configuration]:
        for number in range(self._chance.choice((0, 0, 1, 2))):
            kind = self._enumeration(numbers=number == 0)
            yield {"name": f"{self._traits.pop()}_class", "description": "fixed", **kind}

    def _workflows(self) -> Iterator[Configuration]:
        for name in WORKFLOWS:
            if self._maybe(0.2):
                yield {"name": name, "enabled": False}
            elif self._maybe(0.3):
                check = {"id": f"{name}_is_allowed", "description": f"No {name} now"}
                yield {"name": name, "validations": [check]}

    def _maybe(self, share: float) -> bool:
        return self._chance.random() < share


def commands(seed: int, names: list[str]) -> Iterator[list[str]]:
    """The command lines of the generator for the configurations of a project, as a team would call them."""
    chance = random.Random(f"commands {seed}")
    tested, migrated = chance.random() < 0.6, chance.random() < 0.7
    yield ["db", "init"]
    for name in names:
        configuration = ["--config-file", f"config/{name}.yaml"]
        for kind in ("product-blocks", "product", "workflows", *(["unit-tests"] if tested else [])):
            yield ["generate", kind, *configuration, "--no-dryrun", "--force"]
        if migrated:
            yield ["generate", "migration", *configuration]
