"""Requirements on command lines (`pip install …`) in Dockerfiles, CI and scripts, and the framework's image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from concertmaster.project.manifests.model import Found, Manifest, Style, Written
from concertmaster.project.manifests.pep508 import COMPUTED, requirement

_GAP = r"[\s\"',]+"
_INSTALL = re.compile(
    rf"(?<![\w.-])(?:(?:pip[\d.]*|pipx|pipenv){_GAP}install|uv{_GAP}(?:pip{_GAP}install|tool{_GAP}install|add)"
    rf"|(?:poetry|pdm){_GAP}add)(?![\w-])[\"']?"
)
_WORD = re.compile(r"(?:[^\s\"'\\;&|()<>`,]|\\.|,(?=[^\s\"']))+")
_TOKEN = re.compile(
    r"(?P<blank>[ \t\r,]+)|(?P<double>\"[^\"\n]*\")|(?P<single>'[^'\n]*')"
    rf"|(?P<word>{_WORD.pattern})|(?P<stop>.)"
)
_NAME = re.compile(r"[A-Za-z][\w.-]*(?:\[[^\]]*\])?(?:$|\s*[=<>!~@;(])")
#: Options whose next word is a value, not a requirement.
_VALUED = frozenset(
    """-r --requirement -c --constraint -i --index-url --extra-index-url -f --find-links -t --target --prefix
    --python --index --default-index --group --extra --cache-dir --timeout --retries --trusted-host -G -p
    --override --exclude-newer --tag --branch --rev --source --python-version --platform -e --editable
    """.split()
)
_COMMENT = re.compile(r"(?:^|\s)#")
_IMAGE = re.compile(
    r"(?<![\w.-])(?:ghcr\.io/|docker\.io/)?workfloworchestrator/orchestrator-core"
    r"(?::(?P<tag>[\w.${}-]+))?(?P<digest>@sha256:[0-9a-f]+)?"
)


def read_shell(manifest: Manifest) -> Found:
    """What install commands name, and images of the framework; comments are left out."""
    for offset, line in manifest.logical_lines():
        comment = _COMMENT.search(line)
        code = line[: comment.start()] if comment else line
        commands = list(_INSTALL.finditer(code))
        ends = [*(command.start() for command in commands[1:]), len(code)]
        for command, end in zip(commands, ends, strict=False):
            for found in _arguments(code[:end], command.end()):
                yield found.moved(offset)
        for image in _IMAGE.finditer(code):
            yield _image(image).moved(offset)


def _arguments(text: str, position: int) -> Iterator[Written]:
    """The words of one command that are requirements."""
    skip = False
    while match := _TOKEN.match(text, position):
        position = match.end()
        if match["blank"]:
            continue
        if match["stop"]:
            return
        quoted = match["double"] or match["single"]
        word, start = (quoted[1:-1], match.start() + 1) if quoted else (match[0], match.start())
        if word.startswith("-"):
            skip = word in _VALUED
        elif not skip and (found := _word(word, start)):
            yield found
        else:
            skip = False


def _word(word: str, start: int) -> Written | None:
    if not _NAME.match(word) and "://" not in word:
        return None
    found = requirement(word, start, group="shell")
    if found is None or not COMPUTED.search(word):
        return found
    return replace(found, problem="its version is filled in from elsewhere")


def _image(match: re.Match[str]) -> Written:
    tag = match["tag"] or ""
    release = re.fullmatch(r"v?(?P<version>\d+\.\d+\.\d+\w*)", tag)
    version = (match.start("tag") + release.start("version"), match.end("tag")) if release else None
    return Written(
        "orchestrator-core",
        *match.span(),
        Style.IMAGE,
        f"=={release['version']}" if release else "",
        group="image",
        hashed=match["digest"] is not None,
        version=version,
        problem="" if release else f"the image's tag {tag!r} is no release" if tag else "",
    )
