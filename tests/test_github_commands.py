"""Commands in comments: read out of plain text, obeyed for people who may write, answered once."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertmaster.action import run_action
from concertmaster.github.commands import (
    MAX_COMMANDS,
    Command,
    Misread,
    Name,
    is_only_commands,
    read_commands,
)
from concertmaster.github.event import Skipped, Spoken, read_event
from concertmaster.github.retry import Retry
from concertmaster.keeping import is_reason, with_comments
from tests.github_server import GitHub, events
from tests.github_server.faults import connection_reset, status
from tests.github_server.hub import BOT
from tests.github_server.state import Comment, IssueComment, ReviewComment
from tests.jobs import NEW, OLD, PIN, Job, Open, outputs

FIX, RECHECK = Command(Name.FIX), Command(Name.RECHECK)
MAY_WRITE = {"contents": "write", "pull_requests": "write"}

# -- what a command is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Nice work!",
        "Try `/concertmaster fix`.",
        "Please /concertmaster fix",
        "`/concertmaster fix`",
        "> /concertmaster fix",
        "> somebody said\n/concertmaster fix",
        "```\n/concertmaster fix\n```",
        "~~~\n/concertmaster fix",
        "    /concertmaster fix",
        "- /concertmaster fix",
        "1. /concertmaster fix",
        "<!-- \n/concertmaster fix\n-->",
        "<details>\n/concertmaster fix\n</details>",
        "# /concertmaster fix",
        "/concertmasterfix",
        "/concertmaster-fix",
        "/Concertmaster fix",
        "\\/concertmaster fix",
        "[a]: x '\n/concertmaster fix\n'",
    ],
)
def test_other_text_is_no_command(body: str) -> None:
    assert read_commands(body) == ()


@pytest.mark.parametrize(
    ("body", "commands"),
    [
        ("/concertmaster fix", (FIX,)),
        ("  /concertmaster   fix  ", (FIX,)),
        ("Thanks!\n\n/concertmaster fix\r\n", (FIX,)),
        ("/concertmaster fix --unsafe", (Command(Name.FIX, unsafe=True),)),
        ("/concertmaster recheck\n/concertmaster fix", (RECHECK, FIX)),
        ("/concertmaster explain old-namespace", (Command(Name.EXPLAIN, "old-namespace"),)),
        (
            "/concertmaster ignore old-namespace read by 4.x",
            (Command(Name.IGNORE, "old-namespace", "read by 4.x"),),
        ),
    ],
)
def test_a_line_of_its_own_is_a_command(body: str, commands: tuple[Command, ...]) -> None:
    assert read_commands(body) == commands


@pytest.mark.parametrize(
    "text", ["", "fix it", "fix --force", "ignore old-namespace", "explain", "merge", "recheck now"]
)
def test_what_begins_like_a_command_is_told_how_it_should_be(text: str) -> None:
    (found,) = read_commands(f"/concertmaster {text}".strip())
    assert isinstance(found, Misread)


def test_only_so_many_are_read() -> None:
    assert len(read_commands("/concertmaster recheck\n" * 50)) == MAX_COMMANDS


def test_a_comment_of_commands_talks_to_nobody_else() -> None:
    assert is_only_commands("/concertmaster fix\n\n/concertmaster recheck\n")
    assert not is_only_commands("Thanks!\n/concertmaster fix")
    assert not is_only_commands("")


@given(st.text(st.sampled_from("/concertmaster fix\n>` -#<!*[]\\"), max_size=80))
def test_any_text_is_read_and_no_quoted_line_is_obeyed(text: str) -> None:
    read_commands(text)
    quoted = "\n".join(f"> {line}" for line in f"{text}\n/concertmaster fix".splitlines())
    assert read_commands(quoted) == ()


# -- comments that keep something ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reason",
    ["", "  ", "two\nlines", "\x1b[31m", "\u202eright to left", "coding: latin-1", "vim: set x", "x" * 201],
)
def test_a_reason_must_fit_into_a_comment(reason: str) -> None:
    assert not is_reason(reason)


@pytest.mark.parametrize(
    ("old", "line", "new"),
    [
        ("import a\n", 1, "{}import a\n"),
        ("def f():\n\timport a\n", 2, "def f():\n\t{}\timport a\n"),
        ("x = (\n    a,\n    b,\n)\n", 3, "{}x = (\n    a,\n    b,\n)\n"),
        ("@a\n@b\ndef f():\n    ...\n", 3, "{}@a\n@b\ndef f():\n    ...\n"),
        ("if a:\n    b\nelif c:\n    d\n", 4, "if a:\n    b\nelif c:\n    {}    d\n"),
        ('x = """\na\n"""\n', 2, '{}x = """\na\n"""\n'),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_comment_goes_above_the_statement(old: str, line: int, new: str, ending: str) -> None:
    written = with_comments("a.py", old.replace("\n", ending).encode(), [line], "rule", "why")
    assert written is not None
    assert written.decode() == new.format("# concertmaster: ignore[rule] why\n").replace("\n", ending)
    assert ast.dump(ast.parse(written)) == ast.dump(ast.parse(old))


@pytest.mark.parametrize("text", ["def (\n", "x = 1 + \\\n    2\n"])
def test_what_would_change_the_code_is_not_written(text: str) -> None:
    written = with_comments("a.py", text.encode(), [2], "rule", "why")
    assert written is None or ast.dump(ast.parse(written)) == ast.dump(ast.parse(text))


# -- who and where ---------------------------------------------------------------------------------------


@dataclass
class Commented:
    """A pull request, and comments on it that start a workflow."""

    job: Job
    outputs: Callable[[], dict[str, str]] = dict

    def say(self, body: str, author: str = "octocat") -> IssueComment:
        return self.job.remote.comment(self.job.pull, body, author)

    def obey(self, comment: Comment, **inputs: str) -> int:
        remote, job = self.job.remote, self.job
        event: events.Event = (
            remote.comment_event(comment)
            if isinstance(comment, IssueComment)
            else remote.review_comment_event(comment)  # type: ignore[arg-type]
        )
        job.runs += 1
        given: dict[str, str | bool] = {
            "github-token": job.github.token(permissions=dict(job.permissions)),
            **inputs,
        }
        environment = job.github.runner_environment(event, given, job.folder / f"command{job.runs}")
        self.outputs = lambda: outputs(environment)
        return run_action(environment, pause=0, retry=Retry(sleep=lambda _: None))

    def answers(self) -> list[str]:
        """What we have said in the conversation besides the summary."""
        ours = (comment.body for comment in self.job.pull.issue.comments if comment.user.login == BOT)
        return [body for body in ours if body.startswith("<!-- concertmaster:reply")]

    @property
    def tip(self) -> str:
        return self.job.remote.sha("feature")


def reactions(comment: Comment) -> list[str]:
    return [item.content for item in comment.reactions]


Opened = Callable[..., Commented]


@pytest.fixture
def opened(job: Open) -> Opened:
    def start(head: dict[str, str] | None = None, base: dict[str, str] | None = None) -> Commented:
        made = job(base or {"main.py": NEW}, head or {"new.py": OLD})
        made.permissions = MAY_WRITE
        made.checkout = False
        return Commented(made)

    return start


@pytest.mark.parametrize("body", ["Looks good.", "> /concertmaster fix", "```\n/concertmaster fix\n```"])
def test_a_comment_without_a_command_asks_nothing(github: GitHub, opened: Opened, body: str) -> None:
    made = opened()
    assert made.obey(made.say(body)) == 0
    assert len(github.journal) == 0


def test_our_own_comments_and_those_of_other_bots_are_not_obeyed(github: GitHub, opened: Opened) -> None:
    made = opened()
    for bot in (BOT, "other[bot]"):
        assert made.obey(made.say("/concertmaster fix", bot)) == 0
    assert len(github.journal) == 0


def test_an_edited_comment_and_an_issue_are_passed_over(opened: Opened, tmp_path: Path) -> None:
    made = opened()
    comment = made.say("/concertmaster fix")
    remote, hub = made.job.remote, made.job.remote.hub
    issue = hub.add_issue(remote.state, hub.user("octocat"), "An issue", "")
    other = made.job.github.hub
    on_issue = events.issue_comment(
        other, _comment_on(made, issue, "/concertmaster fix"), "created", sender=hub.user("octocat")
    )
    for event in (
        remote.comment_event(comment, "edited"),
        remote.comment_event(comment, "deleted"),
        on_issue,
    ):
        folder = tmp_path / f"{id(event)}"
        assert isinstance(read_event(made.job.github.runner_environment(event, {}, folder)), Skipped)
    found = read_event(
        made.job.github.runner_environment(remote.comment_event(comment), {}, tmp_path / "created")
    )
    assert isinstance(found, Spoken)


def _comment_on(made: Commented, issue: object, body: str) -> IssueComment:
    from tests.github_server.conversation import add_issue_comment

    hub = made.job.remote.hub
    return add_issue_comment(hub, issue, hub.user("octocat"), body)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["none", "read", "triage"])
def test_a_stranger_is_refused_once(opened: Opened, role: str) -> None:
    made = opened()
    if role != "none":
        made.job.remote.state.roles["stranger"] = role
    before = made.tip
    for _ in range(2):
        comment = made.say("/concertmaster fix\n/concertmaster ignore old-namespace never", "stranger")
        assert made.obey(comment) == 0
        assert reactions(comment) == ["-1"]
    assert (made.tip, len(made.answers())) == (before, 1)
    assert "may write to this repository" in made.answers()[0]


@pytest.mark.parametrize("role", ["write", "maintain", "admin"])
def test_whoever_may_write_is_obeyed(opened: Opened, role: str) -> None:
    made = opened()
    made.job.remote.state.roles["colleague"] = role
    comment = made.say("/concertmaster recheck", "colleague")
    assert made.obey(comment) == 0
    assert reactions(comment) == ["eyes", "rocket"]


def test_what_the_event_says_of_the_author_is_not_believed(opened: Opened) -> None:
    made = opened()
    comment = made.say("/concertmaster fix", "stranger")
    event = made.job.remote.comment_event(comment)
    event.payload["comment"]["author_association"] = "OWNER"
    environment = made.job.github.runner_environment(
        event, {"github-token": made.job.github.token()}, made.job.folder / "x"
    )
    before = made.tip
    assert run_action(environment, pause=0) == 0
    assert made.tip == before


def test_recheck_reviews(opened: Opened) -> None:
    made = opened()
    comment = made.say("/concertmaster recheck")
    assert made.obey(comment) == 0
    assert made.job.places() == [("new.py", 1, 2), ("new.py", 5, 5)]
    assert (made.outputs()["result"], made.answers()) == ("posted", [])


# -- fix -------------------------------------------------------------------------------------------------


@pytest.mark.every_server
def test_fix_pushes_what_fix_writes_and_reviews_it(opened: Opened) -> None:
    made = opened()
    made.job.run()
    before = made.tip
    comment = made.say("/concertmaster fix")
    assert made.obey(comment) == 0
    assert made.job.remote.read("new.py", "feature").decode() == NEW
    assert made.job.remote.git.commit(made.tip).parents == (before,)  # type: ignore[union-attr]
    assert reactions(comment) == ["eyes", "rocket"]
    (answer,) = made.answers()
    assert made.tip in answer
    assert all(thread.resolved_by for thread in made.job.pull.threads)


def test_fix_where_there_is_nothing_to_fix_says_so(opened: Opened) -> None:
    made = opened({"new.py": NEW})
    before = made.tip
    comment = made.say("/concertmaster fix")
    assert made.obey(comment) == 0
    assert (made.tip, reactions(comment)) == (before, ["eyes", "confused"])
    assert "nothing to rewrite" in made.answers()[0]


def test_fix_never_forces(github: GitHub, opened: Opened) -> None:
    made = opened()
    comment = made.say("/concertmaster fix")
    theirs: list[str] = []

    def push_meanwhile() -> None:
        theirs.append(made.job.remote.push("feature", {"theirs.py": "x = 1\n"}))

    fault = github.faults.add("POST", "/git/commits$", status(502))
    original = github.service.faults.wrap

    def wrap(request: object, carry_out: Callable[[], object]) -> object:
        if not theirs and fault.path.search(getattr(request, "path", "")):
            push_meanwhile()
        return original(request, carry_out)  # type: ignore[arg-type]

    object.__setattr__(github.service, "faults", _Wrapped(wrap))
    made.obey(comment)
    assert made.tip == theirs[0]
    assert reactions(comment) == ["eyes", "confused"]
    assert "pushed to the branch meanwhile" in made.answers()[0]


@dataclass
class _Wrapped:
    wrap: Callable[..., object]


def test_fix_as_a_pull_request_goes_on_top(opened: Opened) -> None:
    made = opened()
    before = made.tip
    assert made.obey(made.say("/concertmaster fix"), **{"fix-mode": "pull-request"}) == 0
    assert made.tip == before
    assert made.job.remote.read("new.py", "concertmaster/follow-up-1").decode() == NEW
    assert "[#2](" in made.answers()[0]


def test_a_closed_pull_request_is_left_alone(opened: Opened) -> None:
    made = opened()
    made.job.remote.hub.close(made.job.pull.issue)
    before = made.tip
    for command in ("fix", "recheck", "ignore old-namespace because"):
        made.obey(made.say(f"/concertmaster {command}"))
    assert made.tip == before
    assert all("not open" in answer for answer in made.answers())


def test_a_token_that_may_not_write_contents_is_told(opened: Opened) -> None:
    made = opened()
    made.job.permissions = {"contents": "read", "pull_requests": "write"}
    comment = made.say("/concertmaster fix")
    assert made.obey(comment) == 0
    assert reactions(comment) == ["eyes", "confused"]
    assert "contents: write" in made.answers()[0]


# -- forks -----------------------------------------------------------------------------------------------


@pytest.fixture
def forked(github: GitHub, tmp_path: Path) -> Commented:
    remote = github.create_repository("octo-org/network", {"pyproject.toml": PIN.format("5.0.4")})
    fork = remote.fork("stranger")
    fork.push("feature", {"new.py": OLD})
    pull = remote.open_pull_request("main", "feature", source=fork)
    return Commented(Job(github, remote, pull, tmp_path, MAY_WRITE, checkout=False))


@pytest.mark.parametrize("allowed", [True, False])
def test_a_fork_is_not_written_to_by_a_workflows_token(
    forked: Commented, github: GitHub, allowed: bool
) -> None:
    forked.job.pull.maintainer_can_modify = allowed
    fork = forked.job.pull.head.repository
    assert fork is not None
    before = fork.git.resolve("feature")
    real = github.token

    def bound(login: str = BOT, permissions: dict[str, str] | None = None, *names: str) -> str:
        return real(login, permissions, "octo-org/network")

    object.__setattr__(forked.job, "github", _Bound(github, bound))
    forked.obey(forked.say("/concertmaster fix"))
    assert fork.git.resolve("feature") == before
    told = "may not write to that branch" if allowed else "does not allow edits"
    assert told in forked.answers()[0]


class _Bound:
    """A GitHub whose tokens write to one repository alone, as those of workflows do."""

    def __init__(self, github: GitHub, token: Callable[..., str]) -> None:
        self._github, self.token = github, token

    def __getattr__(self, name: str) -> object:
        return getattr(self._github, name)


def test_a_fork_is_written_to_with_the_token_of_somebody_who_may(forked: Commented, github: GitHub) -> None:
    fork = forked.job.pull.head.repository
    assert fork is not None
    fork.roles["octocat"] = "write"
    forked.job.remote.state.roles["colleague"] = "write"
    said = forked.say("/concertmaster fix", "colleague")
    assert forked.obey(said, **{"github-token": github.token("octocat")}) == 0
    found = fork.git.read("feature:new.py")
    assert found is not None
    assert found.data.decode() == NEW


def test_a_pull_request_cannot_go_on_top_of_a_fork(forked: Commented) -> None:
    forked.obey(forked.say("/concertmaster fix"), **{"fix-mode": "pull-request"})
    assert "in another repository" in forked.answers()[0]
    assert len(forked.job.remote.state.pulls) == 1


def test_a_deleted_fork_is_told(forked: Commented) -> None:
    fork = forked.job.pull.head.repository
    assert fork is not None
    type(forked.job.remote)(forked.job.remote.hub, fork).delete()
    forked.obey(forked.say("/concertmaster fix"))
    assert "is gone" in forked.answers()[0]


# -- ignore ----------------------------------------------------------------------------------------------


def thread(made: Commented, text: str) -> ReviewComment:
    return next(comment for comment in made.job.pull.review_comments if text in comment.body)


@pytest.mark.every_server
def test_ignore_in_a_thread_keeps_what_its_comment_is_about(opened: Opened) -> None:
    made = opened()
    made.job.run()
    first = thread(made, "workflow-description")
    said = made.job.remote.reply(first, "/concertmaster ignore workflow-description shown in an old client")
    assert made.obey(said) == 0
    text = made.job.remote.read("new.py", "feature").decode()
    assert text == OLD.replace(
        "@create", "# concertmaster: ignore[workflow-description] shown in an old client\n@create"
    )
    assert reactions(said) == ["eyes", "rocket"]
    assert first.thread.resolved_by is not None
    assert "Kept as it is by" in "".join(item.body for item in first.thread.comments)
    assert "`ignore`: kept by a comment in `new.py`" in first.thread.comments[-1].body


def test_a_thread_in_which_somebody_talks_stays_open(opened: Opened) -> None:
    made = opened()
    made.job.run()
    first = thread(made, "workflow-description")
    made.obey(made.job.remote.reply(first, "Hm.\n\n/concertmaster ignore workflow-description because"))
    assert first.thread.resolved_by is None


def test_ignore_in_the_conversation_keeps_all_of_a_rule_that_the_pull_request_brings_in(
    opened: Opened,
) -> None:
    made = opened()
    made.job.run()
    made.obey(made.say("/concertmaster ignore old-namespace read by 4.x"))
    text = made.job.remote.read("new.py", "feature").decode()
    assert text.count("# concertmaster: ignore[old-namespace] read by 4.x") == 2
    made.job.run()
    assert "kept by comments" in made.job.summaries()[-1] or made.job.run()[1]["errors"] == "0"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("ignore old-namespce because", "did you mean `old-namespace`"),
        ("ignore old-namespace", "the reason is what others will read"),
        ("ignore old-namespace coding: latin-1", "one line of at most 200"),
        ("ignore missing-step because", "there is no"),
    ],
)
def test_what_cannot_be_kept_is_told(opened: Opened, command: str, told: str) -> None:
    made = opened()
    before = made.tip
    comment = made.say(f"/concertmaster {command}")
    assert made.obey(comment) == 0
    assert (made.tip, reactions(comment)) == (before, ["eyes", "confused"])
    assert told in made.answers()[0]


def test_a_strangers_thread_is_no_comment_of_ours(opened: Opened) -> None:
    made = opened()
    made.job.run()
    mark = made.job.pull.review_comments[0].body.partition("\n")[0]
    there = {"path": "new.py", "line": 5, "side": "RIGHT", "body": f"{mark}\nx"}
    made.job.remote.review(made.job.pull, "stranger", event="COMMENT", comments=[there])
    forged = next(comment for comment in made.job.pull.review_comments if comment.user.login == "stranger")
    made.obey(made.job.remote.reply(forged, "/concertmaster ignore workflow-description because"))
    assert made.job.remote.read("new.py", "feature").decode().count("ignore[") == 1


# -- explain and several -----------------------------------------------------------------------------------


@pytest.mark.every_server
def test_explain_answers_with_the_documentation(github: GitHub, opened: Opened) -> None:
    made = opened()
    made.obey(made.say("/concertmaster explain old-namespace"))
    assert "**`old-namespace`**" in made.answers()[0]
    assert not github.journal.calls("GET", "/pulls/1$")


def test_an_unknown_rule_is_answered_without_coming_to_life(opened: Opened) -> None:
    made = opened()
    made.obey(made.say("/concertmaster explain @octocat"))
    assert "`@octocat`" in made.answers()[0]


def test_several_commands_have_one_answer(opened: Opened) -> None:
    made = opened()
    comment = made.say("/concertmaster explain old-namespace\n/concertmaster dance\n/concertmaster fix")
    made.obey(comment)
    (answer,) = made.answers()
    assert "it is one of `fix`" in answer
    assert made.job.remote.read("new.py", "feature").decode() == NEW
    assert reactions(comment) == ["eyes", "confused"]


# -- faults ----------------------------------------------------------------------------------------------

WRITES = ["/reactions$", "/git/trees$", "/git/commits$", "/issues/1/comments$"]


@pytest.mark.parametrize("after", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("effect", [status(502), connection_reset()], ids=["502", "reset"])
def test_a_lost_answer_makes_nothing_twice(
    github: GitHub, opened: Opened, path: str, effect: object, after: bool
) -> None:
    made = opened()
    github.faults.add("POST", path, effect, after=after)  # type: ignore[arg-type]
    comment = made.say("/concertmaster fix")
    assert made.obey(comment) == 0
    assert made.job.remote.read("new.py", "feature").decode() == NEW
    assert (len(made.answers()), reactions(comment)) == (1, ["eyes", "rocket"])


def test_the_same_event_again_is_answered_once(opened: Opened) -> None:
    made = opened()
    comment = made.say("/concertmaster explain old-namespace")
    made.obey(comment)
    made.obey(comment)
    assert len(made.answers()) == 1


def test_an_outage_is_not_green(github: GitHub, opened: Opened) -> None:
    made = opened()
    github.faults.add("GET", "/permission$", status(502), times=99)
    assert made.obey(made.say("/concertmaster fix")) == 3
