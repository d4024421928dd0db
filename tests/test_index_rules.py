"""Every use of a name or argument that a release does not have is found, and what looks like one is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from concertmaster.findings import Finding
from concertmaster.project.files import WorkingTree
from concertmaster.runner import run
from concertmaster.versions import Mode
from concertmaster.workspace import open_workspace

RULES = ("missing-name", "wrong-arguments", "missing-setting", "outdated-override")
#: Those that know the same thing by name, and say more about it.
ALIKE = (*RULES, "moved-names", "removed-names", "shifted-arguments")


def found(
    root: Path,
    files: dict[str, str],
    *,
    installed: str,
    target: str = "5.5.0",
    before: str | None = None,
    select: tuple[str, ...] = ALIKE,
) -> list[Finding]:
    """The findings in a project of these files; with `before` in a review that raises the release from there."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    mode = Mode.REVIEW if before else Mode.UPGRADE
    tree = WorkingTree.open(root)
    workspace = open_workspace(
        tree, installed_release=installed, target=target, select=select, mode=mode, before=before
    )
    return list(run(workspace, tree, jobs=1).findings)


def told(findings: list[Finding]) -> list[str]:
    return [finding.message for finding in findings]


#: What no guide says, each with the rule that tells it and what it says.
FACTS = {
    "a name that left": (
        "from orchestrator.core.workflow import errorlogger\n",
        "5.0.3",
        ("moved-names", "`log_workflow_failure` since 5.0.4"),
    ),
    "a function that left": (
        "from orchestrator.core.services.workflows import start_validation_workflow_for_workflows\n",
        "5.0.0",
        ("removed-names", "since 5.0.1"),
    ),
    "a parameter in the middle": (
        (
            "from orchestrator.core.domain.base import SubscriptionModel as Model\n"
            "class Node(Model): ...\n"
            "Node.from_product_id(product, customer, status, 'text')\n"
        ),
        "5.3.0",
        ("shifted-arguments", "Argument 4 is `process_id` since 5.4"),
    ),
}


@pytest.mark.parametrize(("source", "installed", "expected"), FACTS.values(), ids=FACTS)
def test_what_no_guide_says_is_told(
    source: str, installed: str, expected: tuple[str, str], tmp_path: Path
) -> None:
    (finding,) = found(tmp_path, {"a.py": source}, installed=installed)
    assert finding.rule == expected[0]
    assert expected[1] in finding.message
    assert found(tmp_path, {"a.py": source}, installed=installed, target=installed) == []


@pytest.mark.parametrize(("source", "installed", "expected"), FACTS.values(), ids=FACTS)
def test_a_pull_request_that_raises_the_pin_is_told_as_well(
    source: str, installed: str, expected: tuple[str, str], tmp_path: Path
) -> None:
    (finding,) = found(tmp_path, {"a.py": source}, installed="5.5.0", before=installed)
    assert (finding.rule, finding.severity) == (expected[0], "error")


