"""The index that is shipped holds what the releases hold."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.version import Version
from tools.generated import cache

from concertmaster.index import codec, settings, store
from concertmaster.index.fetch import PackageIndex, configured
from concertmaster.index.history import What
from concertmaster.index.names import CORE, FRAMEWORK, PACKAGES
from concertmaster.index.reading import Fetched, read_facts
from concertmaster.index.store import Index
from concertmaster.messages.index import IndexProblem
from concertmaster.project.names import CORE_ATTRIBUTES, CORE_MODULES
from concertmaster.versions import RELEASES

OLDEST = Version("1.3.6")
SAMPLE = {
    FRAMEWORK: ("1.3.6", "2.4.0", "4.8.2", "5.0.0", "5.5.0"),
    "pydantic-forms": ("1.4.0", "2.9.0"),
    "oauth2-lib": ("3.1.0",),
    "nwa-stdlib": ("1.13.0",),
}


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.load()


@pytest.fixture(scope="module")
def source() -> Iterator[PackageIndex]:
    """The package index that is configured here; a test that needs it is skipped where there is none."""
    found = configured(os.environ, home=Path.home(), cache=cache.folder() / "wheels")
    with found.session:
        yield found


def test_it_is_small() -> None:
    assert store.SHIPPED.stat().st_size < 1_000_000


def test_it_has_every_release_that_the_rules_know(index: Index) -> None:
    known = {release for release in RELEASES if Version(release) >= OLDEST}
    assert known <= set(index.releases())
    assert {"2.0.1", "2.0.2", "2.4.0"} <= set(index.releases())
    assert all(index.releases(each) for each in PACKAGES)


def test_every_release_has_its_companions(index: Index) -> None:
    for release in index.releases():
        assert all(index.companion(each, release) for each in PACKAGES if each != FRAMEWORK), release


def test_top_level_modules_are_those_that_names_are_made_canonical_by(index: Index) -> None:
    inside = (name.removeprefix(f"{CORE}.") for name in index.table.lines if name.startswith(f"{CORE}."))
    found = {name for name in inside if "." not in name}
    assert found - {"exception_handlers"} <= CORE_MODULES | CORE_ATTRIBUTES


REMOVED = {
    "workflow.errorlogger": "5.0.4",
    "services.workflows.start_validation_workflow_for_workflows": "5.0.1",
    "workflows.steps.cache_domain_models": "4.0.0",
    "types.UUIDstr": "3.0.0",
    "schedules.validate_products": "4.8.0",
    "workflows.steps.store_process_subscription_relationship": "5.4.0",
}


@pytest.mark.parametrize(("name", "release"), REMOVED.items())
def test_names_went_when_they_went(index: Index, name: str, release: str) -> None:
    assert index.removed_in(f"{CORE}.{name}", after="1.3.6") == release


def test_a_parameter_came_into_the_middle(index: Index) -> None:
    life = index.life(f"{CORE}.domain.base.SubscriptionModel.from_product_id")
    (broken,) = (event for event in life if event.breaks)
    assert (broken.release, broken.what) == ("5.4.0", What.CHANGED)
    assert "description is at another position" in broken.breaks


DESTINATIONS = {
    ("types.UUIDstr", "3.0.0"): "pydantic_forms.types.UUIDstr",
    ("llm_settings.LLMSettings", "5.0.0"): f"{CORE}.settings.LLMSettings",
    (
        "services.processes.thread_start_process",
        "4.3.0",
    ): f"{CORE}.services.executors.threadpool.thread_start_process",
    ("services.celery.SYSTEM_USER", "4.3.0"): f"{CORE}.services.processes.SYSTEM_USER",
}


@pytest.mark.parametrize(("moved", "place"), DESTINATIONS.items())
def test_names_are_found_where_they_went(index: Index, moved: tuple[str, str], place: str) -> None:
    name, release = moved
    assert index.destination(f"{CORE}.{name}", release)[0] == place


def test_a_module_is_found_where_it_went_beside_the_name_of_its_spelling(index: Index) -> None:
    places = index.destination(f"{CORE}.llm_settings", "5.0.0")
    assert places == (f"{CORE}.settings.llm_settings", f"{CORE}.settings")


def test_settings_are_those_of_the_framework_and_its_companions(index: Index) -> None:
    found = index.settings_field("OAUTH2_ACTIVE", "5.5.0")
    assert found is not None
    assert (found.type, found.owner) == ("bool", "oauth2_lib.settings.Oauth2LibSettings")
    assert index.settings_field("CC_NOC", "5.0.5") is not None
    assert index.settings_field("CC_NOC", "5.4.0") is None
    assert index.settings_field("NO_SUCH_SETTING", "5.5.0") is None


def test_whether_there_ever_was_a_setting_is_what_its_releases_say(index: Index) -> None:
    releases = index.releases(FRAMEWORK)
    names = {field.name for release in releases for field in settings.fields(index, release)}
    assert len(names) > 100
    for name in (*names, "cc_noc", "NO_SUCH_SETTING"):
        for some in (releases, releases[:20], releases[-3:], ()):
            had = any(settings.find(index, name, release) for release in some)
            assert settings.ever(index, name, some) == had, (name, some[-1:])


@pytest.mark.network
@pytest.mark.parametrize("distribution", SAMPLE)
def test_reading_a_release_again_gives_the_same_bytes(
    index: Index, source: PackageIndex, distribution: str
) -> None:
    try:
        listed = {wheel.release: wheel for wheel in source.wheels(distribution)}
        fetched = {release: source.download(listed[release]) for release in SAMPLE[distribution]}
    except IndexProblem as problem:
        pytest.skip(str(problem))
    kept = {each.release: each for each in codec.facts_of(index.table) if each.distribution == distribution}
    for release, content in fetched.items():
        again = read_facts(Fetched(distribution, release, content))
        assert codec.write_text([again]) == codec.write_text([kept[release]]), release
        assert codec.encode([again]) == codec.encode([kept[release]]), release
