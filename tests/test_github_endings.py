"""However a run ends, all outputs are set, and the conclusion says how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from concertmaster.action import run_action
from concertmaster.github.job import OUTPUTS
from concertmaster.github.retry import Retry
from tests.github_server import GitHub
from tests.github_server.calls import Reply
from tests.github_server.faults import Effect, connection_reset, status
from tests.jobs import NEW, OLD, Job, Open, outputs

BROKEN = "def (\nimport orchestrator\n"
FOR_GOOD = 999


def ended(environment: dict[str, str]) -> tuple[int, dict[str, str]]:
    code = run_action(environment, pause=0, retry=Retry(sleep=lambda _: None))
    told = outputs(environment)
    assert set(told) == set(OUTPUTS)
    return code, told


def told_of(environment: dict[str, str], *names: str) -> tuple[int | str, ...]:
    code, told = ended(environment)
    return (code, *(told[name] for name in names))


# -- a review ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "inputs", "wanted"),
    [
        (NEW, {}, (0, "success", "nothing-new", "0")),
        (OLD, {}, (1, "failure", "posted", "3")),
        (OLD, {"fail-on": "never"}, (0, "success", "posted", "3")),
        (BROKEN, {}, (3, "error", "posted", "0")),
    ],
    ids=["clean", "findings", "findings that do not count", "not analysed"],
)
def test_a_review_concludes(job: Open, text: str, inputs: dict[str, str], wanted: tuple[object, ...]) -> None:
    made = job({}, {"new.py": text})
    made.inputs = inputs
    assert told_of(made.environment(), "conclusion", "result", "findings") == wanted


def test_a_review_that_may_not_be_posted_has_no_address(job: Open) -> None:
    made = job({}, {"new.py": OLD})
    made.permissions = {"contents": "read", "pull_requests": "read"}
    assert told_of(made.environment(), "conclusion", "result", "review-url") == (1, "failure", "refused", "")


def test_a_review_that_cannot_be_posted_is_an_error(github: GitHub, job: Open) -> None:
    made = job({}, {"new.py": OLD})
    github.faults.add("POST", "/reviews", status(502), times=FOR_GOOD)
    assert told_of(made.environment(), "conclusion", "result", "findings") == (3, "error", "failed", "3")


# -- where it is to be read --------------------------------------------------------------------------------


def address(made: Job) -> str:
    told = made.run()[1]["review-url"]
    assert told.startswith(f"{made.github.hub.urls.web}/octo-org/network/pull/1")
    return told.partition("/pull/1")[2]


@pytest.mark.every_server
def test_the_address_is_that_of_what_was_written(job: Open) -> None:
    made = job({}, {"new.py": OLD})
    assert address(made) == f"#pullrequestreview-{made.pull.reviews[-1].id}"
    made.remote.push("feature", {"note.txt": "x\n"})
    assert address(made) == ""
    made.remote.push("feature", {"broken.py": BROKEN})
    assert address(made) == f"#issuecomment-{made.pull.issue.comments[-1].id}"
    assert address(made) == f"#issuecomment-{made.pull.issue.comments[-1].id}"


def test_where_nothing_was_said_there_is_no_address(job: Open) -> None:
    assert job({}, {"new.py": NEW}).run()[1]["review-url"] == ""


def test_the_address_is_found_again_when_the_answer_is_lost(github: GitHub, job: Open) -> None:
    made = job({}, {"new.py": OLD})
    github.faults.add("POST", "/reviews", connection_reset(), after=True)
    assert address(made) == f"#pullrequestreview-{made.pull.reviews[-1].id}"


# -- no review ---------------------------------------------------------------------------------------------


def without_token(made: Job) -> dict[str, str]:
    return {**made.environment(), "INPUT_GITHUB-TOKEN": ""}


def with_an_unknown_token(made: Job) -> dict[str, str]:
    return {**made.environment(), "INPUT_GITHUB-TOKEN": "ghs_unknown"}


def with_a_wrong_input(made: Job) -> dict[str, str]:
    return {**made.environment(), "INPUT_FAIL-ON": "sometimes"}


def with_another_mode(made: Job) -> dict[str, str]:
    return {**made.environment(), "INPUT_MODE": "sing"}


def in_an_outage(made: Job) -> dict[str, str]:
    made.github.faults.add("*", "", status(502), times=FOR_GOOD)
    return made.environment()


def without_a_place_for_sarif(made: Job) -> dict[str, str]:
    return {**made.environment(), "INPUT_SARIF": "no/such/folder.sarif"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (without_token, 2),
        (with_an_unknown_token, 2),
        (with_a_wrong_input, 2),
        (with_another_mode, 2),
        (in_an_outage, 3),
        (without_a_place_for_sarif, 2),
    ],
)
def test_what_cannot_be_done_is_an_error(
    job: Open, given: Callable[[Job], dict[str, str]], code: int
) -> None:
    made = job({}, {"new.py": OLD})
    assert told_of(given(made), "conclusion", "result") == (code, "error", "failed")


def test_where_nothing_is_to_be_done_the_result_says_so(job: Open) -> None:
    made = job({}, {"new.py": OLD})
    closed = made.remote.event(made.pull, "closed")
    environment = made.github.runner_environment(closed, {}, made.folder)
    assert told_of(environment, "conclusion", "result", "findings") == (0, "success", "skipped", "")
    upgrade = {**made.environment(), "INPUT_MODE": "upgrade"}
    assert told_of(upgrade, "conclusion", "result", "findings") == (0, "success", "skipped", "")


def test_a_step_that_is_killed_has_its_outputs_already(
    job: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = job({}, {"new.py": OLD}).environment()

    def killed(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("concertmaster.action.read_event", killed)
    with pytest.raises(MemoryError):
        run_action(environment)
    told = outputs(environment)
    assert set(told) == set(OUTPUTS)
    assert (told["conclusion"], told["result"]) == ("error", "failed")


def test_an_answer_that_makes_no_sense_names_no_review(github: GitHub, job: Open) -> None:
    made = job({}, {"new.py": OLD})
    github.faults.add("POST", "/reviews", Effect(Reply(200, {"id": "1) [x](//evil.example"})), after=True)
    assert address(made) == f"#pullrequestreview-{made.pull.reviews[-1].id}"
