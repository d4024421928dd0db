"""Requirements on command lines (`pip install …`) in Dockerfiles, CI and scripts, and the framework's image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

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
_IMAGE = re.compile(
    r"(?<![\w.-])(?:ghcr\.io/|docker\.io/)?workfloworchestrator/orchestrator-core"
    r"(?::(?P<tag>[\w.${}-]+))?(?P<digest>@sha256:[0-9a-f]+)?"
)


def read_shell(manifest: Manifest) -> Found:
    """What install commands name, and images of the framework; comments are left out."""
    text = manifest.joined
    for command in _INSTALL.finditer(text):
        if not _is_comment(text, command.start()):
            yield from _arguments(text, command.end())
    for image in _IMAGE.finditer(text):
        if not _is_comment(text, image.start()):
            yield _image(image)


def _is_comment(text: str, position: int) -> bool:
    start = text.rfind("\n", 0, position) + 1
    return re.search(r"(^|\s)#", text[start:position]) is not None


def _arguments(text: str, position: int) -> Iterator[Written]:
    """The words of one command that are requirements."""
    skip = False
    while match := _TOKEN.match(text, position):
        position = match.end()
        if match["blank"]:
            continue
        if match["stop"] or match[0].startswith("#"):
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
