"""What `concertmaster index` prints."""

from __future__ import annotations

import io
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertmaster.cli.application import run_application
from concertmaster.index import codec, commands, store
from concertmaster.index.names import PACKAGES
from concertmaster.index.places import cache_folder
from concertmaster.index.store import Index
from concertmaster.messages.index import IndexProblem
from tests import package_index, wheels
from tests.package_index import Server

BEFORE = {
    "orchestrator/__init__.py": "from orchestrator.workflow import workflow",
    "orchestrator/old.py": "class Gone:\n    x = 1\n    def f(self): ...\ndef helper(a): ...\nimport os",
    "orchestrator/settings.py": """
        from pydantic_settings import BaseSettings
        import structlog
        logger = structlog.get_logger()
        class AppSettings(BaseSettings):
            KEPT: str = ""
            LOST: int
    """,
    "orchestrator/workflow.py": """
        from typing import Any
        from elsewhere import Table
        def workflow(description, target=None): ...
        def errorlogger(error): ...
        class Row(Table):
            column = 1
        class Step:
            def rename(self, name, note=None): ...
            def drop(self): ...
        def _private(): ...
        if here:
            def perhaps(): ...
    """,
}
AFTER = {
    "orchestrator/core/__init__.py": "from orchestrator.core.workflow import workflow",
    "orchestrator/core/new.py": "def helper(a): ...",
    "orchestrator/core/settings.py": """
        from pydantic_settings import BaseSettings
        class AppSettings(BaseSettings):
            KEPT: str = ""
    """,
    "orchestrator/core/workflow.py": """
        from elsewhere import Table
        def workflow(*, target=None): ...
        class Row(Table): ...
        class Step:
            def rename(self, process_id, name, note=None): ...
        if here:
            def perhaps(): ...
    """,
}
SETTINGS = "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    {}: int = 1"


def companion(release: str, field: str) -> codec.ReleaseFacts:
    files = {"oauth2_lib/__init__.py": "", "oauth2_lib/settings.py": SETTINGS.format(field)}
    return wheels.facts(files, distribution="oauth2-lib", release=release)


@pytest.fixture
def index() -> Index:
    return wheels.index(
        wheels.facts(BEFORE, release="4.8.2", requires=("oauth2-lib<2",)),
        wheels.facts(AFTER, release="5.0.0", requires=("oauth2-lib<3",)),
        companion("1.0.0", "OAUTH2_ONE"),
        companion("2.0.0", "OAUTH2_TWO"),
    )


DIFF = """\
orchestrator-core 4.8.2 -> 5.0.0
  with oauth2-lib 1.0.0 -> 2.0.0

Names that are gone (7)
  orchestrator.old
    module
    class Gone
    function helper
      -> orchestrator.core.new.helper
  orchestrator.settings
    attribute AppSettings.LOST
  orchestrator.workflow
    function Step.drop
    function errorlogger
  oauth2_lib.settings
    attribute S.OAUTH2_ONE

Calls that break (2)
  orchestrator.workflow.Step.rename
    before (name, note=)
    after  (process_id, name, note=)
    ! process_id is new and required; name is at another position; note is at
      another position
  orchestrator.workflow.workflow
    before (description, target=)
    after  (target=)
    ! description is gone; target is keyword-only

Settings that are no longer read (2)
  LOST
  OAUTH2_ONE

Perhaps gone, if no base class has them (1)
  orchestrator.workflow.Row.column

3 more names are gone that modules only imported for their own use.
"""


def test_the_difference_of_a_release_to_itself_is_nothing(index: Index) -> None:
    text = commands.diff_text(index.difference("5.0.0", "5.0.0"))
    assert text == "orchestrator-core 5.0.0 -> 5.0.0\nNothing is taken away."


def test_the_difference_is_readable(index: Index) -> None:
    text = commands.diff_text(index.difference("4.8.2", "5.0.0"))
    assert text.splitlines() == DIFF.splitlines()
    assert max(map(len, text.splitlines())) <= 80


def test_long_names_go_on_in_the_next_line_and_nothing_is_lost(index: Index) -> None:
    text = commands.diff_text(index.difference("4.8.2", "5.0.0"))
    for width in (24, 40, 80):
        shown = commands.fitted(text, width)
        assert max(map(len, shown.splitlines())) <= width
        assert "".join(shown.split()) == "".join(text.split())
    assert commands.fitted(text, 80) == text


