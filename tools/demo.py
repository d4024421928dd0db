"""Reviews a pull request of a real project on a local GitHub, as the action would, and shows what was posted.

The project is made by the generator of orchestrator-core 4.8.2. Its pull request adds the workflows of one
product and raises the framework to 5.x, so that everything has to follow.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.syntax import Syntax
from tests.github_server import events
from tests.github_server.github import GitHub
from tests.github_server.packages import DescriptionUnavailableError
from tests.github_server.state import PullRequest

from concertmaster.versions import NEWEST_KNOWN
from tools.generated import Unavailable, project

RELEASE = "4.8.2"
PLACE = Path(".cache/demo").resolve()
ADDED = "ip_prefix"  # the product whose workflows the pull request adds
BRANCH = "add-ip-prefix-workflows"
SHOWN = 4
SUMMARY_LINES = 40


def main() -> int:
    console = Console()
    console.rule("[bold]A project made by orchestrator-core's own generator")
    try:
        made = project(RELEASE)
        with GitHub.start() as github:
            return demonstrate(github, made, console)
    except (Unavailable, DescriptionUnavailableError) as error:
        console.print(f"[red]The demo needs the package registries:[/red] {error}")
        return 2


def demonstrate(github: GitHub, made: Path, console: Console) -> int:
    shutil.rmtree(PLACE, ignore_errors=True)
    repository = PLACE / "network"
    prepare(made, repository)
    remote = github.create_repository("octo-org/network", repository)
    pull = remote.open_pull_request(
        head=BRANCH, base="main", title=f"Add IP prefix workflows, raise orchestrator-core to {NEWEST_KNOWN}"
    )
    files = len(list(repository.rglob("*.py")))
    console.print(f"{files} Python files in {repository}, pull request #{pull.number}: {pull.issue.title}")

    console.rule("[bold]The action reviews it")
    event = remote.event(pull, "opened")
    preview = PLACE / "review.html"
    ended = review(github, event, preview)
    console.print(f"exit code {ended.returncode}, {len(github.journal)} calls to the API")
    if ended.stderr:
        console.print(ended.stderr, markup=False, highlight=False)

    console.rule("[bold]What the pull request shows now")
    show(pull, console)
    console.print(f"The review as a page: [bold]{preview}[/bold]")
    if github.violations:
        console.print(f"[red]{len(github.violations)} calls broke GitHub's API description[/red]")
        return 1
    return 0 if ended.returncode in (0, 1) else ended.returncode


def prepare(made: Path, repository: Path) -> None:
    """A repository with the project without one product's workflows, and a branch that adds them."""
    shutil.copytree(made, repository, ignore=shutil.ignore_patterns("__pycache__"))
    registry = repository / "workflows" / "__init__.py"
    complete = registry.read_text()
    held_back = {path: path.read_bytes() for path in added_files(repository)}
    for path in held_back:
        path.unlink()
    registry.write_text("".join(line for line in complete.splitlines(True) if ADDED not in line))
    git(repository, "init", "--quiet", "--initial-branch=main")
    commit(repository, "A campus network on orchestrator-core 4.8")
    git(repository, "checkout", "--quiet", "-b", BRANCH)
    for path, content in held_back.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    registry.write_text(complete)
    raise_pins(repository)
    commit(repository, f"Add IP prefix workflows, raise orchestrator-core to {NEWEST_KNOWN}")
    git(repository, "checkout", "--quiet", "main")


def added_files(repository: Path) -> Iterator[Path]:
    for folder in ("workflows", "test/unit_tests/workflows"):
        yield from (path for path in (repository / folder / ADDED).rglob("*.py"))


def raise_pins(repository: Path) -> None:
    for name in ("pyproject.toml", "requirements.txt"):
        path = repository / name
        path.write_text(
            path.read_text()
            .replace(f"~={RELEASE}", f"~={NEWEST_KNOWN}")
            .replace(f"=={RELEASE}", f"=={NEWEST_KNOWN}")
        )


def git(repository: Path, *arguments: str) -> None:
    identity = (
        "-c",
        "user.name=Octocat",
        "-c",
        "user.email=octocat@example.org",
        "-c",
        "commit.gpgsign=false",
    )
    subprocess.run(["git", *identity, *arguments], cwd=repository, check=True, capture_output=True)


def commit(repository: Path, message: str) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", message)


def review(github: GitHub, event: events.Event, preview: Path) -> subprocess.CompletedProcess[str]:
    """The action's entry point, with what a runner gives it and nothing else."""
    environment = github.runner_environment(
        event, {"github-token": github.token(), "fail-on": "error"}, PLACE / "runner", checkout=event.sha
    )
    command = [sys.executable, "-I", "-m", "concertmaster", "review", "--preview", str(preview)]
    return subprocess.run(
        command,
        env=environment,
        cwd=environment["GITHUB_WORKSPACE"],
        capture_output=True,
        text=True,
        check=False,
    )


def unlinked(text: str) -> str:
    """Markdown for a terminal: links by their words, hidden marks left out."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"<[^>]*>", "", text))


def unmarked(text: str) -> str:
    """Markdown as GitHub shows it, without the hidden marks by which a comment is known again."""
    return re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)


def show(pull: PullRequest, console: Console) -> None:
    comments = pull.review_comments
    for comment in comments[:SHOWN]:
        place = f"{comment.thread.anchor.path}:{comment.thread.anchor.line}"
        console.print(Panel(Syntax(unmarked(comment.body), "markdown", word_wrap=True), title=place))
    if len(comments) > SHOWN:
        console.print(f"… and {len(comments) - SHOWN} more review comments, each with its place.\n")
    for talk in pull.issue.comments:
        lines = talk.body.splitlines()
        shown = "\n".join(lines[:SUMMARY_LINES])
        console.print(Panel(Markdown(unlinked(shown)), title="The summary comment"))
        if len(lines) > SUMMARY_LINES:
            console.print(f"… and {len(lines) - SUMMARY_LINES} more lines.\n")


if __name__ == "__main__":
    sys.exit(main())
