"""A release that came after the shipped index is asked for once; if it cannot be had, that is told plainly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from concertmaster.action import run_action
from concertmaster.cli import run as command
from concertmaster.index import codec, reading, store
from concertmaster.index.supply import OFFLINE, Supply
from concertmaster.messages import UserError
from concertmaster.project.files import MemoryTree
from concertmaster.runner import run
from concertmaster.versions import Mode
from concertmaster.workspace import known, open_workspace
from tests import package_index, wheels
from tests.jobs import PIN, Open
from tests.package_index import Server

CORE = "orchestrator-core"
STAND_IN = f"Names were checked against {CORE} 5.5.0: 5.6.0 is not in the index."
INIT = {"orchestrator/core/__init__.py": ""}
OLD = wheels.wheel(INIT | {"orchestrator/core/m.py": "def old(a): ...\ndef kept(a): ...\n"}, release="5.5.0")
NEW = wheels.wheel(
    INIT | {"orchestrator/core/m.py": "def new(a): ...\ndef kept(a, b): ...\n"}, release="5.6.0"
)
SOURCE = "from orchestrator.core.m import new, kept\n\nkept(1, b=2)\nnew(1)\n"
PROJECT = '[project]\nname = "n"\nversion = "1"\ndependencies = ["orchestrator-core{0}"]\n'


@pytest.fixture
def server() -> Iterator[Server]:
    with package_index.serving() as running:
        running.hold(orchestrator_core__5_5_0=OLD, orchestrator_core__5_6_0=NEW)
        yield running


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Takes the place of the index that is shipped; knows 5.5.0."""
    path = tmp_path / "shipped.index"
    path.write_bytes(codec.encode([reading.read_facts(reading.Fetched(CORE, "5.5.0", OLD))]))
    monkeypatch.setattr(store, "SHIPPED", path)
    return path


@pytest.fixture
def environment(server: Server, shipped: Path, tmp_path: Path) -> dict[str, str]:
    return {
        "UV_DEFAULT_INDEX": server.base,
        "CONCERTMASTER_CACHE": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
    }


def project(specifier: str, source: str = SOURCE) -> MemoryTree:
    files = {"pyproject.toml": PROJECT.replace("{0}", specifier), "a.py": source}
    return MemoryTree({path: text.encode() for path, text in files.items()})


def judged(supply: Supply, specifier: str, source: str = SOURCE) -> list[str]:
    workspace = open_workspace(project(specifier, source), supply=supply, mode=Mode.REVIEW)
    return [finding.message for finding in run(workspace, workspace.project, jobs=1).findings]


@pytest.mark.parametrize("specifier", ["==5.5.0", ">=5.5,<6", "~=5.5", ">=5.0", "==5.4.0"])
def test_what_the_shipped_index_knows_is_not_asked_for(
    specifier: str, environment: dict[str, str], server: Server
) -> None:
    workspace = open_workspace(project(specifier), supply=Supply.of(environment))
    assert workspace.names.notes == () or specifier == "==5.4.0"
    assert server.asked == []


def test_a_newer_release_is_asked_for_once_and_kept(environment: dict[str, str], server: Server) -> None:
    supply = Supply.of(environment)
    for _ in range(3):
        workspace = open_workspace(project("==5.6.0"), supply=supply)
        assert (workspace.names.release, workspace.names.notes) == ("5.6.0", ())
    assert server.asked.count(f"/simple/{CORE}/") == 1
    server.asked.clear()
    assert open_workspace(project("==5.6.0"), supply=Supply.of(environment)).names.release == "5.6.0"
    assert server.asked == []


def test_a_newer_release_is_judged_by_its_own_names(environment: dict[str, str]) -> None:
    use = "from orchestrator.core.m import old, kept, no_such\nkept(1)\n"
    assert judged(Supply.of(environment), "==5.6.0") == []
    assert judged(Supply.of(environment), "==5.6.0", use) == [
        "`orchestrator.core.m.old` is gone since 5.6.0",
        "`orchestrator.core.m.no_such` is in no release up to 5.6.0",
        "`kept` also wants `b` since 5.6.0",
    ]


