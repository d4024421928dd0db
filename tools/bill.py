"""`python -m tools.bill SBOM SYSTEM...`: put what is no Python package of the images into the bill of materials.

Each SYSTEM is what an image says of itself (see tools/root.py), in a file that is named after its architecture.
Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bill", description=__doc__)
    parser.add_argument("bill", type=Path)
    parser.add_argument("systems", type=Path, nargs="+", metavar="SYSTEM")
    given = parser.parse_args()
    bill = json.loads(given.bill.read_text(encoding="utf-8"))
    systems = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in given.systems}
    given.bill.write_text(json.dumps(completed(bill, systems), indent=2) + "\n", encoding="utf-8")
    return 0


def completed(bill: dict[str, Any], systems: dict[str, Any]) -> dict[str, Any]:
    """The bill with the interpreter and the packages of the system of each architecture."""
    found = {one["bom-ref"]: one for name, system in systems.items() for one in components(system, name)}
    if len({one["version"] for one in found.values() if one["name"] == "cpython"}) != 1:
        raise SystemExit("The images do not hold one and the same Python: build them from one base.")
    known = [one for one in bill.get("components", []) if one.get("bom-ref") not in found]
    dependencies = [one for one in bill.get("dependencies", []) if one.get("ref") not in found]
    lone = [{"ref": ref} for ref in sorted(found)]
    return {**bill, "components": [*known, *found.values()], "dependencies": [*dependencies, *lone]}


def components(system: dict[str, Any], architecture: str) -> Iterator[dict[str, Any]]:
    """As CycloneDX has them: the interpreter of all images is one, a package of the system is one for each."""
    version = str(system["python"])
    reference = f"pkg:generic/cpython@{version}"
    cpe = f"cpe:2.3:a:python:python:{version}:*:*:*:*:*:*:*"
    yield {
        "type": "platform",
        "bom-ref": reference,
        "name": "cpython",
        "version": version,
        "purl": reference,
        "cpe": cpe,
    }
    for name, number in sorted(system["packages"].items()):
        reference = f"pkg:deb/debian/{quote(name)}@{quote(number, safe='')}?arch={architecture}"
        yield {"type": "library", "bom-ref": reference, "name": name, "version": number, "purl": reference}


if __name__ == "__main__":
    sys.exit(main())
