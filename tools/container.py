"""Builds the image and runs it as a GitHub runner would, against the local GitHub.

Needs buildah and podman. The base image comes from a registry, or, where none can be reached, is made from
Debian's packages with mmdebstrap and kept in the machine's image store.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.github_server.github import GitHub
from tests.github_server.packages import DescriptionUnavailableError

ROOT = Path(__file__).resolve().parent.parent
IMAGE = "localhost/concertmaster:test"
BASES = {
    "BASE": ("localhost/concertmaster-base:1", "python3,ca-certificates"),
    "BUILDER": ("localhost/concertmaster-builder:1", "python3,python3-venv,ca-certificates"),
}
OLD = "from orchestrator.types import SubscriptionLifecycle\n"
PIN = '[project]\nname = "network"\nversion = "1"\ndependencies = ["orchestrator-core=={}"]\n'


def main() -> int:
    missing = [tool for tool in ("buildah", "podman", "runc", "mmdebstrap") if shutil.which(tool) is None]
    if missing or os.geteuid():
        sys.stdout.write(f"SKIPPED: the image needs root and {', '.join(missing) or 'nothing else'}.\n")
        return 0
    try:
        build()
        with GitHub.start() as github:
            review(github)
    except DescriptionUnavailableError as error:
        sys.stdout.write(f"SKIPPED: the local GitHub needs its description: {error}\n")
    return 0


def build() -> None:
    """The image as users get it, from base images of this machine."""
    for name, (image, packages) in BASES.items():
        if subprocess.run(["podman", "image", "exists", image], check=False).returncode:
            make_base(image, packages)
        BASES[name] = (image, packages)
    arguments = [part for name, (image, _) in BASES.items() for part in ("--build-arg", f"{name}={image}")]
    certificates = "/etc/ssl/certs:/etc/ssl/certs:ro"
    run("buildah", "build", "--quiet", "--isolation", "chroot", "--network", "host", "-v", certificates,
        *arguments, "-t", IMAGE, str(ROOT))  # fmt: skip


def make_base(image: str, packages: str) -> None:
    options = ("--variant=minbase", f"--include={packages}", "--aptopt=APT::Install-Recommends=false")
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "base.tar"
        run("mmdebstrap", *options, "trixie", str(archive), mirror())
        run("podman", "import", "--quiet", str(archive), image)


def mirror() -> str:
    """Where this machine gets Debian's packages from."""
    lists = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    text = "\n".join(path.read_text(errors="replace") for path in lists if path.is_file())
    found = re.findall(r"^(?:URIs: *|deb +(?:\[[^]]*\] +)?)(\S*/debian/?)\s", text, flags=re.MULTILINE)
    if not found:
        raise SystemExit("No source of Debian packages is configured on this machine; see sources.list(5).")
    return str(found[0])


def run(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stderr[-3000:]}")


def review(github: GitHub) -> None:
    """A pull request that raises the pin and adds an old import must get its suggestion from the container."""
    remote = github.create_repository(
        "octo-org/network", {"pyproject.toml": PIN.format("4.8.2"), "main.py": OLD}
    )
    head = {"pyproject.toml": PIN.format("5.5.0"), "added.py": OLD}
    remote.push("raise", head, "Raise orchestrator-core", base="main")
    pull = remote.open_pull_request(base="main", head="raise")
    event = remote.event(pull, "opened")
    with tempfile.TemporaryDirectory() as folder:
        inputs = {"github-token": github.token()}
        environment = github.runner_environment(event, inputs, Path(folder), checkout=event.sha)
        ended = start(environment, Path(folder))
    assert ended.returncode == 1, ended.stderr + ended.stdout
    bodies = [comment.body for comment in pull.review_comments]
    assert any("from orchestrator.core.types import SubscriptionLifecycle" in body for body in bodies), bodies
    assert not github.violations, github.violations
    size = subprocess.run(
        ["podman", "image", "inspect", "--format", "{{.Size}}", IMAGE],
        capture_output=True,
        text=True,
        check=True,
    )
    sys.stdout.write(
        f"The image ({int(size.stdout) / 1e6:.0f} MB) reviewed a pull request: {len(bodies)} comment(s), "
        f"{len(github.journal)} calls.\n"
    )


def start(environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """As the runner's `docker run`: mounts below /github, HOME of its own, all variables by name."""
    places = {"workspace": "workspace", "home": "home", "workflow": "workflow", "file_commands": "file_commands",
              "runner_temp": "runner_temp"}  # fmt: skip
    mounts = [part for host, inside in places.items() for part in ("-v", f"{folder / host}:/github/{inside}")]
    told = {name: value.replace(str(folder), "/github") for name, value in environment.items()}
    variables = [part for name, value in told.items() for part in ("-e", f"{name}={value}")]
    hardened = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
    limits = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
    command = ["podman", "--runtime", "runc", "run", "--rm", "--network", "host", *limits, *hardened,
               "--workdir", "/github/workspace", *mounts, *variables, IMAGE]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
