"""Figures in the guides come from programs: those that follow from the code are what it says now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.figures import DOCS, TABLES, put, read

from concertmaster.versions import NEWEST_KNOWN

MARK = re.compile(r"<!-- figures: ([\w-]+), written by python -m ([\w.]+) -->")
ROOT = DOCS.parent


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_what_the_code_says(name: str) -> None:
    page, made = TABLES[name]
    assert read(DOCS / page, name) == "\n".join(made()).strip("\n").split("\n"), (
        "run `python -m tools.figures`"
    )


def test_every_table_names_a_program_and_has_something_in_it() -> None:
    for page in DOCS.glob("*.md"):
        for name, program in MARK.findall(page.read_text(encoding="utf-8")):
            assert ROOT.joinpath(*program.split(".")).with_suffix(".py").exists(), f"{page.name}: {program}"
            assert len(read(page, name)) > 1 or name in TABLES, f"{page.name}: {name} is empty"


def test_what_is_measured_was_measured_with_the_newest_release() -> None:
    from benchmarks import comparison

    told = read(comparison.PAGE, "comparison")
    headings = [line for line in told if line.startswith("### ")]
    assert len(headings) == len(comparison.RELEASES)
    assert all(f"to {NEWEST_KNOWN}:" in line for line in headings)
    for contender in comparison.CONTENDERS:
        assert sum(line.startswith(f"| {contender.name} |") for line in told) == len(headings)


def test_putting_a_table_leaves_the_rest_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- figures: x, written by y -->\nold\n<!-- /figures -->\nb\n")
    put(page, "x", ["| 1 |", "| \\d |"])
    assert read(page, "x") == ["| 1 |", "| \\d |"]
    assert page.read_text().startswith("a\n<!-- figures: x, written by y -->\n\n| 1 |")
    assert page.read_text().endswith("\n<!-- /figures -->\nb\n")
    with pytest.raises(SystemExit, match="no place"):
        put(page, "z", [])
