"""Whatever people do to the branch of an upgrade: their commits stay in its history, byte by byte."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest

from tests.github_server import gitwrite
from tests.github_server.faults import meanwhile
from tests.github_server.hub import BOT
from tests.jobs import NEW, OLD
from tests.upgrades import BRANCH, Start, Upgrade

#: Every ninth call of a run; with CONCERTMASTER_SLOW=1 every one.
STEP, OFFSETS = (3, range(3)) if os.environ.get("CONCERTMASTER_SLOW") else (9, (7,))
MINE = NEW + "\n\nMINE = 1\n"


@dataclass
class Witness:
    """Remembers the commits of people, whole, and says whether a branch still has each of them."""

    job: Upgrade
    kept: dict[str, bytes] = field(default_factory=dict)

    def raw(self, sha: str) -> bytes:
        git = self.job.remote.git
        commit = git.run("cat-file", "commit", sha)
        return commit + git.run("ls-tree", "-r", "--full-tree", sha)

    def push(self, files: dict[str, str | None], *, branch: str = BRANCH, **how: object) -> str:
        sha = self.job.remote.push(branch, files, "A person's work", **how)  # type: ignore[arg-type]
        return self.remember(sha)

    def remember(self, sha: str) -> str:
        self.kept[sha] = self.raw(sha)
        return sha

    def merge_base_into_branch(self) -> str:
        """As the button "Update branch" does, or `git merge` without a conflict."""
        remote = self.job.remote
        tip, base = remote.sha(BRANCH), remote.sha("main")
        tree = remote.git.run("merge-tree", "--write-tree", tip, base).split()[0].decode()
        person = self.job.github.hub.identity_of(self.job.github.hub.user("octocat"))
        sha = gitwrite.write_commit(
            remote.git, tree=tree, parents=(tip, base), message="Merge main", author=person, committer=person
        )
        remote.git.set_reference(f"refs/heads/{BRANCH}", sha)
        self.job.github.hub.branch_moved(remote.state, BRANCH)
        return self.remember(sha)

    def check(self, branch: str = BRANCH) -> None:
        assert self.kept
        for sha, raw in self.kept.items():
            assert self.job.has(sha, branch), sha
            assert self.raw(sha) == raw

    def settles(self) -> None:
        """After the next run nothing more happens."""
        self.job.run()
        self.check()
        before, writes = self.job.snapshot(), self.job.writes()
        assert self.job.run()[1]["result"] == "nothing-new"
        assert self.job.snapshot() == before
        assert self.job.writes() == writes
        self.check()


@pytest.fixture
def witness(start: Start) -> Witness:
    job = start()
    assert job.run()[1]["result"] == "opened"
    return Witness(job)


def test_a_commit_on_top_stays(witness: Witness) -> None:
    witness.push({"main.py": MINE, "late.py": OLD})
    witness.settles()
    assert witness.job.read("main.py") == MINE
    assert witness.job.read("late.py") == NEW


def test_a_forced_push_over_our_commits_stays(witness: Witness) -> None:
    """What the person has thrown away is added again, on top."""
    ours = witness.job.remote.sha(BRANCH)
    witness.push({"notes.md": "mine\n"}, force=True)
    witness.settles()
    assert not witness.job.has(ours)
    assert witness.job.read("main.py") == NEW
    assert witness.job.read("notes.md") == "mine\n"


def test_a_forced_push_to_an_older_commit_of_ours_is_moved_on(witness: Witness) -> None:
    job = witness.job
    first = job.remote.git.commits("--reverse", f"main..{BRANCH}")[0]
    job.remote.git.set_reference(f"refs/heads/{BRANCH}", first)
    job.github.hub.branch_moved(job.remote.state, BRANCH)
    assert job.run()[1]["result"] == "updated"
    assert job.read("main.py") == NEW
    assert job.run()[1]["result"] == "nothing-new"


def test_a_merge_of_the_default_branch_by_a_person_stays(witness: Witness) -> None:
    witness.job.remote.push("main", {"late.py": OLD}, "Move on")
    witness.merge_base_into_branch()
    witness.settles()
    assert witness.job.read("late.py") == NEW


def test_a_merge_of_the_default_branch_that_needs_nothing_is_left(witness: Witness) -> None:
    witness.job.remote.push("main", {"README.md": "# Network\n"}, "Move on")
    merged = witness.merge_base_into_branch()
    witness.settles()
    assert witness.job.remote.sha(BRANCH) == merged


def test_many_commits_of_people_between_runs_and_moves_of_the_base_stay(witness: Witness) -> None:
    for number in range(3):
        witness.push({f"own_{number}.py": OLD})
        witness.job.remote.push("main", {f"theirs_{number}.py": OLD})
        if number == 1:
            witness.push({"note.md": "x\n"}, author="hubot")
            witness.merge_base_into_branch()
        witness.settles()
    assert [witness.job.read(f"{who}_{n}.py") for who in ("own", "theirs") for n in range(3)] == [NEW] * 6
    assert len(witness.job.pulls) == 1


def test_a_person_who_takes_a_rewrite_back_keeps_it_by_a_comment(witness: Witness) -> None:
    kept = OLD.replace(
        "SubscriptionLifecycle\n", "SubscriptionLifecycle  # concertmaster: ignore[old-namespace]\n", 1
    )
    witness.push({"main.py": kept})
    witness.settles()
    assert "from orchestrator.types import" in witness.job.read("main.py")


def test_a_branch_of_that_name_that_a_person_has_made_is_added_to(start: Start) -> None:
    witness = Witness(start())
    witness.push({"notes.md": "mine\n"})
    witness.settles()
    assert witness.job.read("main.py") == NEW


def test_a_newer_upgrade_leaves_the_older_branch_to_its_people(start: Start) -> None:
    job = start()
    job.run(target="5.4.0")
    older = BRANCH.replace("5.5.0", "5.4.0")
    witness = Witness(job)
    witness.push({"notes.md": "mine\n"}, branch=older)
    assert job.run(target="5.5.0")[1]["result"] == "opened"
    old, new = job.pulls
    assert (old.issue.state, new.issue.state) == ("closed", "open")
    (comment,) = old.issue.comments
    assert f"Superseded by #{new.number}" in comment.body
    witness.check(older)
    before, writes = job.snapshot(), job.writes()
    assert job.run(target="5.5.0")[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)


@pytest.mark.parametrize("moves", [False, True], ids=["base stays", "base moves"])
def test_a_closed_pull_request_stays_closed_with_its_branch(witness: Witness, moves: bool) -> None:
    job = witness.job
    witness.push({"notes.md": "mine\n"})
    job.github.hub.close(job.pulls[0].issue)
    if moves:
        job.remote.push("main", {"late.py": OLD})
    before, writes = job.snapshot(), job.writes()
    assert [job.run()[1]["result"] for _ in range(2)] == ["declined", "declined"]
    assert (job.snapshot(), job.writes()) == (before, writes)
    witness.check()


def test_a_pull_request_that_is_opened_again_goes_on(witness: Witness) -> None:
    job = witness.job
    job.github.hub.close(job.pulls[0].issue)
    job.run()
    job.pulls[0].issue.state = "open"
    witness.push({"late.py": OLD})
    witness.settles()
    assert len(job.pulls) == 1


def test_a_title_of_a_persons_stays(witness: Witness) -> None:
    job = witness.job
    job.pulls[0].issue.title = "Please merge before Friday"
    witness.push({"late.py": OLD})
    witness.settles()
    assert job.pulls[0].issue.title == "Please merge before Friday"


def test_a_deleted_branch_with_an_open_pull_request_is_made_again(witness: Witness) -> None:
    """GitHub closes the pull request with its branch; who wants both again opens it again."""
    job = witness.job
    job.remote.delete_branch(BRANCH)
    before = job.snapshot()
    assert job.run()[1]["result"] == "declined"
    assert job.snapshot() == before


# -- at the same time -----------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", OFFSETS)
def test_two_runs_at_once_make_one_pull_request(start: Start, offset: int) -> None:
    job = start()
    number = offset + 1
    while True:
        seen = len(job.github.journal.exchanges)
        fault = job.github.faults.add("*", "", meanwhile(lambda: job.run()), nth=number)
        job.run()
        met = fault.seen >= number
        job.github.faults.rules.clear()
        assert len([pull for pull in job.pulls if pull.issue.state == "open"]) == 1, number
        assert job.read("main.py") == NEW
        assert len(job.log()) == 3
        assert job.run()[1]["result"] == "nothing-new"
        if not met or len(job.github.journal.exchanges) - seen < number:
            break
        forget(job)
        number += STEP
    assert number > 10


def forget(job: Upgrade) -> None:
    """As before the first run."""
    job.pulls.clear()
    job.remote.git.delete_reference(f"refs/heads/{BRANCH}")


@pytest.mark.parametrize("offset", OFFSETS)
def test_a_push_at_any_moment_of_a_renewal_stays(start: Start, offset: int) -> None:
    job = start()
    job.run()
    for number in range(offset + 1, 30, STEP):
        job.remote.push("main", {f"late_{number}.py": OLD})
        witness = Witness(job)

        def push(witness: Witness = witness, number: int = number) -> None:
            witness.push({f"own_{number}.md": "mine\n"})

        fault = job.github.faults.add("*", "", meanwhile(push), nth=number)
        job.run()
        job.github.faults.rules.clear()
        if fault.seen < number:
            break
        witness.check()
        job.run()
        witness.check()
        assert job.read(f"late_{number}.py") == NEW
        assert job.read(f"own_{number}.md") == "mine\n"
        assert job.run()[1]["result"] == "nothing-new"
    assert number > 10


def test_commits_of_the_bot_alone_are_never_taken_for_a_persons(witness: Witness) -> None:
    job = witness.job
    job.remote.push("main", {"late.py": OLD})
    job.run()
    git = job.remote.git
    authors = {
        git.run("log", "-1", "--format=%an", sha).decode().strip() for sha in git.commits(f"main..{BRANCH}")
    }
    assert authors == {BOT}
    assert len(job.log()) == 3
