"""Pages in a real browser: what they show, filter and print, that they load nothing, and that all can use them."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from concertmaster.cli import run
from concertmaster.findings import Edit, Finding, Safety, Severity, Unanalysed
from concertmaster.plan import Hop, Item, Phase, Place, Plan
from concertmaster.project.model.mapping import MappedBlock, MappedProduct, MappedWorkflow, ProjectMap
from concertmaster.report.html import Chapter, ShownComment, render_plan, render_project, render_review
from concertmaster.runner import Report
from concertmaster.versions import Window
from tests.browser import Opener, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

WINDOW = Window("4.8.2", "5.5.0")
HOSTILE = "</script><img src=http://127.0.0.1:9/x onerror=alert(1)><script>alert(2)</script>\u202e`"
SOURCE = b"import a\nold(1)\n\n\n\n\n\n\n\n\nolder(2)\n"
CHANGED = SOURCE.replace(b"old(1)", b"new(1)").replace(b"older(2)", b"newer(2)")
ITEM = Item("a", (), "5.0.0", Phase.BEFORE, "Do `it`", "With `care`.", (Place("a.py", 1, HOSTILE),))
PLAN = Plan("4.8.2", "5.5.0", (Hop("5.0.5", "first"), Hop("5.5.0", "the target")), (), (ITEM,))
WORKFLOW = MappedWorkflow("create_node", "CREATE", "Node", "a.py", False, True, ("Begin", HOSTILE))
MAP = ProjectMap(
    "",
    (MappedProduct(HOSTILE, "Node", "NODE", "active", "Node", ("Port",), True),),
    (MappedBlock("Port", ("name",), ()),),
    (WORKFLOW,),
)
CHAPTER = Chapter("", PLAN, (MAP,))


def finding(path: str, line: int, rule: str, safety: Safety, *edits: Edit, **other: object) -> Finding:
    severity = Severity.ERROR if safety is Safety.SAFE else Severity.WARNING
    known: dict[str, object] = {
        "message": f"`{rule}` is wrong",
        "since": "5.0.0",
        "title": f"Title of {rule}",
    }
    return Finding(rule, (), path, line, line, 1, severity, safety, edits=edits, **{**known, **other})  # type: ignore[arg-type]


def report() -> str:
    start = SOURCE.index(b"older")
    findings = (
        finding("a.py", 2, "old", Safety.SAFE, Edit(9, 12, b"new")),
        finding("a.py", 11, "older", Safety.SUGGESTED, Edit(start, start + 5, b"newer")),
        finding(
            HOSTILE, 1, "strange", Safety.MANUAL, message=HOSTILE, since="5.2.0", title=HOSTILE, url=HOSTILE
        ),
    )
    judged = Report(WINDOW, findings, (Unanalysed(HOSTILE, HOSTILE),), {"a.py": CHANGED})
    return render_project(judged, lambda path: SOURCE if path == "a.py" else HOSTILE.encode(), [CHAPTER])


def several() -> str:
    """Two projects on different releases, and a file that belongs to neither."""
    findings = (
        finding("a/a.py", 2, "old", Safety.SAFE, Edit(9, 12, b"new"), works_from="4.8.2"),
        finding("b/a.py", 2, "old", Safety.SAFE, Edit(9, 12, b"new"), works_from="4.8.2"),
        finding("loose.py", 2, "old", Safety.MANUAL, works_from="4.8.2"),
    )
    early = Window("3.2.3", "5.5.0")
    windows = {"a": WINDOW, "b": early, "": early}
    hops = Plan("3.2.3", "5.5.0", (Hop("4.8.2", "first"), Hop("5.5.0", "the target")), (), (ITEM,))
    chapters = [Chapter("a", PLAN, (MAP,)), Chapter("b", hops.below("b"))]
    judged = Report(WINDOW, findings, rewritten={"a/a.py": CHANGED, "b/a.py": CHANGED})
    return render_project(judged, lambda path: SOURCE, chapters, windows)


def review() -> str:
    body = f"Text `of` it\n\n![x](http://127.0.0.1:9/x) [y](javascript:alert(3)) {HOSTILE}\n\n"
    body += "```suggestion\nnew(1)\n```\n"
    lines = SOURCE.decode().splitlines()
    return render_review(
        title=HOSTILE,
        verdict=HOSTILE,
        summary=f"| a | b |\n|---|---|\n| 1 | {HOSTILE} |\n\n- [ ] do\n- [x] done",
        comments=[ShownComment("a.py", 2, 2, body, lines)],
    )


def large(number: int) -> str:
    """As many findings and changed lines in fifty files."""
    each = number // 50
    source = b"".join(b"old(1)\n\n\n\n\n\n\n\n\n\n#%05d\n" % index for index in range(each))
    changed = source.replace(b"old", b"new")
    findings = tuple(
        finding(
            f"package/module_{file}.py",
            11 * index + 1,
            "old",
            Safety.SAFE,
            Edit(23 * index, 23 * index + 3, b"new"),
        )
        for file in range(50)
        for index in range(each)
    )
    rewritten = {f"package/module_{file}.py": changed for file in range(50)}
    return render_project(Report(WINDOW, findings, rewritten=rewritten), lambda path: source, [])


def plan() -> str:
    return render_plan(PLAN)


def told(page: Page, text: str) -> None:
    """Wait until the filters say so."""
    page.locator("#told", has_text=text).wait_for()


PAGES = {"report": report, "several": several, "review": review, "plan": plan}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_it(opened: Opener, name: str, scheme: str) -> None:
    page = opened(PAGES[name](), color_scheme=scheme)
    for details in page.query_selector_all("details:not([open]) > summary"):
        details.click()
    assert violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_screen_needs_no_scrolling_sideways(opened: Opener, name: str) -> None:
    page = opened(PAGES[name](), viewport={"width": 375, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 375


@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_shows_as_text(opened: Opener, name: str) -> None:
    page = opened(PAGES[name]())
    page.wait_for_timeout(100)
    shown = page.text_content("main") or ""
    assert "<img src=http://127.0.0.1:9/x onerror=alert(1)>" in shown
    assert page.locator("img, iframe, [onerror], [href^=javascript], main script").count() == 0
    assert "\u202e" not in shown


def test_a_report_of_nothing_says_so(opened: Opener) -> None:
    page = opened(render_project(Report(WINDOW), lambda path: b"", []))
    assert "Nothing to change" in (page.text_content(".verdict") or "")
    assert page.locator("#filters").count() == 0


def test_several_projects_are_each_told_by_their_own_release(opened: Opener) -> None:
    page = opened(several())
    assert page.text_content("h1") == "orchestrator-core to 5.5.0"
    assert page.text_content(".verdict") == "3 findings in 3 parts of the repository."
    rows = [row.split(maxsplit=1) for row in page.locator(".parts tbody tr").all_inner_texts()]
    assert [name for name, _ in rows] == ["a", "b", "outside"]
    assert "1 error for orchestrator-core 4.8.2 to 5.5.0." in rows[0][1]
    assert "under 4.8.2" in rows[0][1]
    assert "1 error for orchestrator-core 3.2.3 to 5.5.0." in rows[1][1]
    assert "today" not in rows[1][1]
    shown = page.locator("#plan h3").all_inner_texts()
    assert [text for text in shown if " to " in text] == ["a: 4.8.2 to 5.5.0", "b: 3.2.3 to 5.5.0"]
    page.fill("#search", "b/a.py")
    told(page, "1 of 3 findings, 1 changed file")


def test_a_project_without_models_and_workflows_has_no_map(opened: Opener) -> None:
    page = opened(render_project(Report(WINDOW), lambda path: b"", [Chapter("", PLAN)]))
    assert page.locator("#plan").count() == 1
    assert page.locator("#map, [href='#map']").count() == 0


def test_filters_choose_findings_and_changes(opened: Opener) -> None:
    page = opened(report())
    told(page, "3 of 3 findings, 1 changed file")
    assert page.locator("#change-list .hunk").count() == 2
    page.uncheck("input[value=suggested]")
    told(page, "2 of 3 findings, 1 changed file")
    assert page.locator("#change-list .hunk").count() == 1
    page.select_option("#rule", label="strange")
    told(page, "1 of 3 findings, 0 changed files")
    page.get_by_role("button", name="Show all").click()
    told(page, "3 of 3 findings, 1 changed file")
    page.fill("#search", "A.PY")
    told(page, "2 of 3 findings, 1 changed file")


def test_a_change_stands_beside_what_was_there(opened: Opener) -> None:
    page = opened(report())
    row = page.locator("#change-list .hunk").first.locator("tr", has_text="old(1)")
    assert row.locator("td").all_text_contents() == ["2", "old(1)", "2", "new(1)"]
    boxes = [cell.bounding_box() for cell in row.locator("td.text").all()]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["y"] == boxes[1]["y"]
    assert page.locator("#change-list .hunk").first.locator("ins").text_content() == "new"


def test_the_keyboard_reaches_everything(opened: Opener) -> None:
    page = opened(report())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("older")
    told(page, "1 of 3 findings, 1 changed file")
    summary = page.locator("#finding-list summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#finding-list details[open]").count() == 0
    page.keyboard.press("Enter")
    assert page.locator("#finding-list .finding").first.is_visible()


def test_ticks_are_counted_and_outlast_the_page(opened: Opener) -> None:
    page = opened(render_plan(PLAN))
    page.get_by_role("checkbox").check()
    assert page.locator("[data-made]").text_content() == "1 of 1 done"
    page.reload()
    assert page.get_by_role("checkbox").is_checked()


def test_the_theme_follows_the_system_until_it_is_chosen(opened: Opener) -> None:
    page = opened(report(), color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(13, 17, 23)"
    page.get_by_role("button", name="Use light colours").click()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.reload()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_paper_gets_everything_and_no_filters(opened: Opener) -> None:
    page = opened(large(500), color_scheme="dark")
    assert page.locator(".finding").count() < 500
    assert page.pdf()[:5] == b"%PDF-"
    assert page.locator(".finding").count() == 500
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_ten_thousand_findings_are_drawn_as_they_are_asked_for(opened: Opener) -> None:
    page = opened(large(10_000))
    told(page, "10,000 of 10,000 findings, 50 changed files")
    assert page.evaluate("document.querySelectorAll('*').length") < 10_000
    page.fill("#search", "module_7.py")
    told(page, "200 of 10,000 findings, 1 changed file")
    page.locator("#finding-list summary").first.click()
    page.locator("#finding-list .finding").nth(199).wait_for()
    assert page.locator("#finding-list .finding").count() == 200


def test_without_scripts_it_says_where_else_to_look(opened: Opener) -> None:
    shown = opened(report(), java_script_enabled=False).locator("main").inner_text()
    assert "without scripts use concertmaster check" in shown
    assert "Do `it`" in shown


def test_a_book_is_not_printed(opened: Opener) -> None:
    page = opened(large(1_050))
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#paper").is_visible()
    assert page.locator(".finding").count() < 1_000


def test_a_change_of_a_whole_file_is_drawn_by_parts(opened: Opener) -> None:
    old, new = b"a\n" * 3_000, b"b\n" * 3_000
    found = finding("a.py", 1, "old", Safety.SAFE, Edit(0, len(old), new))
    page = opened(render_project(Report(WINDOW, (found,), rewritten={"a.py": new}), lambda path: old, []))
    page.locator("#change-list summary").click()
    page.locator("#change-list tbody tr").nth(399).wait_for()
    assert page.locator("#change-list tbody tr").count() == 400
    page.get_by_role("button", name="Show 2,600 more lines").click()
    page.locator("#change-list tbody tr").nth(2_999).wait_for()
    assert page.locator("#change-list tbody tr").count() == 3_000


PIN = '[project]\nname = "network"\nversion = "1"\ndependencies = ["orchestrator-core==4.8.2"]\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "network"
    root.mkdir()
    (root / "pyproject.toml").write_text(PIN)
    (root / "main.py").write_text("from orchestrator.domain import SubscriptionModel\n")
    return root


def test_the_command_writes_a_page_beside_what_it_tells(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], opened: Opener
) -> None:
    page = tmp_path / "report.html"
    assert run(["check", str(project), "--offline", "--jobs", "1", "--report", str(page)]) == 1
    assert "old-namespace" in capsys.readouterr().out
    row = opened(page.read_text()).locator("#change-list tr", has_text="orchestrator.core.domain")
    assert row.locator("ins").text_content() == "core."
    assert (project / "main.py").read_text() == "from orchestrator.domain import SubscriptionModel\n"


def test_a_page_on_two_projects_plans_for_them_and_not_for_what_is_left_over(
    tmp_path: Path, opened: Opener
) -> None:
    for name, release in (("a", "4.8.2"), ("b", "3.2.3")):
        (tmp_path / "both" / name).mkdir(parents=True)
        (tmp_path / "both" / name / "pyproject.toml").write_text(PIN.replace("4.8.2", release))
        (tmp_path / "both" / name / "main.py").write_text(
            "from orchestrator.domain import SubscriptionModel\n"
        )
    (tmp_path / "both" / "loose.py").write_text("from orchestrator.types import SubscriptionLifecycle\n")
    page = tmp_path / "report.html"
    run(["check", str(tmp_path / "both"), "--offline", "--jobs", "1", "--report", str(page)])
    shown = opened(page.read_text())
    assert shown.locator(".parts tbody tr").count() == 3
    headings = shown.locator("#plan h3").all_inner_texts()
    assert [text for text in headings if " to " in text] == ["a: 4.8.2 to 5.5.0", "b: 3.2.3 to 5.5.0"]


def test_the_command_prints_a_page(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(project), "--offline", "--jobs", "1", "--format", "html"]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("<!doctype html>")
    assert "default-src 'none'" in unescape(printed)


def test_a_page_that_cannot_be_written_says_why(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = str(tmp_path / "nowhere" / "report.html")
    assert run(["check", str(project), "--offline", "--jobs", "1", "--report", page]) == 2
    assert "could not be written" in capsys.readouterr().err
