"""`python -m tools.smoke IMAGE`: an image reviews a pull request on a local GitHub, started as by a runner."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from tests.github_server.github import GitHub
from tests.jobs import OLD, PIN

from tools.engine import Engine, as_runner

WANTED = "from orchestrator.core.workflows.utils import create_workflow"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.smoke", description=__doc__)
    parser.add_argument("image")
    parser.add_argument(
        "--engine", type=shlex.split, default=["docker"], help="docker, or podman with options"
    )
    parser.add_argument("--option", action="append", default=[], help="one more option of `run`")
    given = parser.parse_args()
    engine = Engine(tuple(given.engine))
    if shutil.which(given.engine[0]) is None:
        raise SystemExit(f"{given.engine[0]} is not installed, so the image cannot be tried.")
    with GitHub.start() as github:
        remote = github.create_repository("octo-org/network", {"pyproject.toml": PIN.format("4.8.2")})
        remote.push("raise", {"pyproject.toml": PIN.format("5.5.0"), "added.py": OLD})
        pull = remote.open_pull_request("main", "raise")
        event = remote.event(pull)
        with tempfile.TemporaryDirectory() as folder:
            inputs = {"github-token": github.token()}
            environment = github.runner_environment(event, inputs, Path(folder), checkout=event.sha)
            ended = engine.run("run", *given.option, *as_runner(environment, Path(folder)), given.image)
        bodies = [comment.body for comment in pull.review_comments]
        violations = list(github.violations)
    if ended.returncode != 1 or violations or not any(WANTED in body for body in bodies):
        raise SystemExit(
            f"It ended with {ended.returncode}: {ended.stdout}{ended.stderr}{violations}{bodies}"
        )
    sys.stdout.write(f"{given.image} reviewed a pull request: {len(bodies)} comments.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
