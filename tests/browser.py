"""A headless Chromium of the system, steered by Playwright, with axe-core and Mermaid from the npm registry."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.github_server.packages import DescriptionUnavailableError, provide

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = ("axe-core@4.14.1", "axe.min.js")
MERMAID = ("mermaid@11.17.2", "dist/mermaid.min.js")
NAMES = ("chromium", "chromium-browser", "google-chrome")
Opener = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a module."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(NAMES)} is installed; Debian's package is `chromium`")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Opens a page of its own; in the end it must have asked for nothing, run nothing foreign, and logged nothing."""
    told: list[str] = []
    with ExitStack() as stack:

        def open_page(html: str, **options: Any) -> Page:
            path = tmp_path / "page.html"
            path.write_text(html, encoding="utf-8")
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
            stack.callback(context.close)
            page = context.new_page()
            page.on("request", lambda asked: told.append(asked.url) if asked.url != path.as_uri() else None)
            page.on("console", lambda message: told.append(message.text))
            page.on("pageerror", lambda error: told.append(str(error)))
            page.on("dialog", lambda dialog: told.append(dialog.message))
            page.goto(path.as_uri())
            return page

        yield open_page
    assert told == []


def violations(page: Page) -> list[str]:
    """What axe-core finds that is serious or worse, with the elements."""
    found = package(AXE).read_text(encoding="utf-8")
    page.evaluate(f"() => {{ {found} }}")
    result = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in result["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def package(named: tuple[str, str]) -> Path:
    """A file of an npm package, kept in the cache folder."""
    try:
        return provide(*named)
    except DescriptionUnavailableError as error:
        pytest.skip(str(error))
