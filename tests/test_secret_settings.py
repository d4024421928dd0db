"""How sure a rewrite of a secret setting is depends on the release that the code was written for."""

from __future__ import annotations

import pytest

from concertmaster.engine import analyse_python
from concertmaster.findings import Finding, Safety
from concertmaster.project.definitions import Definitions
from concertmaster.project.python import Surroundings
from concertmaster.rules import plain_secret_field, plain_secret_value, secret_settings
from concertmaster.versions import Mode, Window

RULES = [secret_settings.rule, plain_secret_value.rule, plain_secret_field.rule]
BEFORE = Window("4.8.2", "5.5.0")
SINCE = Window("5.0.4", "5.5.0", Mode.REVIEW)


def findings(text: str, window: Window) -> tuple[Finding, ...]:
    source = f"from orchestrator.core.settings import AppSettings, app_settings\n{text}\n".encode()
    result = analyse_python("example.py", source, Surroundings(window), RULES, unsafe=True)
    assert result.unanalysed is None
    return result.findings


@pytest.mark.parametrize("window", [Window("4.7.0", "4.8.2"), Window("4.8.2", "5.5.0", Mode.REVIEW)])
def test_nothing_is_said_before_the_release_in_which_it_works(window: Window) -> None:
    assert findings("cache = connect(str(app_settings.CACHE_URI))", window) == ()
    assert findings('app_settings.CACHE_URI = "redis://localhost"', window) == ()


@pytest.mark.parametrize(
    ("text", "window", "safety"),
    [
        ("cache = connect(app_settings.CACHE_URI)", BEFORE, Safety.SAFE),
        ("cache = connect(app_settings.CACHE_URI)", SINCE, Safety.SUGGESTED),
        ("cache = str(app_settings.CACHE_URI)", SINCE, Safety.SAFE),
        ("cache = f'{app_settings.CACHE_URI}'", SINCE, Safety.SAFE),
        ("cache = getattr(app_settings, 'CACHE_URI')", BEFORE, Safety.SUGGESTED),
        ("app_settings.CACHE_URI = uri", BEFORE, Safety.SAFE),
        ("app_settings.CACHE_URI = uri", SINCE, Safety.SUGGESTED),
        ("app_settings.CACHE_URI = 'redis://localhost'", SINCE, Safety.SAFE),
        ("class Settings(AppSettings):\n    CACHE_URI: str = 'redis://localhost'", BEFORE, Safety.SUGGESTED),
    ],
)
def test_how_sure_it_is(text: str, window: Window, safety: Safety) -> None:
    assert [finding.safety for finding in findings(text, window)] == [safety]


def test_rows_tell_arguments_and_tests_apart() -> None:
    text = "cache = connect(app_settings.CACHE_URI)\nuri = app_settings.CACHE_URI"
    assert [finding.rows for finding in findings(text, BEFORE)] == [("50-03f",), ("50-03a",)]


def test_reads_of_a_subclass_wait_until_its_field_is_a_secret() -> None:
    text = "class Settings(AppSettings):\n    CACHE_URI: str = 'redis://x'\n\ncache = connect(Settings().CACHE_URI)"
    source = f"from orchestrator.core.settings import AppSettings\n\n{text}\n".encode()
    safe = analyse_python("example.py", source, Surroundings(BEFORE), RULES, unsafe=False)
    full = analyse_python("example.py", source, Surroundings(BEFORE), RULES, unsafe=True)
    assert safe.rewritten is None
    assert full.rewritten is not None
    assert b"CACHE_URI: SecretRedisDsn" in full.rewritten
    assert b"connect(Settings().CACHE_URI.get_secret_value())" in full.rewritten


SETTINGS = b"""
from orchestrator.settings import AppSettings, app_settings
from pydantic import PostgresDsn

class NetworkSettings(AppSettings):
    NETBOX: str = ""

class PlainSettings(AppSettings):
    DATABASE_URI: PostgresDsn = ""

settings = NetworkSettings()
plain = PlainSettings()
passed_on = app_settings
unknown = make()
if passed_on:
    twice = NetworkSettings()
else:
    twice = None
"""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("settings", True),
        ("passed_on", True),
        ("app_settings", True),
        ("plain", False),
        ("unknown", False),
        ("twice", False),
        ("gone", False),
    ],
)
def test_settings_of_another_file(name: str, told: bool) -> None:
    source = f"from network.settings import {name}\n\nuri = str({name}.DATABASE_URI)\n".encode()
    definitions = Definitions(("network/settings.py",), {"network/settings.py": SETTINGS}.get)
    around = Surroundings(BEFORE, definitions=definitions)
    result = analyse_python("network/use.py", source, around, [secret_settings.rule], unsafe=True)
    assert bool(result.findings) is told


def test_a_file_of_settings_that_does_not_parse_shows_nothing() -> None:
    definitions = Definitions(("settings.py",), {"settings.py": b"settings = (\n"}.get)
    around = Surroundings(BEFORE, definitions=definitions)
    source = b"from settings import settings\n\nuri = str(settings.DATABASE_URI)\n"
    assert analyse_python("use.py", source, around, [secret_settings.rule], unsafe=True).findings == ()
