"""Makes the corpora: folders in git repositories, of files from pinned wheels of the package index.

    python -m benchmarks.corpora [FOLDER]

Candidates are files of releases of the framework that mention it; the rest comes from other people's packages.
The same wheels always give the same files.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path

CACHE = Path(__file__).parent.parent / ".cache" / "benchmarks"
RELEASES = tuple(
    """
    4.8.2 4.4.2 3.2.3 2.10.0 2.2.1 1.3.6 5.0.0 5.5.0 4.0.4 3.1.2 2.6.1 2.0.3 4.6.5 5.2.0 2.8.0 1.2.7 5.1.0 4.7.2
    3.0.0
    """.split()
)
OTHERS = (
    "django==5.2.19",
    "celery==5.7.0",
    "wagtail==8.0.1",
    "dagster==1.13.29",
    "prefect==3.9.1",
    "apache-libcloud==3.9.1",
    "networkx==3.6.1",
    "sympy==1.14.0",
    "strawberry-graphql==0.341.2",
    "pydantic==2.14.3",
    "fastapi==0.165.0",
    "pulumi-aws==7.51.1",
    "ansible-core==2.19.14",
    "botocore==1.44.5",
    "plotly==7.1.0",
    "google-cloud-compute==1.57.0",
    "twisted==26.10.0",
    "mypy==2.4.1",
    "hypothesis==6.170.15",
    "sentry-sdk==2.75.0",
)
#: Name, number of files, share of them that mention the framework.
SIZES = {"small": (100, 1.0), "medium": (300, 0.6), "framework": (600, 1.0), "large": (10_000, 0.15)}
#: Files that the second commit of every corpus changes: an ordinary pull request.
CHANGED = 20
MAX_LINES = 450
PROJECT = b'[project]\nname = "corpus"\nversion = "1.0"\ndependencies = ["orchestrator-core==4.8.2"]\n'


def wheels(names: Iterable[str]) -> Iterator[Path]:
    """The wheels of pinned requirements, fetched once."""
    folder = CACHE / "wheels"
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        project, _, version = name.partition("==")
        pattern = f"{project.replace('-', '_')}-{version}-*.whl"
        if not any(folder.glob(pattern)):
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
            subprocess.run(
                [*command, "--no-deps", "--only-binary", ":all:", "--dest", folder, name], check=True
            )
        yield next(iter(folder.glob(pattern)))


def sources(names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The Python files of some packages, each text once."""
    seen: set[bytes] = set()
    for wheel in wheels(names):
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted(archive.namelist()):
                text = archive.read(name) if name.endswith(".py") else b""
                digest = hashlib.sha256(text).digest()
                if 3 <= text.count(b"\n") <= MAX_LINES and digest not in seen:
                    seen.add(digest)
                    yield name, text


def candidates() -> Iterator[bytes]:
    """Files that mention the framework, by release, newest 4.x first."""
    for _, text in sources(f"orchestrator-core=={release}" for release in RELEASES):
        if b"orchestrator" in text:
            yield text


def others() -> Iterator[bytes]:
    """Files that do not, taken from all packages evenly."""
    plain = (text for _, text in sources(OTHERS) if b"orchestrator" not in text)
    yield from sorted(plain, key=lambda text: hashlib.sha256(text).digest())


def make(folder: Path, files: int, share: float) -> None:
    """Write a corpus; texts are used again, told apart by a last line, where the wheels do not hold enough."""
    wanted = round(files * share)
    chosen = [*_enough(candidates(), wanted), *_enough(others(), files - wanted)]
    for number, text in enumerate(chosen):
        path = folder / f"part{number % 97}" / f"module{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    _commit(folder, "corpus")
    for number in range(min(CHANGED, wanted)):
        path = folder / f"part{number % 97}" / f"module{number}.py"
        path.write_bytes(
            path.read_bytes() + b"\nfrom orchestrator.workflow import StepList, begin, step  # noqa\n"
        )
    _commit(folder, "pull request")


def _enough(texts: Iterable[bytes], wanted: int) -> Iterator[bytes]:
    """So many texts; nothing is fetched for none."""
    if not wanted:
        return
    there = list(texts)
    for number, text in enumerate(islice(cycle(there), wanted)):
        yield text if number < len(there) else text + b"\n# copy %d\n" % number


def _commit(folder: Path, message: str) -> None:
    (folder / "pyproject.toml").write_bytes(PROJECT)
    identity = ["-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "--no-gpg-sign", "-m", message]):
        subprocess.run(["git", *identity, *command], cwd=folder, check=True)


def make_pathological(folder: Path) -> None:
    """Files that are legal and cost far more than their size, and some that no tool should die of."""
    texts = {
        "parentheses": b"(" * 3_000 + b"1" + b")" * 3_000,
        "attributes": b"x = a" + b".b" * 20_000,
        "sums": b"x = " + b" + ".join([b"1"] * 20_000),
        "table": b"x = {\n"
        + b"".join(b'    "key%d": [%d, "orchestrator"],\n' % (n, n) for n in range(15_000))
        + b"}\n",
        "imports": b"".join(b"from orchestrator.types import State as s%d\n" % n for n in range(2_000)),
        "line": b"x = [" + b'"orchestrator", ' * 30_000 + b"]\n",
        "functions": b"".join(b"def f%d(): return orchestrator\n" % n for n in range(10_000)),
        "nested": b"".join(b" " * n + b"if x:\n" for n in range(95)) + b" " * 95 + b"pass\n",
        "bindings": b"import orchestrator\n" + b"orchestrator = orchestrator\n" * 10_000,
        "chain": b"wf = begin " + b">> step " * 5_000 + b"\n",
        "lambdas": b"x = " + b"lambda: " * 900 + b"orchestrator\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        head = b"" if b"orchestrator" in text else b"from orchestrator.workflow import begin, step\n"
        (folder / f"{name}.py").write_bytes(head + text)
    _commit(folder, "corpus")


def corpus(name: str) -> Path:
    """The folder of a corpus, made when it is not there."""
    folder = CACHE / "corpora" / name
    if not (folder / ".git" / "HEAD").exists():
        if name == "pathological":
            make_pathological(folder)
        else:
            files, share = SIZES[name]
            make(folder, files, share)
    return folder


def main() -> None:
    for name in sys.argv[1:] or (*SIZES, "pathological"):
        folder = corpus(name)
        found = [path.read_bytes() for path in folder.rglob("*.py")]
        hits = sum(b"orchestrator" in text for text in found)
        print(f"{name:14}{len(found):7} files {sum(map(len, found)):11,} bytes {hits:6} candidates  {folder}")


if __name__ == "__main__":
    main()