def test_what_has_no_place_to_break_is_left_whole() -> None:
    name = "orchestrator.core.services.executors.threadpool.thread_validate_workflow"
    assert commands.fitted(f"      -> {name}", 60).splitlines() == [
        "      -> orchestrator.core.services.executors.threadpool.",
        "          thread_validate_workflow",
    ]
    assert commands.fitted(f"  {'x' * 90}", 80) == f"  {'x' * 90}"


@given(st.text(alphabet=" ab.\n", max_size=200), st.integers(1, 60))
def test_any_text_ends_with_the_terminal_or_cannot(text: str, width: int) -> None:
    shown = commands.fitted(text, width)
    assert "".join(shown.split()) == "".join(text.split())


def test_the_difference_can_have_everything(index: Index) -> None:
    text = commands.diff_text(index.difference("4.8.2", "5.0.0"), accidental=True)
    assert "re-export Any" in text
    assert "attribute logger" in text
    assert "more names" not in text


def test_the_difference_is_data(index: Index) -> None:
    found = json.loads(commands.diff_json(index.difference("4.8.2", "5.0.0")))
    assert found["settings"] == ["LOST", "OAUTH2_ONE"]
    assert found["companions"] == [["oauth2-lib", "1.0.0", "2.0.0"]]
    assert {each["name"]: each["destinations"] for each in found["removed"]}["orchestrator.old.helper"] == [
        "orchestrator.core.new.helper"
    ]
    assert found["changed"][1]["breaks"] == ["description is gone", "target is keyword-only"]


def test_releases_that_are_not_indexed_are_told(index: Index) -> None:
    with pytest.raises(IndexProblem, match=r"orchestrator-core 9\.0 is not in the index"):
        index.difference("5.0.0", "9.0")


SHOW = """\
orchestrator.core.workflow
  written orchestrator.workflow before 5.0
  is also a module, from 4.8.2 to 5.0.0
  4.8.2    is there, perhaps since earlier
           (description, target=)
           -> orchestrator.core.workflow.workflow
  5.0.0    changed
           (target=)
           ! description is gone; target is keyword-only
  (looked at: orchestrator-core 4.8.2 to 5.0.0)
"""


def test_a_life_is_readable(index: Index) -> None:
    assert commands.show_text(index, "orchestrator.core.workflow").splitlines() == SHOW.splitlines()
    assert "5.0.0    removed\n           -> orchestrator.core.new.helper" in commands.show_text(
        index, "orchestrator.core.old.helper"
    )
    assert (
        commands.show_text(index, "oauth2_lib.settings.S").splitlines()[1]
        == "  1.0.0    is there, perhaps since earlier"
    )
    assert "cannot be told" in commands.show_text(index, "orchestrator.core.workflow.perhaps")


def test_a_life_is_data(index: Index) -> None:
    found = json.loads(commands.show_json(index, "orchestrator.core.old.helper"))
    assert found["releases"] == ["4.8.2"]
    assert [(each["release"], each["what"]) for each in found["life"]] == [
        ("4.8.2", "present"),
        ("5.0.0", "removed"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orchestrator.core.workflow.errorlogger", ("orchestrator.core.workflow.errorlogger",)),
        ("orchestrator.workflow.errorlogger", ("orchestrator.core.workflow.errorlogger",)),
        ("errorlogger", ("orchestrator.core.workflow.errorlogger",)),
        ("Step.rename", ("orchestrator.core.workflow.Step.rename",)),
        ("LOST", ("orchestrator.core.settings.AppSettings.LOST",)),
        ("workflow", ("orchestrator.core.workflow.workflow",)),
        ("Table", ("orchestrator.core.workflow.Table",)),
    ],
)
def test_names_can_be_given_in_part(index: Index, text: str, expected: tuple[str, ...]) -> None:
    assert commands.full_names(index, text) == expected


def test_unknown_names_come_with_similar_ones(index: Index) -> None:
    with pytest.raises(IndexProblem, match=r"Similar names are orchestrator\.core\.workflow\.errorlogger"):
        commands.full_names(index, "erorlogger")
    with pytest.raises(IndexProblem, match="No name is similar"):
        commands.full_names(index, "qqqqqqqq")


