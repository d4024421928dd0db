"""Builds the image with what a machine has, and starts it as a GitHub runner starts a container action."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMAGE = "localhost/concertmaster:test"
BASE, PACKAGES = "localhost/concertmaster-builder:2", "python3,python3-venv,ca-certificates"
#: Of Debian, that with the newest CPython first; a copy of it may be older than its list of files is meant to be.
SUITES, OLD_TOO = ("forky", "trixie"), 'Acquire::Check-Valid-Until "false"'
NEEDED = ("buildah", "podman", "runc", "mmdebstrap")
PLACES = ("workspace", "home", "workflow", "file_commands", "runner_temp")
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")


class NoEngineError(Exception):
    """This machine cannot build or run images."""


def as_runner(environment: Mapping[str, str], folder: Path) -> list[str]:
    """Options of the runner's `docker run`: mounts below /github, HOME of its own, all variables by name."""
    mounts = [part for place in PLACES for part in ("-v", f"{folder / place}:/github/{place}")]
    told = {name: value.replace(str(folder), "/github") for name, value in environment.items()}
    variables = [part for name, value in told.items() for part in ("-e", f"{name}={value}")]
    return ["--rm", "--network", "host", "--workdir", "/github/workspace", *mounts, *variables]


@dataclass(frozen=True, slots=True)
class Engine:
    """What runs containers here."""

    command: tuple[str, ...]
    limits: tuple[str, ...] = ()

    def start(
        self,
        environment: Mapping[str, str],
        folder: Path,
        *options: str,
        arguments: tuple[str, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        """The image with no more rights than it needs."""
        options = (*self.limits, *HARDENED, *options)
        return self.run("run", *options, *as_runner(environment, folder), IMAGE, *arguments)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *arguments], capture_output=True, text=True, check=False, timeout=300
        )


def find_engine() -> Engine:
    """Podman with a base image of Debian's packages, where images come from no registry; else Docker.

    Raises:
        NoEngineError: this machine has neither.
    """
    missing = [tool for tool in NEEDED if shutil.which(tool) is None]
    if not missing and os.geteuid() == 0:
        return Engine(("podman", "--runtime", "runc"), LIMITS)
    docker = Engine(("docker",))
    if shutil.which("docker") and docker.run("info").returncode == 0:
        return docker
    raise NoEngineError(f"neither Docker runs here, nor is there root with {', '.join(missing or NEEDED)}")


def build(engine: Engine) -> None:
    """The image as users get it."""
    if engine.command[0] == "docker":
        run("docker", "build", "--quiet", "--tag", IMAGE, str(ROOT))
        return
    if engine.run("image", "exists", BASE).returncode:
        make_base()
    certificates = "/etc/ssl/certs:/etc/ssl/certs:ro"
    run("buildah", "build", "--quiet", "--layers", "--isolation", "chroot", "--network", "host", "-v", certificates,
        "--build-arg", f"BASE={BASE}", "-t", IMAGE, str(ROOT))  # fmt: skip


def make_base() -> None:
    """A base of the first of Debian's suites that there is."""
    options = ("--variant=minbase", f"--include={PACKAGES}", "--aptopt=APT::Install-Recommends=false")
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "base.tar"
        for suite in SUITES:
            try:
                run("mmdebstrap", *options, f"--aptopt={OLD_TOO}", suite, str(archive), mirror())
            except SystemExit as failed:
                problems.append(str(failed))
                continue
            run("podman", "import", "--quiet", str(archive), BASE)
            return
    raise SystemExit("\n".join(problems))


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
