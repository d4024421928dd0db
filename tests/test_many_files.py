"""100,000 files are judged within the memory of a small machine, and who watches sees how far it is."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from benchmarks.corpora import corpus
from benchmarks.measuring import peak

TIMES, WORKERS = 10, 4
#: Bytes of all processes together.
MOST = 1_200_000_000

pytestmark = pytest.mark.skipif(
    not os.environ.get("CONCERTMASTER_SLOW"), reason="takes minutes: set CONCERTMASTER_SLOW=1 to run"
)


def linked(target: Path) -> int:
    """A repository with the files of the large corpus ten times, as links; how many they are."""
    whole, number = corpus("large"), 0
    for path in whole.rglob("*.py"):
        for copy in range(TIMES):
            link = target / f"copy{copy}" / path.relative_to(whole)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.hardlink_to(path)
            number += 1
    (target / "pyproject.toml").write_bytes((whole / "pyproject.toml").read_bytes())
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)
    return number


def seen(screen: int, into: list[bytes]) -> None:
    """Read what a terminal shows until nobody writes to it any more."""
    while True:
        try:
            part = os.read(screen, 65_536)
        except OSError:
            return
        into.append(part)


@pytest.mark.parametrize("command", ["check", "fix"])
def test_a_hundred_thousand_files_end_within_memory_and_with_progress(command: str, tmp_path: Path) -> None:
    number = linked(tmp_path)
    ours = [sys.executable, "-m", "concertmaster", command, "--offline", "--jobs", str(WORKERS)]
    if command == "fix":
        ours.append("--diff")  # links are the files of the corpus itself
    screen, terminal = pty.openpty()
    told: list[bytes] = []
    reader = threading.Thread(target=seen, args=(screen, told))
    with (tmp_path.parent / f"{command}.txt").open("wb") as out:
        process = subprocess.Popen([*ours, str(tmp_path)], stdout=out, stderr=terminal)
    os.close(terminal)
    reader.start()
    most = peak(process)
    reader.join()
    os.close(screen)
    steps = re.findall(rb"([\d,]+) of ([\d,]+) files", b"".join(told))
    done = [int(step.replace(b",", b"")) for step, _ in steps]
    print(f"{command}: {number:,} files, {most / 1e6:.0f} MB, told {len(done)} times how far it was")
    assert process.wait() in (0, 1)
    assert {int(whole.replace(b",", b"")) for _, whole in steps} == {number + 1}
    assert done == sorted(done)
    assert len(done) > 20
    assert most <= MOST