#: A use that breaks on the way between two releases and what is told, and a look-alike that stays right.
SEEDED = {
    "keyword that is gone": (
        "from orchestrator.services.processes import resume_process\nresume_process(p, user_model=u)\n",
        "from orchestrator.services.processes import resume_process\nresume_process(p, user=u)\n",
        ("3.2.3", "4.8.2"),
        "`resume_process` takes no argument `user_model` since 4.1.0",
    ),
    "one too many by position": (
        "from orchestrator.workflows.steps import store_process_subscription_relationship as s\ns(p, q, t)\n",
        "from orchestrator.workflows.steps import store_process_subscription_relationship as s\ns(p, q)\n",
        ("3.2.3", "4.8.2"),
        "is given 1 positional argument too many",
    ),
    "required by now": (
        (
            "from orchestrator.core.domain import customer_description as d\n"
            "d.create_subscription_customer_description(c, s, 'text')\n"
        ),
        (
            "from orchestrator.core.domain import customer_description as d\n"
            "d.create_subscription_customer_description(c, s, 'text', *rest)\n"
        ),
        ("5.0.5", "5.5.0"),
        "also wants `session` since",
    ),
    "another meaning by position": (
        (
            "from orchestrator.core.domain.customer_description import update_subscription_customer_description as u\n"
            "u(c, 'text', now)\n"
        ),
        (
            "from orchestrator.core.domain.customer_description import update_subscription_customer_description as u\n"
            "u(c, 'text', session=s, created_at=now)\n"
        ),
        ("5.0.5", "5.5.0"),
        "give `created_at` by name",
    ),
    "override that lacks a parameter": (
        (
            "from orchestrator.core.domain.base import SubscriptionModel\nclass Node(SubscriptionModel):\n"
            " @classmethod\n def from_product_id(cls, product_id, customer_id, status=None): ...\n"
        ),
        (
            "from orchestrator.core.domain.base import SubscriptionModel\nclass Node(SubscriptionModel):\n"
            " @classmethod\n def from_product_id(cls, product_id, customer_id, **rest): ...\n"
            " def from_other(self): ...\nclass Other:\n def from_product_id(self): ...\n"
        ),
        ("5.0.5", "5.5.0"),
        "`SubscriptionModel.from_product_id` takes `process_id` since 5.4.0",
    ),
    "override below a class of the file": (
        (
            "from orchestrator.core.domain.base import SubscriptionModel\nclass Inactive(SubscriptionModel): ...\n"
            "class Node(Inactive):\n @classmethod\n def from_product_id(cls, product_id, customer_id): ...\n"
        ),
        (
            "from orchestrator.core.domain.base import SubscriptionModel\nclass Inactive(SubscriptionModel): ...\n"
            "class Inactive: ...\nclass Node(Inactive):\n def from_product_id(cls, product_id): ...\n"
            "def f(Other):\n class Node(Other):\n  def from_product_id(cls): ...\n"
        ),
        ("5.0.5", "5.5.0"),
        "`SubscriptionModel.from_product_id` takes `process_id` since 5.4.0",
    ),
    "setting that is read": (
        "from orchestrator.settings import app_settings\nif app_settings.FEDERATION_ENABLED: ...\n",
        "from network.settings import app_settings\nif app_settings.FEDERATION_ENABLED: ...\n",
        ("4.8.2", "5.5.0"),
        "no setting `FEDERATION_ENABLED` since 5.0.0",
    ),
    "setting that is set": (
        "from orchestrator.settings import app_settings\napp_settings.CACHE_DOMAIN_MODELS = True\n",
        "from orchestrator.settings import app_settings\napp_settings.ENVIRONMENT = 'x'\napp_settings.mine = 1\n",
        ("3.2.3", "4.8.2"),
        "no setting `CACHE_DOMAIN_MODELS` since 4.0.0",
    ),
    "setting of another type": (
        "from orchestrator.settings import app_settings\nprint(app_settings.SERVE_GRAPHQL_UI)\n",
        "from orchestrator.settings import app_settings\nprint(app_settings.TESTING)\n",
        ("4.8.2", "5.5.0"),
        "`SERVE_GRAPHQL_UI` is `str | None` since 5.0.0, not `bool`",
    ),
    "patched name": (
        (
            "from unittest import mock\n@mock.patch('orchestrator.core.services.settings.get_engine_settings')\n"
            "def test(p): ...\n"
        ),
        (
            "from unittest import mock\n@mock.patch('orchestrator.core.services.settings.nothing', create=True)\n"
            "@mock.patch('orchestrator.core.services.settings.nothing_ever')\ndef test(p, q): ...\n"
        ),
        ("5.0.0", "5.5.0"),
        "`orchestrator.core.services.settings.get_engine_settings` is gone",
    ),
    "patched attribute of a module": (
        (
            "from orchestrator.core.services import processes\ndef test(monkeypatch):\n"
            " monkeypatch.setattr(processes, 'thread_start_process', None)\n"
        ),
        (
            "from orchestrator.core.services import processes\ndef test(monkeypatch):\n"
            " monkeypatch.setattr(processes, 'thread_start_process', None, raising=False)\n"
            " setattr(processes, 'thread_start_process', 1)\n"
            " monkeypatch.setattr(processes, 'start_process', None)\n"
        ),
        ("5.0.5", "5.5.0"),
        "`orchestrator.core.services.processes.thread_start_process` is gone since 4.3.0",
    ),
    "attribute of a module": (
        "import orchestrator.core.services.processes as p\np.thread_start_process(x)\n",
        "import orchestrator.core.services.processes as p\np.start_process(x)\np.no_such_name_ever\n",
        ("5.0.5", "5.5.0"),
        "`orchestrator.core.services.executors.threadpool.thread_start_process`",
    ),
    "member of a class": (
        "from orchestrator.db.database import DBSessionMiddleware\nprint(DBSessionMiddleware.dispatch)\n",
        "from orchestrator.db.database import DBSessionMiddleware, SearchQuery\nprint(SearchQuery.no_such)\n",
        ("4.8.2", "5.5.0"),
        "`orchestrator.db.database.DBSessionMiddleware.dispatch` is gone since",
    ),
    "import from a companion": (
        "from oauth2_lib.fastapi import OIDCUser\n",
        "from pydantic_forms.validators import not_there_yet, choice_list\n",
        ("1.3.6", "5.5.0"),
        "is in no release of oauth2-lib that orchestrator-core 5.5.0 allows",
    ),
    "import": (
        "from orchestrator.core.utils.redis import caching_models_enabled\n",
        (
            "try:\n    from orchestrator.core.utils.redis import caching_models_enabled\nexcept ImportError: ...\n"
            "from orchestrator.core.utils.redis import *\n"
        ),
        ("5.0.5", "5.5.0"),
        "`orchestrator.core.utils.redis.caching_models_enabled` is gone since 4.0.0",
    ),
}


