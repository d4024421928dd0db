"""The life of one pull request, step by step: after each exactly the threads, replies and summary that must be."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from concertmaster.github.posted import posted_summary
from tests.github_server import GitHub, conversation
from tests.github_server.anchors import current
from tests.github_server.hub import BOT
from tests.github_server.state import Branch, PullRequest, Thread
from tests.jobs import PIN, Job, Open

#: So much of it is lived through by default.
FEW = 9
MARKS = re.compile(r"<!--.*?-->\n|[0-9a-f]{40}")
SLOW = bool(os.environ.get("CONCERTMASTER_SLOW"))
FULL = {"contents": "write", "pull_requests": "write"}
FILLER = "".join(f"LINE_{number} = {number}\n" for number in range(12))
TYPES = "    from orchestrator.types import SubscriptionLifecycle\n"
MORE = "    from orchestrator.types import State, SubscriptionLifecycle\n"
DB = "    from orchestrator.db import db\n"
STEPS = "    from orchestrator.workflow import StepList\n"


def good(text: str) -> str:
    return text.replace("from orchestrator.", "from orchestrator.core.")


def function(name: str, *lines: str) -> str:
    return f"def {name}() -> None:\n    first = {name!r}\n{''.join(lines)}    last = {name!r}\n\n\n"


EDITED = function("beta", DB.replace("db\n", "db as other\n"))
KEPT = EDITED.replace("other\n", "other  # concertmaster: ignore[old-namespace] read by 4.x\n")
ALPHA, BETA, GAMMA = function("alpha", TYPES), function("beta", DB), function("gamma", STEPS)


@dataclass
class Life:
    """The pull request, what is in it, and what is to be seen on it."""

    job: Job
    files: dict[str, str] = field(default_factory=dict)

    @property
    def pull(self) -> PullRequest:
        return self.job.pull

    def push(self, **files: str | None) -> Life:
        """Names have `_` for the dot; None removes a file."""
        changed = {name.replace("_", "."): text for name, text in files.items()}
        self.files = {n: t for n, t in (self.files | changed).items() if t is not None}
        self.job.remote.push("feature", changed, base="main")
        return self

    def force(self) -> Life:
        """All of it as one commit on what the base is now."""
        gone = dict.fromkeys(name for name in ("new.py", "far.py") if name not in self.files)
        self.job.remote.push("feature", self.files | gone, base=self.pull.base.ref, force=True)
        return self

    def thread(self, number: int) -> Thread:
        return self.pull.threads[number - 1]

    def resolve(self, number: int) -> None:
        self.job.remote.resolve(self.thread(number).comments[0])

    def reopen(self, number: int) -> None:
        self.thread(number).resolved_by = None

    def delete(self, number: int) -> None:
        conversation.delete_comment(self.job.github.hub, self.thread(number).comments[0])

    def retarget(self, branch: str) -> Life:
        """Into another base, on which everything stands already or not."""
        remote = self.job.remote
        if remote.git.resolve(f"refs/heads/{branch}") is None:
            remote.create_branch(branch, "feature")
        self.pull.base = Branch(remote.state, branch, remote.sha(branch), remote.state.owner)
        self.job.github.hub.synchronise(self.pull)
        return self

    def open(self) -> list[int]:
        found = enumerate(self.pull.threads, start=1)
        return [
            n for n, t in found if t.resolved_by is None and not t.comments[0].minimized and not t.applied
        ]

    def apply(self, *numbers: int) -> None:
        """Press the buttons, as one batch."""
        self.job.remote.apply(self.pull, *(self.thread(number).comments[0] for number in numbers))
        self.files = {name: self.job.remote.read(name, "feature").decode() for name in self.files}

    def seen(self) -> list[str]:
        """Where each thread is and how it stands; `-` where GitHub shows it as outdated."""
        return [self._one(thread) for thread in self.pull.threads]

    def _one(self, thread: Thread) -> str:
        now = None if thread.applied else current(self.pull, thread.anchor)
        where = f"{now.path}:{now.line}" if now else "-"
        closed = thread.resolved_by
        how = "open" if closed is None else "resolved" if closed.login == BOT else "closed"
        return f"{where} {how} {sum(comment.user.login == BOT for comment in thread.comments[1:])}"

    def replies(self) -> list[str]:
        return [c.body for t in self.pull.threads for c in t.comments[1:] if c.user.login == BOT]

    def run(self, step: Step) -> None:
        """One run, and with CONCERTMASTER_SLOW=1 a second one that has nothing to add."""
        ended, told = self.job.run()
        wanted = (step.code, "posted" if step.writes else "nothing-new")
        assert (ended, told["result"]) == wanted, step.title
        assert not SLOW or self.job.run()[1]["result"] == "nothing-new", step.title
        threads = map(self.thread, self.open())
        shown = [(self._one(thread), thread.comments[0].body) for thread in threads]
        assert len(shown) == len(set(shown)), step.title
        comments = self.pull.issue.comments
        assert sum(posted_summary(c.id, c.body) is not None for c in comments) <= 1, step.title


@dataclass(frozen=True)
class Step:
    """What happens, the exit code then, whether the run writes anything, and the threads that look different.

    A thread is told by its number, its place, how it stands, and how often we have replied.
    """

    title: str
    deed: Callable[[Life], object]
    code: int
    writes: bool
    changed: tuple[str, ...]


SCRIPT = (
    Step(
        "opened",
        lambda life: None,
        1,
        True,
        ("1: far.py:15 open 0", "2: new.py:21 open 0", "3: new.py:15 open 0"),
    ),
    Step("an unrelated file", lambda life: life.push(note_txt="x\n"), 1, False, ()),
    Step(
        "lines above",
        lambda life: life.push(new_py=f"# one\n# two\n{FILLER}{ALPHA}{BETA}"),
        1,
        False,
        ("2: new.py:23 open 0", "3: new.py:17 open 0"),
    ),
    Step(
        "edited, still wrong",
        lambda life: life.push(new_py=FILLER + function("alpha", MORE) + BETA),
        1,
        True,
        ("2: new.py:21 open 0", "3: - resolved 1", "4: new.py:15 open 0"),
    ),
    Step(
        "one more",
        lambda life: life.push(new_py=FILLER + function("alpha", MORE, STEPS) + BETA),
        1,
        True,
        ("2: new.py:22 open 0", "4: new.py:15 resolved 1", "5: new.py:16 open 0"),
    ),
    Step(
        "two swap lines",
        lambda life: life.push(new_py=FILLER + function("alpha", STEPS, MORE) + BETA),
        1,
        True,
        ("4: new.py:16 resolved 1", "5: - resolved 1", "6: new.py:16 open 0"),
    ),
    Step("a person resolves", lambda life: life.resolve(2), 1, False, ("2: new.py:22 closed 0",)),
    Step(
        "edits what was resolved",
        lambda life: life.push(new_py=FILLER + function("alpha", STEPS, MORE) + EDITED),
        1,
        False,
        ("2: - closed 0",),
    ),
    Step(
        "a person opens it again",
        lambda life: life.reopen(2),
        1,
        True,
        ("2: - resolved 1", "7: new.py:22 open 0"),
    ),
    Step(
        "renamed",
        lambda life: life.push(new_py=None, moved_py=life.files["new.py"]),
        1,
        False,
        ("4: moved.py:16 resolved 1", "6: moved.py:16 open 0", "7: moved.py:22 open 0"),
    ),
    Step(
        "moved within",
        lambda life: life.push(moved_py=FILLER + EDITED + function("alpha", STEPS, MORE)),
        1,
        True,
        ("4: moved.py:22 resolved 1", "6: moved.py:22 open 0", "7: - resolved 1", "8: moved.py:15 open 0"),
    ),
    Step(
        "moved to another file",
        lambda life: life.push(
            moved_py=FILLER + function("alpha", STEPS, MORE), far_py=FILLER + GAMMA + EDITED
        ),
        1,
        True,
        ("4: moved.py:16 resolved 1", "6: moved.py:16 open 0", "8: - resolved 1", "9: far.py:21 open 0"),
    ),
    Step("one suggestion applied", lambda life: life.apply(1), 1, True, ("1: - resolved 1",)),
    Step(
        "reverted", lambda life: life.push(far_py=FILLER + GAMMA + EDITED), 1, True, ("10: far.py:15 open 0",)
    ),
    Step(
        "a batch applied",
        lambda life: life.apply(*life.open()),
        0,
        True,
        ("4: - resolved 1", "6: - resolved 1", "9: - resolved 1", "10: - resolved 1"),
    ),
    Step(
        "force push",
        lambda life: (life.push(far_py=FILLER + GAMMA + EDITED), life.force()),
        1,
        True,
        ("11: far.py:21 open 0", "12: far.py:15 open 0"),
    ),
    Step(
        "base moves, rebase",
        lambda life: (life.job.remote.push("main", {"base.txt": "x\n"}), life.force()),
        1,
        False,
        (),
    ),
    Step(
        "a person replies",
        lambda life: life.job.remote.reply(life.thread(12).comments[0], "Must it be?"),
        1,
        False,
        (),
    ),
    Step(
        "mended all the same",
        lambda life: life.push(far_py=FILLER + good(GAMMA) + EDITED),
        1,
        False,
        ("12: - open 0",),
    ),
    Step(
        "suppressed",
        lambda life: life.push(far_py=FILLER + good(GAMMA) + KEPT),
        0,
        True,
        ("11: - resolved 1",),
    ),
    Step(
        "not suppressed any more",
        lambda life: life.push(far_py=FILLER + good(GAMMA) + EDITED),
        1,
        True,
        ("11: far.py:21 open 2",),
    ),
    Step("file deleted", lambda life: life.push(far_py=None), 0, True, ("11: - resolved 3",)),
    Step(
        "file back",
        lambda life: life.push(far_py=FILLER + good(GAMMA) + EDITED),
        1,
        True,
        ("11: far.py:21 open 4",),
    ),
    Step(
        "pin lowered",
        lambda life: life.push(pyproject_toml=PIN.format("4.8.2")),
        0,
        True,
        ("11: far.py:21 resolved 5",),
    ),
    Step(
        "pin raised again",
        lambda life: life.push(pyproject_toml=PIN.format("5.0.4")),
        1,
        True,
        ("11: far.py:21 open 6",),
    ),
    Step(
        "cannot be read",
        lambda life: life.push(far_py="def (\nimport orchestrator\n"),
        3,
        True,
        ("11: - open 6",),
    ),
    Step(
        "can be read again",
        lambda life: life.push(far_py=FILLER + good(GAMMA) + EDITED),
        1,
        True,
        ("11: far.py:21 open 6",),
    ),
    Step(
        "two alike",
        lambda life: life.push(far_py=FILLER + EDITED + function("delta", "    pass\n") + EDITED),
        1,
        True,
        ("11: far.py:27 open 6", "13: far.py:15 open 0"),
    ),
    Step(
        "the first of them mended",
        lambda life: life.push(far_py=FILLER + good(EDITED) + function("delta", "    pass\n") + EDITED),
        1,
        True,
        ("13: - resolved 1",),
    ),
    Step(
        "the base is another",
        lambda life: (life.retarget("develop"), life.push(note_txt="y\n")),
        0,
        True,
        ("11: - resolved 7",),
    ),
    Step("the old base again", lambda life: life.retarget("main"), 1, True, ("11: far.py:27 open 8",)),
    Step("closed", lambda life: life.job.github.hub.close(life.pull.issue), 1, False, ()),
    Step("reopened", lambda life: setattr(life.pull.issue, "state", "open"), 1, False, ()),
    Step("a draft", lambda life: setattr(life.pull, "draft", True), 1, False, ()),
    Step("ready", lambda life: setattr(life.pull, "draft", False), 1, False, ()),
    Step(
        "symbol renamed",
        lambda life: life.push(
            far_py=FILLER + good(EDITED) + function("delta", "    pass\n") + EDITED.replace("beta", "omega")
        ),
        1,
        True,
        ("11: - resolved 9", "14: far.py:27 open 0"),
    ),
    Step("a comment deleted", lambda life: life.delete(life.open()[-1]), 1, True, ()),
    Step(
        "hidden by a person",
        lambda life: setattr(life.thread(life.open()[-1]).comments[0], "minimized", "outdated"),
        1,
        False,
        (),
    ),
    Step("all mended", lambda life: life.push(far_py=FILLER + good(EDITED)), 0, True, ("14: - open 0",)),
    Step("nothing left of it", lambda life: life.push(far_py=FILLER), 0, False, ()),
)


def test_a_life_step_by_step(github: GitHub, job: Open) -> None:
    start = {"new.py": FILLER + ALPHA + BETA, "far.py": FILLER + GAMMA}
    made = job({"far.py": FILLER}, start)
    made.permissions = FULL
    life, before = Life(made, dict(start)), list[str]()
    for step in SCRIPT if SLOW else SCRIPT[:FEW]:
        step.deed(life)
        life.run(step)
        now = life.seen()
        changed = [f"{n}: {how}" for n, how in enumerate(now, start=1) if how not in before[n - 1 : n]]
        assert changed == list(step.changed), step.title
        before = now
    assert {MARKS.sub("", text) for text in life.replies()} <= REPLIES


REPLIES = {
    "A newer comment says the same.",
    "Found again as of .",
    "Kept as it is by `# concertmaster: ignore[old-namespace]` on line 21: read by 4.x",
    "Not found any more as of .",
    "The file is gone as of .",
    "The lines have changed: a newer comment goes on.",
    "The lines have changed: a newer comment on `far.py` goes on.",
    "The lines have changed: a newer comment on `moved.py` goes on.",
    "This pull request leaves the file alone as of .",
}
