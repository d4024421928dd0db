"""One password in a project that is upgraded: in no output, and in every file that is written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from concertmaster.cli import run
from tests.jobs import OLD, PIN, Open
from tests.test_dashboard import KEEPER
from tests.upgrades import BRANCH, Start

SECRET = "hUnt3r2-c0rrect"
ADDRESS = f"postgresql://nwa:{SECRET}@db/core"
FILES = {
    "pyproject.toml": PIN.format("4.8.2"),
    "requirements.txt": f"--index-url https://me:{SECRET}@example.org/simple\norchestrator-core==4.8.2\n",
    "requirements-dev.txt": f"orchestrator-core @ https://me:{SECRET}@example.org/orchestrator_core-4.8.2-py3-none-any.whl\n",
    ".env": f"DATABASE_URI={ADDRESS}\nSESSION_SECRET={SECRET}\nOPENAI_API_KEY={SECRET}\nSEARCH_ENABLED=true\n",
    "compose.yaml": f"services:\n  orchestrator:\n    build: .\n    environment:\n      DATABASE_URI: {ADDRESS}\n",
    "run.sh": f"export DATABASE_URI={ADDRESS}\n",
    "README.md": f"```shell\nexport DATABASE_URI={ADDRESS}\n```\n",
    "settings.py": f"""\
import os

from orchestrator.settings import AppSettings


class Settings(AppSettings):
    api_token: str = "{SECRET}"
    DATABASE_URI: str = "{ADDRESS}"


os.environ["DATABASE_URI"] = "{ADDRESS}"
os.environ["SESSION_SECRET"] = "{SECRET}"
""",
    "main.py": OLD,
}
#: Lines that are rewritten and hold it.
REWRITTEN = f"postgresql+psycopg://nwa:{SECRET}@db/core"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for path, text in FILES.items():
        (folder / path).write_text(text)
    return folder


def on_a_terminal(*arguments: str) -> str:
    """What a person sees."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-I", "-m", "concertmaster", *arguments, "--offline"]
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "COLUMNS": "200", "HOME": "/nonexistent"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        told = b"".join(_read(ours))
        process.wait()
    os.close(ours)
    assert b"Traceback" not in told, told
    return told.decode()


def _read(handle: int) -> Iterator[bytes]:
    while True:
        try:
            part = os.read(handle, 65_536)
        except OSError:  # as Linux tells that nobody holds the other end any more
            return
        if not part:
            return
        yield part


Told = Callable[..., str]


@pytest.fixture
def told(project: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """What a command gives to a pipe."""

    def tell(command: str, *options: str) -> str:
        assert run([command, str(project), "--offline", *options]) in (0, 1)
        output = capsys.readouterr()
        return output.out + output.err

    return tell


@pytest.mark.parametrize("form", ["terminal", "concise", "json", "sarif", "github", "gitlab", "html"])
def test_no_format_of_a_check_has_it(told: Told, form: str) -> None:
    text = told("check", "--format", form)
    assert "database-uri-scheme" in text
    assert SECRET not in text


@pytest.mark.parametrize("form", ["markdown", "json", "html"])
def test_no_format_of_a_plan_has_it(told: Told, form: str) -> None:
    text = told("plan", "--format", form)
    assert ".env" in text
    assert SECRET not in text


@pytest.mark.parametrize(
    "arguments",
    [("check",), ("check", "--statistics"), ("plan",), ("map",), ("fix", "--diff", "--unsafe"), ("upgrade",)],
    ids=" ".join,
)
def test_nothing_on_a_terminal_has_it(project: Path, arguments: tuple[str, ...]) -> None:
    command, *options = arguments
    text = on_a_terminal(command, str(project), *options)
    assert len(text) > 100
    assert SECRET not in text


def test_the_page_has_the_lines_without_it(project: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    run(["check", str(project), "--offline", "--report", str(page), "--quiet"])
    text = page.read_text()
    assert "nwa:\\u2026@db" in text or "nwa:…@db" in text
    assert SECRET not in text


def test_what_is_written_has_it(project: Path, told: Told) -> None:
    patch = told("fix", "--diff", "--unsafe")
    assert REWRITTEN in patch
    told("fix", "--unsafe")
    for path in (".env", "compose.yaml", "run.sh", "settings.py"):
        assert REWRITTEN in (project / path).read_text()
    texts = {path: (project / path).read_text() for path in FILES}
    for path, text in FILES.items():
        (project / path).write_text(text)
    subprocess.run(["git", "apply", "-"], input=patch, text=True, cwd=project, check=True)
    assert {path: (project / path).read_text() for path in FILES} == texts


def test_no_comment_of_a_review_has_it_but_for_suggestions(job: Open) -> None:
    """Who presses the button writes the file, and the lines are those of the diff that it stands under."""
    head = {path: text for path, text in FILES.items() if path != "pyproject.toml"}
    opened = job({}, head, release="5.0.4")
    opened.inputs |= {"sarif": "concertmaster.sarif", "report": "review.html"}
    environment = opened.environment()
    from concertmaster.action import run_action

    assert run_action(environment, pause=0) == 1
    bodies = [comment.body for comment in opened.pull.review_comments]
    assert any(REWRITTEN in body for body in bodies)
    for body in bodies:
        outside = "".join(part for number, part in enumerate(body.split("```")) if not number % 2)
        assert SECRET not in outside
        assert all("suggestion" in part[:20] for part in body.split("```")[1::2] if SECRET in part)
    texts = [*opened.summaries(), Path(environment["GITHUB_STEP_SUMMARY"]).read_text()]
    texts += [review.body or "" for review in opened.pull.reviews]
    workspace = Path(environment["GITHUB_WORKSPACE"])
    texts += [(workspace / name).read_text() for name in ("concertmaster.sarif", "review.html")]
    assert all(texts[:2] + texts[-2:])
    assert not [text for text in texts if SECRET in text]
    opened.press_all()
    assert REWRITTEN in opened.remote.read(".env", "feature").decode()


def test_no_text_of_an_upgrade_has_it_and_its_files_have(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    job = start(FILES)
    job.permissions, job.inputs = KEEPER, {"dashboard": "true", "offline": "true"}
    for unsafe in ("false", "true"):
        assert job.run(target="5.5.0", unsafe=unsafe)[0] == 0
        texts = [issue.body or "" for issue in job.remote.state.issues.values()]
        texts += [
            job.remote.git.run("log", "--format=%B", f"main..{BRANCH}").decode(),
            capsys.readouterr().out,
        ]
        assert any("Suggested rewrites" in text for text in texts)
        assert not [text for text in texts if SECRET in text]
    assert REWRITTEN in job.read(".env")
