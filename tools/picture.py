"""Makes docs/pictures: terminal, review, report and site, each in a light and a dark theme.

make demo site && python -m tools.picture
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from concertmaster.cli.opening import Opened
from concertmaster.cli.paging import page_of
from concertmaster.github.preview import shown
from concertmaster.local_review import plan_locally
from concertmaster.project.files import WorkingTree
from concertmaster.report.html import render_review
from concertmaster.report.screen import Screen
from concertmaster.runner import Report, run
from concertmaster.workspace import open_workspace
from tools.demo import BRANCH, PLACE, git

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SHOWN = "workflows/ip_prefix/modify_ip_prefix.py"
PICTURES = Path("docs/pictures")
SITE = Path(".cache/site/html")
#: A page of the site, as it is called there and as its picture is called.
SHOWN_OF_SITE = {"site": "rules/secret-settings.html"}
LIGHT = "ffffff 1f2328 1f2328 b3141d 0f6d31 7d4e00 0550ae 6639ba 0e6774 59636e"
DARK = "0d1117 f0f6fc 9198a1 ff938a 56d364 e3b341 79c0ff d2a8ff 56d4dd f0f6fc"
#: Ground, ink, and the eight colours of a terminal.
THEMES = {"light": LIGHT, "dark": DARK}
FINDINGS = 4


@dataclass(frozen=True, slots=True)
class View:
    """A page, the part of it that is shown, and the size of the window."""

    name: str
    html: str
    at: str = ""
    width: int = 1080
    height: int = 760


def main() -> int:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    repository = PLACE / "network"
    if browser is None or not repository.exists() or not SITE.exists():
        sys.stdout.write("SKIPPED: this needs Chromium, the project of `make demo`, and `make site`.\n")
        return 0
    git(repository, "checkout", "--quiet", BRANCH)
    try:
        tree, opened, report = checked(repository)
        views = list(pages(repository, tree, opened, report))
        for theme, colours in THEMES.items():
            (PICTURES / f"terminal-{theme}.svg").write_text(
                terminal(tree, report, theme_of(colours)), encoding="utf-8"
            )
    finally:
        git(repository, "checkout", "--quiet", "main")
    photograph(browser, views)
    for path in sorted(PICTURES.iterdir()):
        sys.stdout.write(f"{path} {path.stat().st_size:,} bytes\n")
    return 0


def checked(repository: Path) -> tuple[WorkingTree, Opened, Report]:
    """The branch as `check` sees it from the release before."""
    tree = WorkingTree.open(repository)
    workspace = open_workspace(
        tree, installed_release="4.8.2", target=None, select=[], ignore=[], name="network"
    )
    return tree, Opened("", workspace, tree), run(workspace, tree, unsafe=True)


def pages(repository: Path, tree: WorkingTree, opened: Opened, report: Report) -> Iterator[View]:
    plan, read, _ = plan_locally(repository, "main", installed_release=None, target=None)
    comments = [comment for comment in shown(plan, read) if comment.path == SHOWN]
    title = "Review of a pull request"
    yield View("review", render_review(title=title, verdict=plan.verdict, summary="", comments=comments))
    page = page_of([(opened, report)], tree)
    yield View("report", page)
    yield View("changes", page, at="#changes")
    yield View("plan", page, at="#plan")


def terminal(tree: WorkingTree, report: Report, colours: TerminalTheme) -> str:
    """One finding of each of some rules, as a terminal of 100 columns shows them, in the fonts of who looks."""
    console = Console(record=True, file=io.StringIO(), width=100, force_terminal=True, highlight=False)
    first = {
        finding.rule: finding
        for finding in reversed(report.findings)
        if finding.edits and finding.path.startswith("workflows/")
    }
    chosen = sorted(list(first.values())[:FINDINGS], key=lambda finding: finding.place)
    Screen(console).report(report.window, chosen, (), tree.read, ())
    drawn = console.export_svg(title="concertmaster check", theme=colours, unique_id="terminal")
    return re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)


def theme_of(colours: str) -> TerminalTheme:
    ground, ink, *others = (
        (int(one[:2], 16), int(one[2:4], 16), int(one[4:], 16)) for one in colours.split()
    )
    return TerminalTheme(ground, ink, others)


def photograph(executable: str, views: list[View]) -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        file = Path(folder) / "page.html"
        for theme in THEMES:
            for view in views:
                file.write_text(view.html, encoding="utf-8")
                _picture(browser, view, theme, file.as_uri())
            with served(SITE) as address:
                for name, path in SHOWN_OF_SITE.items():
                    view = View(name, "", width=1280, height=860)
                    _picture(browser, view, theme, f"{address}/{path}")
        browser.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder as a site: from files it would show no search."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def _picture(browser: Browser, view: View, theme: str, address: str) -> None:
    size = {"width": view.width, "height": view.height}
    with browser.new_context(viewport=size, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(address, wait_until="networkidle")
        if view.at:
            page.eval_on_selector(view.at, "(part) => part.scrollIntoView()")
        page.screenshot(path=PICTURES / f"{view.name}-{theme}.png")


if __name__ == "__main__":
    sys.exit(main())
