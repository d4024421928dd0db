"""What a job prints and writes, read as the runner reads it: no text from a repository becomes a command."""

from __future__ import annotations

import re
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from concertmaster.github import job
from tests.runner_log import commands
from tests.runner_log import values as values_in
from tests.test_report_markdown import HOSTILE

COMMANDS = st.sampled_from(
    ["::error::x", " ::set-output name=a::b", "##[error]x", "\n::add-mask::x", "\r##[group]", "::stop-commands::x\n",
     ":", "#", "[", "%0A", "\x85::warning::x", "\u2028::warning::x", "end-", "<<", "a=b"]
)  # fmt: skip
TEXTS = st.one_of(HOSTILE, st.lists(COMMANDS, max_size=6).map("".join))


def printed(write: object, *arguments: object) -> str:
    with redirect_stdout(StringIO()) as out:
        write(*arguments)  # type: ignore[operator]
    return out.getvalue().encode("utf-8", "surrogatepass").decode("utf-8", "replace")


@given(TEXTS)
@example("a::b ##[error]c")
def test_a_line_of_the_log_is_no_command(text: str) -> None:
    assert list(commands(printed(job.log, text))) == []


@given(TEXTS)
def test_a_note_is_one_command_whatever_it_says(text: str) -> None:
    assert [name for name, _ in commands(printed(job.annotate, "warning", text))] == ["warning"]


@given(st.lists(TEXTS, max_size=4))
def test_what_is_quoted_is_not_carried_out(lines: list[str]) -> None:
    (begun, word), (ended, _) = commands(printed(job.quote, lines))
    assert (begun, ended) == ("stop-commands", word)
    assert len(word) == 32


@given(TEXTS, TEXTS)
def test_outputs_hold_what_was_put_there_and_nothing_else(one: str, other: str) -> None:
    values = {"one": one.replace("\udcff", "?"), "other": other.replace("\udcff", "?")}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "output"
        job.write_outputs({"GITHUB_OUTPUT": str(path)}, values)
        read = values_in(path.read_bytes().decode())
    assert set(read) == {"one", "other"}
    for name, value in values.items():
        assert read[name] == re.sub(r"\r(?=\n|$)", "", value)


def test_a_page_that_fits_is_asked_for_once() -> None:
    asked: list[int] = []

    def page(limit: int) -> str:
        asked.append(limit)
        return "x" * limit

    assert job.fitting(page) == "x" * job.MAX_SUMMARY
    assert asked == [job.MAX_SUMMARY]


@pytest.mark.parametrize("letter", ["é", "\u4e2d", "\U0001f3b5"])
def test_a_page_is_measured_in_bytes(letter: str) -> None:
    page = job.fitting(lambda limit: f"{'x' * (limit // 3)}{letter * (limit - limit // 3)}")
    assert job.MAX_SUMMARY // 2 < len(page.encode()) <= 2**20


def test_two_runs_append_to_the_page_of_the_job(tmp_path: Path) -> None:
    page = tmp_path / "summary"
    for text in ("one", "other"):
        job.write_summary({"GITHUB_STEP_SUMMARY": str(page)}, text)
    assert page.read_text() == "one\n\nother\n\n"
