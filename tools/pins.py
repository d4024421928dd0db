"""Writes `project/pins.txt`: what each release of orchestrator-core requires of other distributions.

`python -m tools.pins FOLDER` reads every wheel of orchestrator-core, and every unpacked `METADATA`, below a folder.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from concertmaster.project.pins import DATA, HEAD

FRAMEWORK = "orchestrator-core"


def metadata(folder: Path) -> Iterator[Metadata]:
    """The metadata of each release of the framework below a folder."""
    for wheel in sorted(folder.rglob("orchestrator_core-*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            yield Metadata.from_email(archive.read(name), validate=False)
    for path in sorted(folder.rglob("orchestrator_core-*.dist-info/METADATA")):
        yield Metadata.from_email(path.read_bytes(), validate=False)


def required(release: Metadata) -> Iterator[tuple[str, str]]:
    """Names and ranges, `name[extra]` for what an extra of the framework brings, and Python itself."""
    yield "python", _told(release.requires_python or SpecifierSet())
    for item in release.requires_dist or ():
        extra = _extra(item)
        if extra not in ("dev", "doc", "test"):
            name = canonicalize_name(item.name)
            yield (f"{name}[{extra}]" if extra else name), _told(item.specifier) or "*"


def _told(specifier: SpecifierSet) -> str:
    """The range with its lower bound first."""
    return ",".join(sorted(map(str, specifier), key=lambda clause: clause.startswith("<")))


def _extra(item: Requirement) -> str:
    return str(item.marker).partition("extra == ")[2].strip("\"'") if item.marker else ""


def table(releases: dict[str, dict[str, str]]) -> Iterator[str]:
    """One line for each name: a release and the range from there on, for each change; `-` for no longer."""
    ordered = sorted(releases, key=Version)
    for name in sorted({name for pins in releases.values() for name in pins}):
        changes: list[tuple[str, str]] = []
        for number in ordered:
            wanted = releases[number].get(name, "-")
            if wanted != (changes[-1][1] if changes else "-"):
                changes.append((number, wanted))
        yield f"{name}: {'; '.join(f'{number} {wanted}' for number, wanted in changes)}"


def main(folder: Path) -> None:
    """Read and write."""
    releases = {str(item.version): dict(required(item)) for item in metadata(folder)}
    DATA.write_text("\n".join([HEAD, *table(releases), ""]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
