"""What decides how a review ends, and where that is said."""

from __future__ import annotations

import pytest

from tests.github_server import GitHub
from tests.jobs import NEW, OLD, PIN, Open

IMPORT = "from orchestrator.types import SubscriptionLifecycle\n"
FILLER = "".join(f"LINE_{number} = {number}\n" for number in range(40))


def blobs(github: GitHub) -> int:
    return len(github.journal.calls("GET", "/git/blobs/"))


# -- what a pull request brings in -------------------------------------------------------------------------


@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", ""], ids=["LF", "CRLF", "none"])
def test_what_was_there_before_does_not_decide(job: Open, checkout: bool, ending: str) -> None:
    old = (FILLER + IMPORT).replace("\n", ending or "\n").removesuffix("" if ending else "\n")
    made = job({"main.py": old, "é b/x.py": old}, {"main.py": f"# more\n{old}", "é b/x.py": f"{old}\n# more"})
    made.checkout = checkout
    code, told = made.run()
    assert (code, told["errors"], told["new"]) == (0, "2", "0")


def test_the_old_texts_need_no_calls(github: GitHub, job: Open) -> None:
    files = {f"f{number}.py": FILLER + IMPORT for number in range(20)}
    made = job(files, {path: f"{text}# more\n" for path, text in files.items()})
    assert made.run()[1]["new"] == "0"
    assert blobs(github) == 0


def test_old_texts_that_do_not_follow_from_the_diff_are_fetched(
    github: GitHub, job: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.github_server.diff.LARGEST_PATCH", 0)
    made = job({"main.py": FILLER + IMPORT}, {"main.py": f"{FILLER}{IMPORT}# more\n"})
    assert made.run()[1]["new"] == "0"
    assert blobs(github) == 1


def test_one_more_of_the_same_is_new(job: Open) -> None:
    twice = f"def a():\n    {IMPORT}"
    made = job({"main.py": twice}, {"main.py": twice + twice.replace("a()", "b()")})
    code, told = made.run()
    assert (code, told["errors"], told["new"]) == (1, "2", "1")


def test_a_renamed_file_brings_nothing_in(job: Open) -> None:
    text = FILLER + IMPORT
    made = job({"old.py": text}, {"old.py": None, "sub/new.py": f"# moved\n{text}"})
    assert made.run()[0] == 0


def test_code_in_another_file_is_new(job: Open) -> None:
    made = job({"old.py": FILLER + IMPORT}, {"new.py": IMPORT})
    assert made.run()[0] == 1


def test_what_the_base_kept_is_new_when_it_is_not_kept_any_more(job: Open) -> None:
    kept = IMPORT.rstrip() + "  # concertmaster: ignore[old-namespace] read by 4.x\n"
    assert job({"main.py": kept}, {"main.py": IMPORT}).run()[0] == 1


def test_a_project_within_a_repository_is_compared_with_itself(job: Open) -> None:
    made = job(
        {"sub/pyproject.toml": PIN.format("5.0.4"), "sub/main.py": FILLER + IMPORT},
        {"sub/main.py": None, "sub/moved.py": f"{FILLER}{IMPORT}# more\n"},
    )
    made.inputs = {"working-directory": "sub"}
    code, told = made.run()
    assert (code, told["errors"], told["new"]) == (0, "1", "0")


def test_a_raised_pin_answers_for_everything(job: Open) -> None:
    made = job({"main.py": OLD}, {"pyproject.toml": PIN.format("5.0.4")}, release="4.8.2")
    code, told = made.run()
    assert (code, told["new"]) == (1, "3")


# -- everything --------------------------------------------------------------------------------------------


def test_the_whole_repository_decides_where_the_workflow_says_so(job: Open) -> None:
    made = job({"main.py": OLD}, {"new.py": NEW})
    assert made.run()[0] == 0
    made.inputs = {"new-only": "false"}
    code, told = made.run()
    assert (code, told["new"]) == (1, "3")


def test_the_whole_repository_decides_where_the_base_says_so(job: Open) -> None:
    settings = PIN.format("5.0.4") + "[tool.concertmaster]\nnew-only = false\n"
    made = job({"main.py": OLD, "pyproject.toml": settings}, {"new.py": NEW})
    assert made.run()[0] == 1
    made.inputs = {"new-only": "true"}
    assert made.run()[0] == 0


def test_anything_else_is_no_answer(job: Open, capsys: pytest.CaptureFixture[str]) -> None:
    made = job({}, {"new.py": NEW})
    made.inputs = {"new-only": "perhaps"}
    assert made.run()[0] == 2
    assert "true or false" in capsys.readouterr().out
