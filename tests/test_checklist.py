"""The checklist of a move to another release: the same in a plan, a review and an upgrade, told once."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from concertmaster.github.diff import ChangedFile, FileDiff, rebuild_diff
from concertmaster.github.moving import Move, moved
from concertmaster.plan import Item, Place, Plan, make_plan
from concertmaster.plan.operations import OPERATIONS
from concertmaster.project.files import MemoryTree
from concertmaster.project.masking import masked
from concertmaster.report.checklist import ticked
from concertmaster.report.markdown import Links
from concertmaster.report.plan import as_html, as_markdown
from concertmaster.report.summary import MAX_COMMENT, Operations, Summary, render
from concertmaster.report.upgrade import Surroundings
from concertmaster.report.upgrade import render as render_upgrade
from concertmaster.reviewing import judge_pull_request
from concertmaster.upgrading import plan_upgrade
from concertmaster.versions import Window
from concertmaster.workspace import open_workspace
from tests.jobs import OLD, PIN, Open
from tests.test_report_markdown import Rendered

FILES = {
    "pyproject.toml": PIN.format("4.8.2"),
    "main.py": OLD,
    "compose.yml": "services:\n  db:\n    image: postgres:15\n",
    "jobs.py": "from orchestrator.schedules.scheduler import scheduler\n",
}
WINDOW = Window("4.8.2", "5.5.0")
LINKS = Links("https://github.com", "octo-org/network", "a" * 40)
_ITEM = re.compile(
    r"^- \[.\] \*\*(?P<title>[^*]+)\*\*[^\n]*?(?: <!--[^\n]*-->)?\n  (?P<seen>Seen in [^\n]*)", re.MULTILINE
)


def tree(**changes: str) -> MemoryTree:
    return MemoryTree({path: text.encode() for path, text in (FILES | changes).items()})


def items(text: str) -> list[tuple[str, str]]:
    return [
        (match["title"], re.sub(r"\[(`[^`]*`)\]\([^)]*\)", r"\1", match["seen"]))
        for match in _ITEM.finditer(text)
    ]


def whole_plan(size: int) -> Plan:
    """A plan with many items, whose texts are all as long as texts of ours are."""
    first, *_ = make_plan(tree(), WINDOW).items
    many = tuple(replace(first, id=f"item-{number}", title=f"Item {number}") for number in range(size))
    return replace(make_plan(tree(), WINDOW), items=many)


# -- nothing to do ---------------------------------------------------------------------------------------


def test_where_no_release_is_moved_there_is_no_checklist(job: Open) -> None:
    made = job({"pyproject.toml": PIN.format("4.8.2")}, {"new.py": OLD}, release="4.8.2")
    made.run()
    assert not any("Around the upgrade" in text for text in made.summaries())


@pytest.mark.parametrize(("before", "after"), [("5.5.0", "4.8.2"), ("5.2.0", "5.2.0")])
def test_going_back_or_nowhere_asks_for_nothing(before: str, after: str) -> None:
    assert (
        Move("pyproject.toml", 3, before, after, make_plan(tree(), Window(before, after))).operations()
        is None
    )


# -- one checklist ---------------------------------------------------------------------------------------


def test_plan_review_and_upgrade_have_the_same_items() -> None:
    plan = make_plan(tree(), WINDOW)
    wanted = items(as_markdown(plan))
    assert [title for title, _ in wanted] == [item.title for item in plan.items]
    assert len(wanted) > 4
    assert items(render(Summary(WINDOW, operations=Operations(plan)), LINKS)) == wanted
    upgrade = plan_upgrade(open_workspace(tree(), target="5.5.0"))
    assert items(render_upgrade(upgrade, Surroundings(base=LINKS))) == wanted


def test_every_item_says_what_shows_it() -> None:
    for installed in ("1.3.0", "2.10.0", "4.4.0", "5.0.1"):
        plan = make_plan(tree(**{"pyproject.toml": PIN.format(installed)}), Window(installed, "5.5.0"))
        assert all(item.evidence for item in plan.items), installed
    assert {operation.id for operation in OPERATIONS}


def test_what_every_project_needs_is_shown_by_its_requirement() -> None:
    plan = make_plan(tree(), Window("4.7.1", "5.5.0"))
    (item,) = (item for item in plan.items if item.id == "long-texts")
    assert [(place.path, "orchestrator-core" in place.text) for place in item.evidence] == [
        ("pyproject.toml", True)
    ]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("OPENAI_API_KEY=sk-local  # ours", "OPENAI_API_KEY=…  # ours"),
        ('os.environ["OPENAI_API_KEY"] = "a b"', 'os.environ["OPENAI_API_KEY"] = …'),
        ('monkeypatch.setenv("OPENAI_API_KEY", "x")', 'monkeypatch.setenv("OPENAI_API_KEY", …)'),
        ("uri: postgresql://nwa:s.3:cr-et@db/core", "uri: postgresql://nwa:…@db/core"),
        ("OPENAI_API_KEY: ${OPENAI_API_KEY}", "OPENAI_API_KEY: ${OPENAI_API_KEY}"),
        ("key = os.environ['OPENAI_API_KEY']", "key = os.environ['OPENAI_API_KEY']"),
        ("image: registry:5000/postgres:15", "image: registry:5000/postgres:15"),
        ("uri: postgresql://db:5432/core", "uri: postgresql://db:5432/core"),
    ],
)
def test_no_secret_is_quoted(line: str, shown: str) -> None:
    assert masked(line) == shown


# -- in a review -----------------------------------------------------------------------------------------


def test_the_checklist_is_anchored_on_the_raised_line_and_told_once(job: Open) -> None:
    made = job(FILES, {"pyproject.toml": PIN.format("5.5.0")}, release="4.8.2")
    made.run()
    assert [path for path, _, _ in made.places()] == ["pyproject.toml"]
    (summary,) = made.summaries()
    assert f"/blob/{made.pull.head.sha}/pyproject.toml#L" in summary
    assert {"Bring pgvector to the database", "Save the scheduler's jobs"} <= {
        title for title, _ in items(summary)
    }
    made.remote.push("feature", {"notes.txt": "more\n"})
    made.run()
    assert [path for path, _, _ in made.places()] == ["pyproject.toml"]
    (again,) = made.summaries()
    assert items(again) == items(summary)


def test_a_move_that_breaks_nothing_still_tells_what_to_do(job: Open) -> None:
    made = job(
        {"pyproject.toml": PIN.format("5.0.4")}, {"pyproject.toml": PIN.format("5.5.0")}, release="5.0.4"
    )
    code, told = made.run()
    assert (code, told["verdict"]) == (0, "nothing to mend")
    assert [path for path, _, _ in made.places()] == ["pyproject.toml"]
    (summary,) = made.summaries()
    assert "Drain processes" in summary


def test_ticks_survive_what_a_later_push_changes(job: Open) -> None:
    made = job(FILES, {"pyproject.toml": PIN.format("5.5.0")}, release="4.8.2")
    made.run()
    (comment,) = made.pull.issue.comments
    comment.body = comment.body.replace("- [ ]", "- [x]", 1)
    assert made.run()[1]["result"] == "nothing-new"
    made.remote.push("feature", {"other.py": OLD})
    made.run()
    (summary,) = made.summaries()
    assert summary.count("- [x]") == 1
    assert len(ticked(summary)) == 1
    assert "other.py" in summary or made.places()


def test_the_line_of_a_manifest_is_spoken_of_rather_than_that_of_a_lock() -> None:
    lock = '[[package]]\nname = "orchestrator-core"\nversion = "{}"\nsource = {{ registry = "https://x" }}\n'
    before = tree(**{"uv.lock": lock.format("4.8.2")})
    after = tree(**{"uv.lock": lock.format("5.5.0"), "pyproject.toml": PIN.format("5.5.0")})
    judged = judge_pull_request(after, before, ["pyproject.toml", "uv.lock"])
    assert judged.workspace.believed is not None
    assert judged.workspace.believed.requirement.path == "uv.lock"

    def diff(path: str) -> FileDiff:
        return rebuild_diff(
            ChangedFile(filename=path, status="modified"), before.read(path), after.read(path)
        )

    both = moved(judged, after, {path: diff(path) for path in ("pyproject.toml", "uv.lock")})
    alone = moved(judged, after, {"uv.lock": diff("uv.lock")}, folder="")
    assert both is not None
    assert alone is not None
    assert (both.path, alone.path) == ("pyproject.toml", "uv.lock")


def test_paths_are_those_of_the_repository() -> None:
    plan = make_plan(tree(), WINDOW).below("network")
    assert {place.path.partition("/")[0] for item in plan.items for place in item.evidence} == {"network"}


# -- room ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 30, 3_000])
def test_a_summary_with_a_checklist_keeps_to_the_limit_and_counts_what_it_leaves_out(size: int) -> None:
    text = render(Summary(WINDOW, operations=Operations(whole_plan(size))), LINKS)
    assert len(text) <= MAX_COMMENT
    assert text.count("<details>") == text.count("</details>") == 1
    shown = len(items(text))
    assert shown == size if size < 31 else f"{size - shown:,} of {size:,} operations" in text


def test_hostile_lines_stay_text() -> None:
    place = Place("a`b.py", 1, "@octocat <img src=x> `` </details> - [x] y <!-- concertmaster:item,z -->")
    item: Item = replace(make_plan(tree(), WINDOW).items[0], evidence=(place,))
    plan = replace(make_plan(tree(), WINDOW), items=(item,))
    text = render(Summary(WINDOW, operations=Operations(plan)), LINKS)
    assert "img" not in Rendered(text).tags
    assert ticked(text) == frozenset()
    assert "<img" not in as_html(plan)
