"""Every row of the catalogue has an answer, and the page that tells it is up to date."""

from __future__ import annotations

from tools import coverage


def test_no_row_is_without_an_answer() -> None:
    assert coverage.unanswered() == []


def test_reasons_are_given_only_for_what_nothing_covers() -> None:
    assert coverage.superfluous() == []


def test_rules_name_rows_that_exist() -> None:
    known = {row.id for row in coverage.rows()}
    assert set(coverage.answers()) <= known


def test_marks_that_differ_from_the_catalogues_have_a_reason() -> None:
    assert coverage.unexplained() == []


def test_the_page_is_up_to_date() -> None:
    assert coverage.DOCUMENT.read_text(encoding="utf-8") == coverage.document()
