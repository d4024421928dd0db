"""Projects that orchestrator-core's own generator makes: complete, and importable under their release."""

from __future__ import annotations

import ast
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tools.generated import Unavailable, cache, environment, import_all, project
from tools.generated.versions import numbers

ALWAYS = ("2.10.0", "4.8.2", "5.5.0")
ON_REQUEST = ("1.3.6", "3.2.3", "4.0.4", "4.4.2", "5.0.5")
ASKED = bool(os.environ.get("CONCERTMASTER_ALL_RELEASES"))
KINDS = ("create", "modify", "terminate", "validate")
PRODUCTS = ("site", "port", "leased_line", "ip_prefix", "cloud_access")

by_request = pytest.mark.skipif(not ASKED, reason="takes minutes: set CONCERTMASTER_ALL_RELEASES=1 to run")
OTHERS = ON_REQUEST if ASKED else (pytest.param("others", marks=by_request),)

# What a project of 4.8 says in a way that 5.0 ended, and where. The project of 5.x says it otherwise.
ENDED_BY_5 = {
    "import of a name": ("services/cache.py", "from orchestrator.settings import"),
    "import of the root": ("services/about.py", "\nimport orchestrator\n"),
    "import of a module": ("services/about.py", "import orchestrator.db\n"),
    "import under an alias": ("services/about.py", "import orchestrator.db as odb"),
    "attribute of a module": ("services/about.py", "orchestrator.db.db.session"),
    "version of the package": ("services/about.py", "orchestrator.__version__"),
    "resources of the package": ("services/about.py", 'files("orchestrator")'),
    "name in a formatted string": ("services/about.py", 'f"orchestrator.{part}"'),
    "name in a docstring": ("services/about.py", "`orchestrator.db.SubscriptionTable`"),
    "doctest": ("services/about.py", ">>> from orchestrator.targets import"),
    "import for both": ("services/warming.py", "except ImportError:\n    from orchestrator.workflows"),
    "import at run time": ("services/warming.py", 'import_module("orchestrator.domain")'),
    "import for types only": ("services/inventory.py", "    from orchestrator.domain.base import"),
    "import in a function": ("services/inventory.py", "    from orchestrator.utils.helpers import"),
    "patched name": ("test/unit_tests/conftest.py", 'mock.patch("orchestrator.websocket.'),
    "decorator that patches": ("test/unit_tests/services/test_engine.py", '@patch("orchestrator.services.'),
    "several patched names": (
        "test/unit_tests/services/test_engine.py",
        'patch.multiple("orchestrator.services.',
    ),
    "lazy type of GraphQL": ("graph/queries.py", 'strawberry.lazy("orchestrator.graphql.'),
    "modules of Celery": ("celery_worker.py", 'include=["orchestrator.services.tasks"]'),
    "name of a logger": ("logs.py", 'getLogger("orchestrator.workflow")'),
    "names of loggers": ("logs.py", '"orchestrator.graphql": {'),
    "workflow of the framework": ("workflows/__init__.py", 'LazyWorkflowInstance("orchestrator.workflows.'),
    "module in a tool's settings": ("pyproject.toml", 'module = "orchestrator.graphql.*"'),
    "module in documentation": ("docs/workflows.md", "::: orchestrator.workflows.steps"),
    "code in documentation": ("README.md", "from orchestrator.domain import SubscriptionModel"),
    "template of the generator": (
        "templates/additional_create_imports.j2",
        "from orchestrator.domain import",
    ),
    "scheduled tasks in GraphQL": ("services/search.py", "scheduledTasks"),
    "address as text": ("celery_worker.py", "str(app_settings.CACHE_URI)"),
    "address as argument": ("services/cache.py", "create_redis_client(app_settings.CACHE_URI)"),
    "address of a parameter": ("services/cache.py", "str(settings.CACHE_URI)"),
    "address taken apart": ("services/database.py", "app_settings.DATABASE_URI.hosts()"),
    "address of the broadcaster": ("celery_worker.py", "urlparse(app_settings.WEBSOCKET_BROADCASTER_URL)"),
    "secret of the session": ("services/cache.py", "len(app_settings.SESSION_SECRET)"),
    "address that a test sets": ("test/unit_tests/conftest.py", "app_settings.DATABASE_URI = db_uri"),
    "address in a subclass": ("settings.py", "DATABASE_URI: PostgresDsn"),
    "old type of a secret": ("settings.py", "from orchestrator.utils.expose_settings import SecretStr"),
    "other name of that type": ("settings.py", "from orchestrator.settings import OrchSecretStr"),
    "password as plain text": ("settings.py", "INVENTORY_PASSWORD: str"),
    "read-only field": ("workflows/ip_prefix/modify_ip_prefix.py", "ReadOnlyField(str(prefix.network))"),
    "read-only list": ("workflows/ip_prefix/modify_ip_prefix.py", "default_type=list[str]"),
    "read-only truth": (
        "workflows/ip_prefix/modify_ip_prefix.py",
        'ReadOnlyField("True", default_type=bool)',
    ),
    "held back forms": ("requirements.txt", "pydantic-forms>=1.4.0,<2"),
    "settings of the engine": ("services/engine.py", "get_engine_settings_for_update()"),
    "status of the engine": ("services/engine.py", "generate_engine_status_response("),
    "column of the engine": ("services/engine.py", "EngineSettingsTable.running_processes"),
    "column of the engine in SQL": ("services/engine.py", "SELECT running_processes FROM engine_settings"),
    "description of a workflow": ("workflows/ip_prefix/reconcile_ip_prefix.py", '@reconcile_workflow("'),
    "description by keyword": ("workflows/tasks/check_light_levels.py", "description="),
    "task as a workflow": ("workflows/tasks/import_customers.py", "target=Target.SYSTEM"),
    "federation switch": (".env", "FEDERATION_ENABLED=True"),
    "editor switch": ("docker-compose.yml", 'SERVE_GRAPHQL_UI: "true"'),
    "attribute of the switch": ("services/search.py", "app_settings.FEDERATION_ENABLED"),
    "scalar of a new type": ("graph/scalars.py", "NewType("),
    "schema of federation": ("graph/public.py", "enable_federation_2=True, scalar_overrides="),
    "editor of the router": ("graph/public.py", "graphiql=True"),
    "key of federation": ("graph/queries.py", 'Key(fields="siteCode"'),
    "scalar of the framework": ("graph/queries.py", "from orchestrator.graphql.types import JSON"),
    "search switch": (".env", "SEARCH_ENABLED=True"),
    "search key": (".env", "OPENAI_API_KEY="),
    "misspelt switch": (".env", "LLM_FORCE_EXTENTION_MIGRATION="),
    "search extra": ("requirements.txt", "[celery,search]"),
    "spaced extra": ("pyproject.toml", "[celery, search]"),
    "core with an agent": ("main.py", "LLMOrchestratorCore("),
    "database without vectors": ("docker-compose.yml", "image: postgres:15-alpine"),
    "search by parameter": ("services/search.py", 'params={"query": words}'),
    "settings of the model": ("settings.py", "from orchestrator.llm_settings import"),
    "callback with a user": ("security/callbacks.py", "user: OIDCUserModel | None"),
    "callback that a test calls": ("test/unit_tests/workflows/test_tasks.py", "engineers_only(None)"),
    "address of the database": (".env", "DATABASE_URI=postgresql://"),
    "address in a shell script": ("bin/entrypoint.sh", "DATABASE_URI:=postgresql://"),
    "driver": ("requirements.txt", "psycopg2-binary"),
    "import of the driver": ("services/database.py", "import psycopg2\n"),
    "commit at once": ("services/database.py", "conn.autocommit = True"),
    "tuple in SQL": ("services/reports.py", "IN :customers"),
    "interval in SQL": ("services/reports.py", "INTERVAL :age"),
    "maybe nothing in SQL": ("services/reports.py", ":status IS NULL"),
    "two statements in SQL": ("services/reports.py", ":limit; DELETE"),
    "column from outside": ("models/subscriptions.py", "SubscriptionTable.__mapper__.add_property("),
    "event of the application": ("main.py", '@app.on_event("startup")'),
    "handler of an event": ("main.py", 'app.add_event_handler("startup"'),
    "product of a form": ("test/unit_tests/workflows/test_tasks.py", '{"product": product.product_id}'),
    "no pages of a form": ("test/unit_tests/workflows/test_tasks.py", 'create_process("create_site", [])'),
    "name by accident": ("test/unit_tests/workflows/test_tasks.py", "workflows.utils import ProductId"),
    "middleware": ("security/middleware.py", "async def dispatch("),
    "Python of the image": ("Dockerfile", "/usr/local/lib/python3.11/site-packages"),
    "pin against the framework": ("requirements.txt", "redis>=7,<8"),
}


