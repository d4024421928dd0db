"""Pull requests that live at random: whatever happens, each finding is told once and nothing else stays open."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from tests.github_server.anchors import current
from tests.github_server.gitwrite import Content
from tests.github_server.hub import BOT
from tests.github_server.state import Thread
from tests.jobs import Job, Open

NAMES = ("types import SubscriptionLifecycle", "db import db", "workflow import StepList")
BAD = tuple(f"    from orchestrator.{name}" for name in NAMES)
GOOD = tuple(line.replace("orchestrator", "orchestrator.core") for line in BAD)
STEPS = 14


def mark_of(thread: Thread) -> str:
    return thread.comments[0].body.partition("\n")[0]


@dataclass
class Life:
    """A pull request with files of functions, one bad or good line in each, and what happens to it."""

    job: Job
    chance: random.Random
    files: dict[str, list[str]] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)
    numbers: int = 0

    def function(self, line: str) -> str:
        self.numbers += 1
        return f"def f{self.numbers}() -> None:\n    x = {self.numbers}\n{line}\n    y = x + {self.numbers}\n\n\n"

    def push(self, *, rebase: bool = False) -> None:
        there: dict[str, Content | None] = {path: "".join(parts) for path, parts in self.files.items()}
        gone = [] if rebase else [path for path in self.known() if path not in there]
        files = there | dict.fromkeys(gone)
        self.job.remote.push("feature", files, base="main", force=rebase)

    def known(self) -> list[str]:
        names = self.job.remote.git.run("ls-tree", "-r", "--name-only", "feature").decode().split()
        return [name for name in names if name.startswith("new_")]

    def bad(self) -> Counter[tuple[str, int]]:
        """Path and line of all that is to be told."""
        lines = ((path, "".join(parts).split("\n")) for path, parts in self.files.items())
        return Counter((path, n) for path, text in lines for n, line in enumerate(text, 1) if line in BAD)

    # -- what happens ------------------------------------------------------------------------------------

    def add(self) -> None:
        path = self.chance.choice([*self.files, f"new_{self.numbers}.py"])
        parts = self.files.setdefault(path, [])
        parts.insert(self.chance.randint(0, len(parts)), self.function(self.chance.choice(BAD)))
        self.push()

    def mend(self) -> None:
        self._replace(BAD, GOOD)

    def revert(self) -> None:
        self._replace(GOOD, BAD)

    def _replace(self, old: tuple[str, ...], new: tuple[str, ...]) -> None:
        wanted = [
            (parts, index)
            for parts in self.files.values()
            for index, text in enumerate(parts)
            if any(line in text for line in old)
        ]
        if wanted:
            parts, index = self.chance.choice(wanted)
            for before, after in zip(old, new, strict=True):
                parts[index] = parts[index].replace(before, after)
        self.push()

    def move_within(self) -> None:
        self.chance.shuffle(self.chance.choice(list(self.files.values())))
        self.push()

    def move_to_another_file(self) -> None:
        source, target = (self.chance.choice(list(self.files.values())) for _ in range(2))
        if source:
            target.append(source.pop(self.chance.randrange(len(source))))
        self.push()

    def rename(self) -> None:
        old = self.chance.choice(list(self.files))
        self.files[f"new_{self.numbers}r{len(self.story)}.py"] = self.files.pop(old)
        self.push()

    def rebase(self) -> None:
        self.job.remote.push("main", {f"base{len(self.story)}.txt": "x\n"})
        self.push(rebase=True)

    def resolve(self) -> None:
        self._on_a_thread(lambda thread: self.job.remote.resolve(thread.comments[0]))

    def reply(self) -> None:
        self._on_a_thread(lambda thread: self.job.remote.reply(thread.comments[0], "Hm."))

    def _on_a_thread(self, deed: object) -> None:
        if self.open():
            deed(self.chance.choice(self.open()))  # type: ignore[operator]

    def apply(self) -> None:
        wanted = [t for t in self.open() if self.place(t) and "```suggestion" in t.comments[0].body]
        if wanted:
            thread = self.chance.choice(wanted)
            self.job.remote.apply(self.job.pull, thread.comments[0])
            for path in self.files:
                self.files[path] = self.split(self.job.remote.read(path, "feature").decode())

    @staticmethod
    def split(text: str) -> list[str]:
        return [f"def {part}" for part in text.split("def ")[1:]]

    # -- what stands -------------------------------------------------------------------------------------

    def open(self) -> list[Thread]:
        return [thread for thread in self.job.pull.threads if thread.resolved_by is None]

    def place(self, thread: Thread) -> tuple[str, int] | None:
        now = None if thread.applied else current(self.job.pull, thread.anchor)
        return (now.path, now.line) if now and now.line else None

    def check(self) -> None:
        story = "\n".join(self.story)
        shown = Counter(place for thread in self.open() if (place := self.place(thread)))
        people = Counter(
            mark_of(thread)
            for thread in self.job.pull.threads
            if thread.resolved_by and thread.resolved_by.login != BOT
        )
        bad = self.bad()
        assert max(shown.values(), default=0) <= 1, f"told twice after\n{story}"
        silent = bad - shown
        assert silent.total() <= people.total(), f"{silent} not told after\n{story}"
        left = [
            thread for thread in self.open() if self.place(thread) not in bad and len(thread.comments) == 1
        ]
        assert left == [], f"left open after\n{story}"


@pytest.mark.parametrize("seed", range(8))
def test_each_finding_is_told_once_and_nothing_else_stays_open(job: Open, seed: int) -> None:
    made = job({}, {"new_0.py": "x = 1\n"})
    made.permissions = {"contents": "write", "pull_requests": "write"}
    life = Life(made, random.Random(seed), {"new_0.py": []})
    life.add()
    deeds = [
        life.add,
        life.mend,
        life.revert,
        life.move_within,
        life.move_to_another_file,
        life.rename,
        life.rebase,
    ]
    deeds += [life.resolve, life.reply, life.apply, life.add, life.mend, life.apply]
    for _ in range(STEPS):
        deed = life.chance.choice(deeds)
        life.story.append(deed.__name__)
        deed()
        code, told = made.run()
        assert told["result"] in ("posted", "nothing-new")
        assert code == (1 if life.bad() else 0)
        life.check()
        assert made.run()[1]["result"] == "nothing-new", life.story
