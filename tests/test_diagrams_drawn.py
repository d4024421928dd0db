"""Every diagram in Markdown is one that Mermaid itself understands, and nobody's name draws another one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from concertmaster.plan import Hop, Plan
from concertmaster.project.model.mapping import MappedProduct, MappedWorkflow, ProjectMap
from concertmaster.report.map import as_markdown as map_text
from concertmaster.report.plan import as_markdown as plan_text
from tests.browser import MERMAID, package
from tests.test_map import BLOCKS, CREATE, HOSTILE, PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOPS = Plan("3.2.3", "5.5.0", (Hop("4.8.2", "last"), Hop("5.0.5", HOSTILE), Hop("5.5.0", "target")), (), ())
STRANGE = ProjectMap(
    HOSTILE,
    (MappedProduct(HOSTILE, HOSTILE, "", "", "", ("Node",), True),),
    BLOCKS,
    (
        MappedWorkflow(HOSTILE, "CREATE", HOSTILE, "a.py", True, True, (HOSTILE, "end", "graph TD; a-->b")),
        CREATE,
    ),
)
TEXTS = {"hops": plan_text(HOPS), "map": map_text([PROJECT]), "hostile": map_text([STRANGE])}
PARSE = "(texts) => Promise.all(texts.map((text) => mermaid.parse(text).then((one) => one.diagramType)))"


@pytest.mark.parametrize("name", TEXTS)
def test_mermaid_understands_it(browser: Browser, name: str) -> None:
    drawn = re.findall(r"^```mermaid\n(.*?)^```$", TEXTS[name], re.MULTILINE | re.DOTALL)
    assert drawn
    with browser.new_context() as context:
        page = context.new_page()
        page.add_script_tag(path=package(MERMAID))
        assert set(page.evaluate(PARSE, drawn)) == {"flowchart-v2"}


def test_the_hops_are_drawn_in_their_order() -> None:
    text = TEXTS["hops"]
    assert re.findall(r'h\d\["([^"]*)"\]', text) == ["3.2.3", "4.8.2", "5.0.5", "5.5.0"]
    assert re.findall(r"h\d --> h\d", text) == ["h0 --> h1", "h1 --> h2", "h2 --> h3"]