@pytest.mark.parametrize(("broken", "right", "releases", "expected"), SEEDED.values(), ids=SEEDED)
def test_what_breaks_is_found_and_its_look_alike_is_not(
    broken: str, right: str, releases: tuple[str, str], expected: str, tmp_path: Path
) -> None:
    installed, target = releases
    assert told(found(tmp_path, {"a.py": right}, installed=installed, target=target, select=RULES)) == []
    (finding,) = found(tmp_path, {"a.py": broken}, installed=installed, target=target, select=RULES)
    assert expected in finding.message


COMPAT = """
import orchestrator.core.services.processes as processes
from orchestrator.core.domain.customer_description import create_subscription_customer_description as create
from orchestrator.core.domain.customer_description import get_customer_description_by_customer_subscription as get
from orchestrator.core.settings import app_settings
make = create
"""
#: How a project reaches its own `net/compat.py`, and a call through it that breaks.
REACHED = {
    "name": "from net.compat import create\ncreate(c, s, 'text')\n",
    "other name": "from net.compat import create as new\nnew(c, s, 'text')\n",
    "assigned name": "from net.compat import make\nmake(c, s, 'text')\n",
    "package": "from net import exported\nexported(c, s, 'text')\n",
    "relative": "from .compat import create\ncreate(c, s, 'text')\n",
    "module": "import orchestrator.core\nfrom net import compat\ncompat.create(c, s, 'text')\n",
    "two steps": "from net.deep.again import twice\ntwice(c, s, 'text')\n",
    "attribute of a module": "from net.compat import processes\nprocesses.thread_start_process\n",
    "settings": "from net.compat import app_settings\napp_settings.FEDERATION_ENABLED\n",
}
PASSING = {
    "net/__init__.py": "from .compat import create as exported\n",
    "net/compat.py": COMPAT,
    "net/deep/__init__.py": "",
    "net/deep/again.py": "# for orchestrator\nfrom ..compat import create as twice\n",
}


@pytest.mark.parametrize("source", REACHED.values(), ids=REACHED)
def test_names_are_followed_through_the_projects_own_modules(source: str, tmp_path: Path) -> None:
    files = PASSING | {"net/use.py": source}
    (finding,) = found(tmp_path, files, installed="5.0.5", select=RULES)
    assert finding.path == "net/use.py"


#: Modules of which it cannot be told what they pass on, each with a use that would break.
UNCERTAIN = {
    "defined here": "from {0} import {1}\ndef {1}(*a): ...\n",
    "defined again": "def {1}(*a): ...\nfrom {0} import {1}\n",
    "only if it is there": "try:\n    from {0} import {1}\nexcept ImportError:\n    {1} = None\n",
    "only then": "if x:\n    from {0} import {1}\n",
    "one of two": "if x:\n    from {0} import {1}\nelse:\n    from other import {1}\n",
    "overwritten by a star": "from {0} import {1}\nfrom other import *\n",
    "by a star": "from {0} import *\n",
    "set by a function": "from {0} import {1}\ndef f():\n    global {1}\n    {1} = 1\n",
    "wrapped": "from {0} import {1} as old\n{1} = wrap(old)\n",
    "a class": "from {0} import {1}\nclass {1}: ...\n",
    "no Python": "from {0} import {1}\ndef (\n",
    "made when asked": "def __getattr__(name): ...\n",
}


@pytest.mark.parametrize("module", UNCERTAIN.values(), ids=UNCERTAIN)
def test_what_is_passed_on_in_another_way_is_not_guessed_at(module: str, tmp_path: Path) -> None:
    name = "create_subscription_customer_description"
    source = module.format("orchestrator.core.domain.customer_description", name)
    use = f"import orchestrator\nfrom net.compat import {name}\n{name}(c, s, 'text')\n"
    files = {"net/__init__.py": "", "net/compat.py": source, "net/use.py": use}
    assert [
        one for one in found(tmp_path, files, installed="5.0.5", select=RULES) if one.path == "net/use.py"
    ] == []


def test_a_ring_of_modules_ends(tmp_path: Path) -> None:
    files = {
        "net/__init__.py": "",
        "net/one.py": "from net.two import x\n",
        "net/two.py": "from net.one import x\n",
        "net/use.py": "import orchestrator\nfrom net.one import x\nx(1)\n",
    }
    assert found(tmp_path, files, installed="5.0.5", select=RULES) == []


def test_a_call_that_never_fitted_is_told_of_the_release_alone(tmp_path: Path) -> None:
    source = {"a.py": "from orchestrator.core.workflow import step\nstep('a', never=1)\n"}
    assert told(found(tmp_path, source, installed="5.5.0")) == ["`step` takes no argument `never` in 5.5.0"]
    assert found(tmp_path, source, installed="5.0.5") == []