def made(release: str, *, recipe: str = "rich") -> Path:
    try:
        return project(release, recipe=recipe)
    except Unavailable as absent:
        pytest.skip(absent.reason)


def unimportable(folder: Path, release: str) -> dict[str, str | None]:
    return {path: why for path, why in import_all(folder, environment(release)).items() if why}


@pytest.fixture(params=[*ALWAYS, *OTHERS])
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def rich(release: str) -> Path:
    folder = made(release)
    if numbers(release) < (2, 0):
        pytest.skip(f"the generator of {release} is of no use: this project is by hand")
    return folder


@pytest.mark.generated
def test_every_module_imports_under_its_own_release(release: str) -> None:
    assert unimportable(made(release), release) == {}


@pytest.mark.generated
@by_request
def test_the_projects_of_the_frameworks_own_workshop_import(release: str) -> None:
    if numbers(release) < (2, 0):
        pytest.skip(f"the generator of {release} is of no use")
    assert unimportable(made(release, recipe="workshop"), release) == {}


@pytest.mark.generated
def test_a_module_that_does_not_import_is_told_with_its_error(tmp_path: Path) -> None:
    made("4.8.2")
    (tmp_path / "good.py").write_text("import json\n")
    (tmp_path / "bad.py").write_text("import nowhere_to_be_found\n")
    (tmp_path / "2024-01-01_odd_name.py").write_text("import json\n1 / 0\n")
    assert import_all(tmp_path, environment("4.8.2")) == {
        "2024-01-01_odd_name.py": "ZeroDivisionError: division by zero",
        "bad.py": "ModuleNotFoundError: No module named 'nowhere_to_be_found'",
        "good.py": None,
    }


