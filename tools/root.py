"""Puts together what the image holds: the interpreter, the libraries it is linked to, and one virtual environment.

Runs while the image is built, on the standard library alone. Every file keeps its place, so that the interpreter
finds everything where it was; what only a person at a terminal or a compiler would use stays behind.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

#: Of the standard library: its tests, its windows, its installers, its databases, its terminal.
UNUSED = frozenset(
    "__pycache__ __phello__ curses dbm ensurepip idlelib lib2to3 pydoc_data sqlite3 test tests tkinter turtledemo "
    "turtle.py venv wsgiref xmlrpc site-packages dist-packages EXTERNALLY-MANAGED LICENSE.txt".split()
)
UNUSED_EXTENSIONS = re.compile(
    r"_?(_test|test|x{2}|tkinter|sqlite3|curses|dbm|gdbm|readline|crypt|nis)[^/]*\.so"
)
UNUSED_FILES = re.compile(r".*\.(pyi|pyx|pxd|c|h|a|exe|lib)")
LINKED = re.compile(r"(/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)
#: Where the image says what of it is no Python package, for the bill of materials.
BILL = "usr/share/concertmaster/system.json"
#: What owns a file, among lines that tell of files that a package has moved away.
OWNER = re.compile(r"[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?")
#: How the C library looks names up, and what it says of root.
SETTINGS = {
    "etc/passwd": "root:x:0:0:root:/github/home:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def main(environment: str, product: str, destination: str) -> None:
    """Lay out `system`, `libraries` and `product`, which become the layers of the image."""
    venv, out = Path(environment), Path(destination)
    system, libraries, own = (out / name for name in ("system", "libraries", "product"))
    interpreter(system)
    for path in files(venv, frozenset({"__pycache__", "tests"})):
        is_own = any(part.startswith(product) for part in path.relative_to(venv).parts)
        copy(path, own if is_own else libraries)
    for name, text in SETTINGS.items():
        write(system / name, text)
    (system / "tmp").mkdir(mode=0o1777)
    (system / "tmp").chmod(0o1777)
    binaries = [path for path in out.rglob("*") if path.is_file() and is_binary(path)]
    linked(binaries, system)
    write(system / BILL, json.dumps(bill(out), indent=1) + "\n")
    for layer in (system, libraries, own):
        compiled(layer)


def interpreter(system: Path) -> None:
    """The interpreter under every name that the virtual environment knows it by, and its standard library."""
    real = Path(sys.executable).resolve()
    copy(real, system)
    for name in {"python3", real.name}:
        link = Path(sys.base_prefix) / "bin" / name
        if link != real and link.exists():
            link_to(real, link, system)
    library = Path(sysconfig.get_path("stdlib", vars={"base": sys.base_prefix}))
    for path in files(library, UNUSED):
        if not (
            path.name.startswith("config-")
            or "/config-" in str(path)
            or UNUSED_EXTENSIONS.fullmatch(path.name)
        ):
            copy(path, system)


def files(folder: Path, unused: frozenset[str]) -> Iterator[Path]:
    """The files of a folder and of those below, but for what is never used."""
    for path in sorted(folder.iterdir()):
        if path.name in unused or UNUSED_FILES.fullmatch(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from files(path, unused)
        else:
            yield path


def copy(path: Path, layer: Path) -> None:
    target = layer / path.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target, follow_symlinks=False)


def link_to(real: Path, link: Path, layer: Path) -> None:
    target = layer / link.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(real)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def linked(binaries: Iterable[Path], system: Path) -> None:
    """Shared libraries that the binaries are linked to, the loader itself, and the loader's table of them."""
    asked = ["ldd", *map(str, binaries)]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    out = system.parent
    for name in sorted({Path(found) for found in LINKED.findall(told)}):
        if not name.is_relative_to(out):
            place = name.parent.resolve() / name.name
            target = system / place.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name.resolve(), target)
    for folder in ("lib", "lib64"):
        if Path("/", folder).is_symlink():
            (system / folder).symlink_to(f"usr/{folder}")
    shutil.copytree("/etc/ld.so.conf.d", system / "etc/ld.so.conf.d")
    shutil.copy2("/etc/ld.so.conf", system / "etc/ld.so.conf")
    subprocess.run(["ldconfig", "-r", str(system)], check=True)


def bill(out: Path) -> dict[str, object]:
    """The interpreter, and the packages of the system that files of the image come from."""
    files = (path for path in (out / "system").rglob("*") if path.is_file() and not path.is_symlink())
    places = sorted(f"/{path.relative_to(out / 'system')}" for path in files)
    return {"python": platform.python_version(), "packages": packages(places)}


def packages(places: Sequence[str]) -> dict[str, str]:
    """The packages of Debian that files belong to, with their versions; none on another system."""
    if shutil.which("dpkg-query") is None:
        return {}
    # A file is known by the place that its package named, which may be before /lib became a link to /usr/lib.
    asked = [name for place in places for name in (place, place.removeprefix("/usr"))]
    told = subprocess.run(["dpkg-query", "--search", *asked], capture_output=True, text=True, check=False)
    named = {name for line in told.stdout.splitlines() for name in line.partition(": ")[0].split(", ")}
    owners = {name for name in named if OWNER.fullmatch(name)}
    form = "${Package} ${Version}\\n"
    known = ["dpkg-query", "--show", f"--showformat={form}", *sorted(owners)]
    lines = subprocess.run(known, capture_output=True, text=True, check=True).stdout if owners else ""
    pairs = (line.partition(" ") for line in lines.splitlines())
    return {name: version for name, _, version in sorted(pairs)}


def compiled(layer: Path) -> None:
    """Compiled once and for good: what was compiled is not held against the source again."""
    modes = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(layer), "-p", "/"]
    subprocess.run([sys.executable, "-I", "-m", "compileall", *modes, str(layer)], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
