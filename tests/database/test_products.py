"""Products, product blocks and resource types that only code has, added by migrations; compared by the framework."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from concertmaster.cli import run
from tests.database.bench import Bench
from tests.database.mistakes import core
from tests.database.test_migrations import NEWEST, SLOW, migrations
from tests.database.test_validation import APPLICATION
from tests.seeding import Files, Seed
from tests.test_workflow_model_generated import PRODUCTS, SITE, change

pytestmark = pytest.mark.generated
SITE_BLOCK = "products/product_blocks/site.py"
BLOCK = '''"""Huts in the field, and the doors that they have."""

from __future__ import annotations

from {core}.domain.base import ProductBlockModel
from {core}.types import SubscriptionLifecycle


class DoorBlockInactive(ProductBlockModel, product_block_name="HutDoor"):
    lock: str | None = None


class DoorBlock(DoorBlockInactive, lifecycle=[SubscriptionLifecycle.ACTIVE]):
    lock: str


class HutBlockInactive(ProductBlockModel, product_block_name="FieldHut"):
    door: DoorBlockInactive
    roof_colour: str | None = None
    site_code: str | None = None


class HutBlock(HutBlockInactive, lifecycle=[SubscriptionLifecycle.ACTIVE]):
    door: DoorBlock
    roof_colour: str
    site_code: str | None = None
'''
TYPE = '''"""Subscriptions of huts."""

from {core}.domain.base import SubscriptionModel
from {core}.types import SubscriptionLifecycle

from products.product_blocks.hut import HutBlock, HutBlockInactive


class FieldHutInactive(SubscriptionModel, is_base=True):
    hut: HutBlockInactive


class FieldHut(FieldHutInactive, lifecycle=[SubscriptionLifecycle.ACTIVE]):
    hut: HutBlock
'''


def with_a_new_product(files: Files) -> None:
    files.texts["products/product_blocks/hut.py"] = BLOCK.format(core=core(files)).replace(
        "from __future__ import annotations\n\n", ""
    )
    files.texts["products/product_types/hut.py"] = TYPE.format(core=core(files))
    files.texts[PRODUCTS] += (
        "from products.product_types.hut import FieldHut\n\n"
        'SUBSCRIPTION_MODEL_REGISTRY["Hut of the field"] = FieldHut\n'
    )


NEW: dict[str, Seed] = {
    "a field is new": change(
        SITE_BLOCK, "    floor:", "    wall_colour: str | None = None\n    floor:", count=9
    ),
    "a resource type is not added": change(
        SITE, '                "floor": "floor of the equipment room",\n', ""
    ),
    "a product has the model of another": change(PRODUCTS, '"Site": Site,', '"Site": Site, "Quay": Site,'),
    "a product is all new": with_a_new_product,
}


def added(bench: Bench, name: str) -> None:
    files = Files(dict(bench.texts))
    NEW[name](files)
    with bench.site(files.texts) as site:
        before = site.upgrade()
        present = migrations(site)
        assert run(["fix", str(site.folder), "--target", site.framework.release, "--unsafe"]) == 0
        assert migrations(site) > present
        after = site.upgrade()
        assert site.differences(APPLICATION) == {}
        complaints = site.complaints(APPLICATION)
        if name == "a product is all new":  # it has no workflows yet, which is told
            assert list(complaints.values()) == [["Hut of the field"]]
        else:
            assert complaints == {}
        [revision] = [row["version_num"] for row in before["revisions"]]
        assert site.downgrade(revision) == before
        assert site.upgrade() == after


def test_a_product_that_is_new_in_code_is_added_and_taken_away(bench: Callable[[str], Bench]) -> None:
    added(bench(NEWEST), "a product is all new")


@SLOW
@pytest.mark.parametrize("name", NEW)
@pytest.mark.parametrize("release", ["2.10.0", "3.2.3", "4.0.4", "4.4.2", "4.8.2", "5.0.5", NEWEST])
def test_what_is_new_in_code_is_added_at_every_release(
    bench: Callable[[str], Bench], release: str, name: str
) -> None:
    added(bench(release), name)