#: Everything that can keep a release away, and what is told of it.
AWAY = {
    "slow": (package_index.silent, "The connection failed"),
    "dripping": (package_index.dripping, "took longer than"),
    "cut off": (package_index.cut_off, "gave no usable answer"),
    "broken": (package_index.status(500), "it answered 500"),
    "absent": (package_index.status(404), "it answered 404"),
    "wrong": (b"<html>no json</html>", "PEP 691"),
}


@pytest.mark.parametrize(("answer", "expected"), AWAY.values(), ids=AWAY)
def test_what_cannot_be_asked_is_told_and_nothing_new_is_called_missing(
    answer: package_index.Answer | bytes,
    expected: str,
    environment: dict[str, str],
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("concertmaster.index.supply.SECONDS", 0.2)
    monkeypatch.setattr("concertmaster.index.supply.ATTEMPTS", 1)
    server.answers[f"/simple/{CORE}/"] = answer
    supply = Supply.of(environment)
    notes = open_workspace(project("==5.6.0"), supply=supply).names.notes
    assert notes[0] == STAND_IN
    assert expected.lower() in notes[1].lower()
    assert judged(supply, "==5.6.0") == []
    assert server.asked.count(f"/simple/{CORE}/") == 1


def test_a_refused_wheel_is_told_and_nothing_new_is_called_missing(
    environment: dict[str, str], server: Server
) -> None:
    server.hold(orchestrator_core__5_5_0=OLD, orchestrator_core__5_6_0=b"no wheel")
    supply = Supply.of(environment)
    assert judged(supply, "==5.6.0") == []
    notes = open_workspace(project("==5.6.0"), supply=supply).names.notes
    assert notes[0] == STAND_IN
    assert "was refused" in notes[1]


@pytest.mark.parametrize("offline", [True, False], ids=["option", "variable"])
def test_nothing_is_asked_where_that_is_not_wanted(
    environment: dict[str, str], server: Server, *, offline: bool
) -> None:
    supply = Supply.of(environment | ({} if offline else {OFFLINE: "1"}), offline=offline)
    assert open_workspace(project("==5.6.0"), supply=supply).names.notes == (STAND_IN,)
    assert judged(supply, "==5.6.0") == []
    assert server.asked == []


def test_what_went_before_is_told_where_the_newest_known_release_stands_in(
    environment: dict[str, str],
) -> None:
    old = wheels.wheel(INIT | {"orchestrator/core/m.py": "gone = 1\ndef kept(): ...\n"}, release="5.4.0")
    kept = Path(environment["CONCERTMASTER_CACHE"]) / "names.index"
    facts = [reading.read_facts(reading.Fetched(CORE, *one)) for one in (("5.4.0", old), ("5.5.0", OLD))]
    store.SHIPPED.with_name("two.index").write_bytes(codec.encode(facts))
    use = "from orchestrator.core.m import gone, new, kept\nkept()\nkept(1, 2)\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "SHIPPED", store.SHIPPED.with_name("two.index"))
        found = judged(Supply.of(environment, offline=True), "==5.6.0", use)
    assert found == ["`orchestrator.core.m.gone` is gone since 5.5.0", "`kept` also wants `a` since 5.5.0"]
    assert not kept.exists()


@pytest.mark.parametrize(
    "damage", [b"damaged", b"concertmaster index 9\n", None], ids=["damaged", "newer", "missing"]
)
def test_without_the_shipped_index_the_kept_one_is_used_and_that_is_told(
    damage: bytes | None, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert open_workspace(project("==5.6.0"), supply=Supply.of(environment)).names.notes == ()
    broken = tmp_path / "broken.index"
    if damage is not None:
        broken.write_bytes(damage)
    monkeypatch.setattr(store, "SHIPPED", broken)
    names = open_workspace(project("==5.6.0"), supply=Supply.of(environment, offline=True)).names
    assert names.release == "5.6.0"
    assert "The index of public names in this installation" in names.notes[0]
    without = open_workspace(project("==5.6.0")).names
    assert without.index is None
    assert without.notes[0].startswith(
        "Names were not checked. The index of public names in this installation"
    )
    assert judged(Supply(), "==5.6.0") == []


def test_a_damaged_kept_index_is_told_and_made_anew(environment: dict[str, str]) -> None:
    kept = Path(environment["CONCERTMASTER_CACHE"]) / "names.index"
    kept.parent.mkdir()
    kept.write_bytes(b"damaged")
    names = open_workspace(project("==5.6.0"), supply=Supply.of(environment)).names
    assert names.release == "5.6.0"
    assert "cannot be read" in names.notes[0]
    assert open_workspace(project("==5.6.0"), supply=Supply.of(environment)).names.notes == ()


@pytest.mark.parametrize(("text", "expected"), [("5.6", "5.6.0"), ("5.6.0", "5.6.0"), ("5.6.0a2", "5.6.0a2")])
def test_a_target_that_came_later_is_known_where_the_package_index_has_it(
    text: str, expected: str, environment: dict[str, str]
) -> None:
    assert known(text, option="--target", supply=Supply.of(environment)) == expected
    assert known(text, option="--target", supply=Supply()) == expected


@pytest.mark.parametrize(
    "text", ["5.7.0", "5.6.1", "9.9.9", "5.6.0.post1", "1!5.6.0", "5.6.0+local", "5.6.0.1"]
)
def test_a_target_that_nobody_has_is_refused(text: str, environment: dict[str, str]) -> None:
    with pytest.raises(UserError, match="not a release"):
        known(text, option="--target", supply=Supply.of(environment))


def test_the_command_line_tells_what_was_checked_against(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    root = tmp_path / "project"
    root.mkdir()
    tree = project("==5.6.0")
    for path in tree.paths:
        (root / path).write_bytes(tree.read(path))
    assert command(["check", str(root), "--offline"]) == 0
    assert STAND_IN in capsys.readouterr().out
    assert command(["check", str(root), "--offline", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["names"], told["notes"]) == ("5.5.0", [STAND_IN])
    assert command(["check", str(root), "--offline", "--format", "github"]) == 0
    assert f"::notice ::{STAND_IN}" in capsys.readouterr().out
    assert command(["check", str(root), "--offline", "--format", "sarif"]) == 0
    (sarif,) = json.loads(capsys.readouterr().out)["runs"]
    assert sarif["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == STAND_IN
    assert command(["fix", str(root), "--offline", "--diff"]) == 0
    assert STAND_IN in capsys.readouterr().err
    assert command(["check", str(root)]) == 0
    assert STAND_IN not in capsys.readouterr().out


def test_an_upgrade_tells_what_was_checked_against(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    root = tmp_path / "project"
    root.mkdir()
    tree = project("==5.5.0")
    for path in tree.paths:
        (root / path).write_bytes(tree.read(path))
    assert command(["upgrade", str(root), "--target", "5.6.0", "--offline"]) == 0
    told = capsys.readouterr()
    assert STAND_IN in told.err
    assert "against the public API of `5.5.0`" in told.out
    assert command(["upgrade", str(root), "--target", "5.6.0"]) == 0
    assert "against the public API of `5.6.0`" in capsys.readouterr().out


def test_the_action_tells_what_was_checked_against(
    environment: dict[str, str], server: Server, job: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = "from orchestrator.types import SubscriptionLifecycle\n"
    made = job({"main.py": "x = 1\n", "pyproject.toml": PIN.format("5.6.0")}, {"new.py": gone})
    made.inputs["offline"] = "true"
    around = made.environment()
    assert run_action(around | environment, pause=0) == 1
    assert f"::notice ::{STAND_IN}" in capsys.readouterr().out
    plain = STAND_IN.replace("`", "")
    for text in (Path(around["GITHUB_STEP_SUMMARY"]).read_text(), *made.summaries()):
        assert plain in text.replace("`", "")
    assert server.asked == []
    made.inputs["offline"] = "false"
    around = made.environment()
    assert run_action(around | environment, pause=0) == 1
    assert STAND_IN not in capsys.readouterr().out
    assert server.asked.count(f"/simple/{CORE}/") == 1
    assert plain not in Path(around["GITHUB_STEP_SUMMARY"]).read_text().replace("`", "")