# -- the command line --------------------------------------------------------------------------


@pytest.fixture
def folder(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shipped = tmp_path / "shipped.index"
    shipped.write_bytes(codec.encode(codec.facts_of(index.table)))
    monkeypatch.setattr(store, "SHIPPED", shipped)
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return tmp_path


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with package_index.serving() as running:
        monkeypatch.setenv("UV_DEFAULT_INDEX", running.base)
        running.hold(
            orchestrator_core__5_0_0=wheels.wheel(AFTER),
            orchestrator_core__5_1_0=wheels.wheel(AFTER, release="5.1.0"),
        )
        yield running


def run(*arguments: str) -> tuple[int, str]:
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = run_application(["index", *arguments])
    return code, said.getvalue()


def test_show_prints_the_life(folder: Path) -> None:
    assert run("show", "orchestrator.workflow") == (0, SHOW)
    code, text = run("show", "errorlogger", "--json")
    assert (code, json.loads(text)["name"]) == (0, "orchestrator.core.workflow.errorlogger")


def test_show_lists_when_there_are_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MANY", 0)
    assert run("show", "errorlogger") == (
        0,
        "1 names end in errorlogger:\n  orchestrator.core.workflow.errorlogger\n",
    )


def test_diff_prints_the_difference(folder: Path) -> None:
    assert run("diff", "4.8.2", "5.0.0") == (0, DIFF)
    assert json.loads(run("diff", "4.8.2", "5.0.0", "--json")[1])["after"] == "5.0.0"


def test_update_tells_what_came(server: Server) -> None:
    assert run("update") == (0, "added orchestrator-core 5.1.0\nThe index goes up to 5.1.0.\n")
    assert run("update") == (0, "The index goes up to 5.1.0.\n")
    assert run("diff", "5.0.0", "5.1.0")[0] == 0


def test_update_tells_what_failed(server: Server) -> None:
    server.answers.clear()
    code, text = run("update")
    assert code == 3
    assert "gave no usable answer" in text
    assert "The index goes up to 5.0.0." in text


def test_build_writes_a_whole_index(server: Server, folder: Path) -> None:
    code, text = run("build", "--output", str(folder / "new.index"))
    assert code == 0
    assert "2 releases" in text
    assert Index.load(folder / "new.index").releases() == ("5.0.0", "5.1.0")


def test_build_leaves_an_index_that_is_current(server: Server, folder: Path) -> None:
    path = folder / "new.index"
    run("build", "--output", str(path))
    head, _, packed = path.read_bytes().partition(b"\n")
    path.write_bytes(head + b"\n" + zlib.compress(zlib.decompress(packed), 1))
    before = path.read_bytes()
    code, text = run("build", "--output", str(path))
    assert (code, path.read_bytes()) == (0, before)
    assert "was current" in text
    server.hold(orchestrator_core__5_0_0=wheels.wheel({"orchestrator/core/__init__.py": ""}, release="5.0.0"))
    _, text = run("build", "--output", str(path))
    assert path.read_bytes() != before
    assert "written" in text
    assert Index.load(path).releases() == ("5.0.0",)


def test_build_writes_nothing_that_is_not_whole(server: Server, folder: Path) -> None:
    server.answers["/files/orchestrator_core-5.1.0-py3-none-any.whl"] = b"other"
    code, text = run("build")
    assert code == 3
    assert "Nothing was written" in text
    assert not (folder / "cache" / "names.index").exists()


def test_the_cache_is_where_it_is_set_or_usual(tmp_path: Path) -> None:
    assert cache_folder({"CONCERTMASTER_CACHE": "/c"}, home=tmp_path) == Path("/c")
    assert cache_folder({"XDG_CACHE_HOME": "/x"}, home=tmp_path) == Path("/x/concertmaster")
    assert cache_folder({}, home=tmp_path) == tmp_path / ".cache" / "concertmaster"


def test_every_package_is_looked_for(server: Server) -> None:
    run("update")
    assert {path.split("/")[2] for path in server.asked if path.startswith("/simple/")} == set(PACKAGES)