@pytest.mark.generated
def test_every_product_has_all_kinds_of_workflow_and_their_unit_tests(rich: Path) -> None:
    for product in PRODUCTS:
        for kind in KINDS:
            assert (rich / f"workflows/{product}/{kind}_{product}.py").is_file()
            assert (rich / f"test/unit_tests/workflows/{product}/test_{kind}_{product}.py").is_file()
        assert (rich / f"test/unit_tests/domain/product_types/test_{product}.py").is_file()


@pytest.mark.generated
def test_every_workflow_is_registered_translated_and_in_a_migration(rich: Path) -> None:
    registry = (rich / "workflows/__init__.py").read_text()
    translations = json.loads((rich / "translations/en-GB.json").read_text())["workflow"]
    migrations = "".join(path.read_text() for path in rich.glob("migrations/versions/schema/*.py"))
    for name in (f"{kind}_{product}" for kind in KINDS for product in PRODUCTS):
        assert f'"{name}")' in registry
        assert name in translations
        assert f'"name": "{name}"' in migrations


@pytest.mark.generated
def test_migrations_form_one_chain(release: str) -> None:
    files = (made(release) / "migrations/versions/schema").glob("*.py")
    parents = {str(found["revision"]): found["down_revision"] for found in map(_constants, files)}
    [head] = parents.keys() - set(parents.values())
    assert set(parents.values()) == parents.keys() - {head} | {None}


@pytest.mark.generated
@pytest.mark.parametrize(("file", "text"), ENDED_BY_5.values(), ids=ENDED_BY_5)
def test_what_5_ended_is_said_in_4_and_not_in_5(file: str, text: str) -> None:
    assert text in (made("4.8.2") / file).read_text()
    assert text not in (made("5.5.0") / file).read_text()


@pytest.mark.generated
@by_request
def test_making_a_project_again_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made("4.8.2")
    home = environment("4.8.2")
    monkeypatch.setattr("tools.generated.projects.environment", lambda _: home)
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(tmp_path))
    second = project("4.8.2")
    assert first != second
    assert _contents(first) == _contents(second)


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    for _ in range(2):  # mkdir fails when called twice
        assert cache.once(tmp_path / "folder", Path.mkdir).is_dir()


def test_what_was_interrupted_is_made_anew(tmp_path: Path) -> None:
    def interrupted(path: Path) -> None:
        path.mkdir()
        (path / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.once(tmp_path / "folder", interrupted)
    assert [*cache.once(tmp_path / "folder", Path.mkdir).iterdir()] == []


def test_several_at_once_make_it_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        folders = [*pool.map(lambda _: cache.once(tmp_path / "folder", Path.mkdir), range(8))]
    assert {*folders} == {tmp_path / "folder"}


def test_without_a_package_index_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(tmp_path))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    with pytest.raises(Unavailable, match=r"No environment for orchestrator-core 4\.8\.2: .+ package index"):
        environment("4.8.2")


def _constants(path: Path) -> dict[str, object]:
    return {
        node.targets[0].id: node.value.value
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
