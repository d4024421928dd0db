"""Projects of the framework's own generator: nothing under their own release, and only what is true under later ones.

`CONCERTMASTER_ALL_RELEASES=1` judges them against every later release; otherwise a sample runs.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
from tools.generated import Unavailable, cache, project

from concertmaster.findings import Finding
from concertmaster.index.fetch import configured
from concertmaster.index.names import CORE, FRAMEWORK, ROOT
from concertmaster.index.store import Index
from concertmaster.index.wheel import Wheel, read_wheel
from concertmaster.messages.index import IndexProblem
from concertmaster.project.files import WorkingTree
from concertmaster.runner import run
from concertmaster.versions import Mode, release
from concertmaster.workspace import open_workspace

pytestmark = [pytest.mark.generated, pytest.mark.network]

ASKED = bool(os.environ.get("CONCERTMASTER_ALL_RELEASES"))
RULES = ("missing-name", "wrong-arguments", "missing-setting", "outdated-override")
#: For each project what is found from which release on: the rule, the name, and how often.
SETTINGS = {
    ("5.0.0", "missing-setting", "FEDERATION_ENABLED"): 1,
    ("5.0.0", "missing-setting", "SERVE_GRAPHQL_UI"): 1,
}
ENGINE = {
    ("5.0.0", "missing-name", "graphql.types.JSON"): 1,
    ("5.0.0", "missing-name", "api.api_v1.endpoints.settings.generate_engine_status_response"): 1,
    ("5.0.0", "missing-name", "services.settings.get_engine_settings"): 4,
    ("5.0.0", "missing-name", "services.settings.get_engine_settings_for_update"): 1,
    ("5.0.0", "missing-name", "workflows.utils.ProductId"): 1,
}
CACHED = {
    ("4.0.0", "missing-name", "utils.redis.caching_models_enabled"): 1,
    ("4.0.0", "missing-name", "utils.redis.delete_from_redis"): 1,
    ("4.0.0", "missing-setting", "CACHE_DOMAIN_MODELS"): 1,
}
SECRETS = {
    ("5.0.0", "missing-name", "services.settings_env_variables.MASK"): 1,
    ("5.0.0", "missing-name", "settings.OrchSecretStr"): 1,
    ("5.0.0", "missing-name", "utils.expose_settings.SecretStr"): 1,
}
MODELS = {
    ("5.0.0", "missing-name", "llm_settings.EMBEDDING_DIMENSION_DEFAULT"): 1,
    ("5.0.0", "missing-name", "llm_settings.LLMSettings"): 1,
    ("5.0.0", "missing-name", "llm_settings.llm_settings"): 3,
}
EXPECTED = {
    ("3.2.3", "rich"): SETTINGS | ENGINE | CACHED,
    ("4.4.2", "rich"): SETTINGS | ENGINE | SECRETS,
    ("4.8.2", "rich"): SETTINGS | ENGINE | SECRETS | MODELS,
    ("5.0.5", "rich"): {},
    ("3.2.3", "workshop"): {},
    ("4.4.2", "workshop"): {},
    ("4.8.2", "workshop"): {},
    ("5.0.5", "workshop"): {},
}
SAMPLE = (("4.8.2", "rich"), ("5.0.5", "workshop"))
LATER = ("5.0.0", "5.5.0")


@pytest.fixture(scope="module", params=EXPECTED if ASKED else SAMPLE, ids="-".join)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str, WorkingTree]:
    """A project with its release and recipe, outside of the cache so that its files count as the project's."""
    number, recipe = request.param
    try:
        source = project(number, recipe=recipe)
    except Unavailable as absent:
        pytest.skip(absent.reason)
    root = tmp_path_factory.mktemp("made") / "network"
    shutil.copytree(source, root, ignore=shutil.ignore_patterns("__pycache__"))
    return number, recipe, WorkingTree.open(root)


def judged(tree: WorkingTree, installed: str, target: str, mode: Mode = Mode.UPGRADE) -> tuple[Finding, ...]:
    workspace = open_workspace(tree, installed_release=installed, target=target, select=RULES, mode=mode)
    report = run(workspace, tree, jobs=1)
    assert report.unanalysed == ()
    return report.findings


@pytest.mark.parametrize("mode", Mode)
def test_a_project_uses_what_its_release_has(made: tuple[str, str, WorkingTree], mode: Mode) -> None:
    number, _, tree = made
    assert len(tree.paths) > 50
    assert judged(tree, number, number, mode) == ()


def test_under_later_releases_only_what_is_gone_is_found(made: tuple[str, str, WorkingTree]) -> None:
    number, recipe, tree = made
    releases = Index.load().releases() if ASKED else LATER
    for target in releases:
        if release(target) > release(number):
            found = judged(tree, number, target)
            counts = Counter((finding.since, finding.rule, named(finding)) for finding in found)
            expected = EXPECTED[number, recipe]
            assert counts == {
                key: count for key, count in expected.items() if release(key[0]) <= release(target)
            }, target
            for finding in found:
                assert is_true(finding, target), (target, finding.message)
            print(f"{number} {recipe} {target}: {dict(Counter(finding.rule for finding in found))}")


def named(finding: Finding) -> str:
    """The name that a finding is about, without the package's."""
    quoted = re.findall(r"`([^`]+)`", finding.message)[0]
    return str(quoted).removeprefix(f"{CORE}.").removeprefix(f"{ROOT}.")


@lru_cache(maxsize=128)
def wheel_of(number: str) -> Wheel:
    found = configured(os.environ, home=Path.home(), cache=cache.folder() / "wheels")
    with found.session:
        try:
            (listed,) = (wheel for wheel in found.wheels(FRAMEWORK) if wheel.release == number)
            return read_wheel(found.download(listed), distribution=FRAMEWORK, release=number)
        except IndexProblem as problem:
            pytest.skip(str(problem))


def is_true(finding: Finding, target: str) -> bool:
    """What a plain look into the wheel says, without the index: nowhere in the module is the name bound."""
    wheel, name = wheel_of(target), named(finding)
    root = ROOT if wheel.renamed else CORE.replace(".", "/")
    if finding.rule == "missing-setting":
        return _setting_is_true(wheel.sources[f"{root}/settings.py"], name, finding.message)
    module, _, last = name.rpartition(".")
    paths = [f"{root}/{module.replace('.', '/')}{ending}" for ending in (".py", "/__init__.py")]
    sources = [wheel.sources[path] for path in paths if path in wheel.sources]
    return all(last not in bound(source) for source in sources)


def _setting_is_true(source: bytes, name: str, message: str) -> bool:
    fields = {
        node.target.id: ast.unparse(node.annotation)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    return name not in fields if "no setting" in message else f"is `{fields[name]}`" in message


def bound(source: bytes) -> set[str]:
    """Every name that anything in a module could bind, star imports apart."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names
