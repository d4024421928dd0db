"""`python -m tools.image`: what the image weighs, how soon it asks GitHub, and how much memory it takes.

With `--write` the figures go to their place in the README. Times are those of this machine, the best of several runs.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import re
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.github_server.github import GitHub

from tools.container import REVIEW, Case
from tools.engine import HARDENED, IMAGE, ROOT, Engine, build, find_engine

README = ROOT / "README.md"
BEGIN, END = "<!-- image: made by `python -m tools.image --write` -->", "<!-- /image -->"
LAYERS = ("libraries of the system and Python", "packages", "Concertmaster")
RUNS = 5
MIB = 1 << 20
#: Runs what the entry point runs, notes when it first goes to the network, and what it took in the end.
NOTING = """
import atexit, json, resource, runpy, sys, time
first = []
def hear(event, _):
    if event == "socket.connect" and not first:
        first.extend((time.clock_gettime(time.CLOCK_BOOTTIME), time.process_time()))
def note():
    fields = open("/proc/self/stat", "rb").read().rpartition(b")")[2].split()
    of = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    json.dump([int(fields[19]), *first, *of], open("/github/runner_temp/noted", "w"))
atexit.register(note)
sys.addaudithook(hear)
sys.argv = ["concertmaster", "review"]
runpy.run_module("concertmaster", run_name="__main__")
"""
LOADING = "import concertmaster.action; from github import Auth, Github"
TICKS = 100


@dataclass(frozen=True, slots=True)
class Run:
    """One review: seconds to its first call, by the clock and of a processor; the most memory, in KiB."""

    start: float
    processor: float
    memory: int
    worker: int


def layers(engine: Engine) -> Iterator[tuple[int, int]]:
    """The bytes of each layer: unpacked, and as a registry keeps it."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "image.tar"
        done = engine.run("save", "--output", str(archive), IMAGE)
        if done.returncode:
            raise SystemExit(done.stderr)
        with tarfile.open(archive) as image:
            manifest = json.load(_member(image, "manifest.json"))
            for name in manifest[0]["Layers"]:
                data = _member(image, name).read()
                data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
                yield len(data), len(gzip.compress(data, 6))


def _member(archive: tarfile.TarFile, name: str) -> io.BufferedReader:
    file = archive.extractfile(name)
    assert file is not None, name
    return file  # type: ignore[return-value]


def review(engine: Engine) -> Run:
    """A pull request reviewed by the image, with a note of its own on the way out."""
    with GitHub.start() as github, tempfile.TemporaryDirectory() as name:
        case = Case(engine, github)
        event, folder = case.remote.event(case.pull), Path(name)
        inputs = {"github-token": github.token(permissions=REVIEW)}
        environment = github.runner_environment(event, inputs, folder, checkout=event.sha)
        options = ("--entrypoint", "/opt/venv/bin/python")
        done = engine.start(environment, folder, *options, arguments=("-I", "-c", NOTING))
        assert done.returncode == 1, done
        started, asked, processor, memory, worker = json.loads((folder / "runner_temp/noted").read_text())
        return Run(asked - started / TICKS, processor, memory, worker)


def loaded(engine: Engine) -> list[tuple[str, float]]:
    """The packages that are loaded before the first call, with the milliseconds that each takes by itself."""
    given = ("--entrypoint", "/opt/venv/bin/python", IMAGE, "-I", "-X", "importtime", "-c", LOADING)
    told = engine.run("run", "--rm", "--network", "none", *engine.limits, *HARDENED, *given).stderr
    packages: Counter[str] = Counter()
    for own, name in re.findall(r"import time: +(\d+) \| +\d+ \| +([\w.]+)", told):
        top = name.partition(".")[0]
        packages["the standard library" if top in sys.stdlib_module_names else top] += int(own)
    return [(name, own / 1_000) for name, own in packages.most_common()]


def figures(sizes: Sequence[tuple[int, int]], best: Run) -> list[str]:
    """The table of the README."""
    rows = [
        f"| Layer: {name} | {packed / 1e6:.1f} MB compressed, {size / 1e6:.1f} MB unpacked |"
        for name, (size, packed) in zip(LAYERS, sizes, strict=True)
    ]
    unpacked, packed = (sum(column) for column in zip(*sizes, strict=True))
    return [
        "| The image | |",
        "|---|---|",
        f"| Size | {packed / 1e6:.1f} MB compressed, {unpacked / 1e6:.1f} MB unpacked |",
        *rows,
        (
            f"| From the start of the process to the first call | {best.start:.2f} s, "
            f"{best.processor:.2f} s of them at work |"
        ),
        f"| Memory of a small review | {best.memory / 1024:.0f} MiB; each worker {best.worker / 1024:.0f} MiB |",
    ]


def write(lines: Sequence[str]) -> None:
    """Put the figures between their marks."""
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"README.md has no place for the figures: {BEGIN} … {END}")
    README.write_text("\n".join([before + BEGIN, *lines, END]) + after, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.image", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the figures into the README")
    given = parser.parse_args()
    engine = find_engine()
    build(engine)
    runs = [review(engine) for _ in range(RUNS)]
    best = Run(
        *(min(getattr(run, name) for run in runs) for name in ("start", "processor", "memory", "worker"))
    )
    lines = figures(list(layers(engine)), best)
    sys.stdout.write("\n".join(lines) + "\n\nLoaded before the first call, in milliseconds:\n")
    sys.stdout.writelines(f"{own:7.1f}  {name}\n" for name, own in loaded(engine))
    if given.write:
        write(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
