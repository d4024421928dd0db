"""`python -m tools.container`: the image does everything that it is for, started as by a runner, on a local GitHub.

Every run is looked over as the tests are: no token and no command for the runner where none belongs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tests import runner_log
from tests.github_server import events
from tests.github_server.faults import meanwhile
from tests.github_server.github import GitHub
from tests.github_server.packages import DescriptionUnavailableError
from tests.github_server.remote import Remote
from tests.github_server.state import PullRequest
from tests.guard import complaints
from tests.jobs import OLD, PIN
from tests.test_upgrade_formatting import LONG, LONG_NEW, WRAPPED

from tools import pinned
from tools.engine import Engine, NoEngineError, build, find_engine
from tools.probe import PROBE

READ = {"contents": "read", "pull_requests": "read"}
REVIEW = {"contents": "read", "pull_requests": "write"}
MARK = {**REVIEW, "checks": "write", "statuses": "write"}
UPGRADE = {"contents": "write", "pull_requests": "write", "issues": "write"}
#: Modules that would be found before those of the image, if the workspace were looked at.
TRAP = "open('/github/workspace/sprung', 'w').write('x')\n"
TRAPS = (
    "sitecustomize.py",
    "usercustomize.py",
    "github/__init__.py",
    "libcst.py",
    "concertmaster/__init__.py",
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a container ended, and what it left."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    sprung: bool
    left: tuple[str, ...]


@dataclass(slots=True)
class Case:
    """One repository with a pull request that raises the pin and brings old code in."""

    engine: Engine
    github: GitHub
    remote: Remote = field(init=False)
    pull: PullRequest = field(init=False)

    def __post_init__(self) -> None:
        base = {"pyproject.toml": PIN.format("4.8.2"), "main.py": OLD}
        head = {"pyproject.toml": PIN.format("5.5.0"), "added.py": OLD, **dict.fromkeys(TRAPS, TRAP)}
        self.remote = self.github.create_repository("octo-org/network", base)
        self.remote.push("raise", head, "Raise orchestrator-core", base="main")
        self.pull = self.remote.open_pull_request(base="main", head="raise")

    def start(
        self,
        permissions: dict[str, str],
        *options: str,
        event: events.Event | None = None,
        variables: Mapping[str, str] = MappingProxyType({}),
        **inputs: str,
    ) -> Ended:
        event = event or self.remote.event(self.pull)
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        given["github-token"] = self.github.token(permissions=permissions)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            environment = self.github.runner_environment(event, given, folder, checkout=event.sha)
            for path in (folder, *folder.rglob("*")):
                path.chmod(0o777)
            done = self.engine.start({**environment, **variables}, folder, *options)
            log = done.stdout + done.stderr
            wrong = [*complaints([done.stdout, done.stderr], [folder]), *self.github.take_violations()]
            assert not wrong, wrong
            assert "Traceback" not in log, log
            files = folder / "file_commands"
            outputs = runner_log.values((files / "set_output_00000000").read_text())
            summary = (files / "step_summary_00000000").read_text()
            left = tuple(path.name for path in (folder / "runner_temp").iterdir())
            sprung = (folder / "workspace/sprung").exists()
            return Ended(done.returncode, log, outputs, summary, sprung, left)


def review(case: Case) -> None:
    ended = case.start(REVIEW)
    assert (ended.code, ended.outputs["result"], ended.sprung) == (1, "posted", False), ended
    bodies = [comment.body for comment in case.pull.review_comments]
    assert any("from orchestrator.core.types import SubscriptionLifecycle" in body for body in bodies), bodies
    assert ended.summary


def review_as_somebody_else(case: Case) -> None:
    ended = case.start(REVIEW, "--user", "1001:1001")
    assert (ended.code, ended.outputs["result"]) == (1, "posted"), ended


def gate(case: Case) -> None:
    ended = case.start(MARK, event=case.remote.merge_group_event(case.pull), check="status")
    assert (ended.code, ended.outputs["result"]) == (1, "unposted"), ended
    assert [status.state for status in case.remote.state.statuses] == ["failure"]


def upgrade(case: Case) -> None:
    event = case.remote.schedule_event()
    ended = case.start(UPGRADE, event=event, mode="upgrade", target="5.5.0", offline="true")
    assert (ended.code, ended.outputs["result"]) == (0, "opened"), ended
    made = case.remote.state.pulls[-1]
    assert str(made.number) == ended.outputs["pull-request"]
    assert "orchestrator-core==5.5.0" in case.remote.read("pyproject.toml", made.head.ref).decode()


def upgrade_laid_out(case: Case) -> None:
    """As the project is set up: not without ruff, with ruff once it can be fetched, and the third time no more."""
    case.remote.push("main", {"pyproject.toml": f"{PIN.format('4.8.2')}[tool.ruff]\n", "main.py": LONG})
    with pinned.serving("ruff") as (server, address):
        program = server.answers.pop(address)
        variables = {"UV_DEFAULT_INDEX": server.base}
        for result, text in (("opened", LONG_NEW), ("updated", WRAPPED), ("nothing-new", WRAPPED)):
            event = case.remote.schedule_event()
            wanted = {"mode": "upgrade", "target": "5.5.0", "offline": "false"}
            ended = case.start(UPGRADE, event=event, variables=variables, **wanted)
            assert (ended.code, ended.outputs["result"], ended.left) == (0, result, ()), ended
            made = case.remote.state.pulls[-1]
            assert case.remote.read("main.py", made.head.ref).decode() == text, ended
            assert ("could not be fetched" in made.issue.body) is (result == "opened"), made.issue.body
            server.answers[address] = program


def fork(case: Case) -> None:
    source = case.remote.fork("stranger")
    source.push("feature", {"new.py": OLD, "pyproject.toml": PIN.format("5.5.0")})
    case.pull = case.remote.open_pull_request("main", "feature", source=source)
    ended = case.start(READ)
    assert (ended.code, ended.outputs["result"]) == (1, "refused"), ended
    assert "file=new.py" in ended.log, ended
    assert case.pull.reviews == []


def missing_permission(case: Case) -> None:
    ended = case.start(REVIEW, check="check-run")
    assert (ended.code, ended.outputs["result"]) == (1, "posted"), ended
    assert "The check-run could not be set" in ended.log, ended
    assert case.remote.state.check_runs == []


def cancel(case: Case) -> None:
    name = f"concertmaster-{case.github.url.rpartition(':')[2]}"
    kill = [*case.engine.command, "kill", "--signal", "TERM", name]
    done = threading.Event()

    def stop() -> None:
        subprocess.run(kill, capture_output=True, check=True)
        done.set()

    case.github.faults.add("GET", "/compare/", meanwhile(stop))
    ended = case.start(MARK, "--name", name, check="check-run")
    assert done.wait(30)
    assert (ended.code, "The run was cancelled" in ended.log) == (143, True), ended
    assert [run.conclusion for run in case.remote.state.check_runs] == ["cancelled"]


def confined(case: Case) -> None:
    """What parses reaches nobody, starts nothing, looks into nobody and writes nothing, as root and as another user."""
    for options in ((), ("--user", "1001:1001")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            case.github.runner_environment(case.remote.event(case.pull), {}, folder)
            for path in (folder, *folder.rglob("*")):
                path.chmod(0o777)
            options = (*options, "--entrypoint", "/opt/venv/bin/python")
            done = case.engine.start({}, folder, *options, arguments=("-I", "-c", PROBE))
            assert (done.returncode, done.stdout) == (0, "[[[[]]], true]\n"), done


CASES: tuple[Callable[[Case], None], ...] = (
    review,
    review_as_somebody_else,
    gate,
    upgrade,
    upgrade_laid_out,
    fork,
    missing_permission,
    cancel,
    confined,
)


def main() -> int:
    try:
        engine = find_engine()
        build(engine)
        for case in CASES:
            name = case.__name__.replace("_", " ")
            with GitHub.start() as github:
                try:
                    case(Case(engine, github))
                    told = f"The image as a runner starts it, {name}: {len(github.journal)} calls."
                except pinned.NoWheelError as error:
                    told = f"SKIPPED: the image is not tried here, {name}: {error}"
            sys.stdout.write(f"{told}\n")
    except (NoEngineError, DescriptionUnavailableError) as error:
        sys.stdout.write(f"SKIPPED: the image is not tried here: {error}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
