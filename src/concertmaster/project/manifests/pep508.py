"""One requirement as PEP 508 writes it, with the places of its parts."""

from __future__ import annotations

import re

from msgspec.structs import replace
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from concertmaster.project.manifests.model import Style, Written

MAX_LENGTH = 2000
COMPUTED = re.compile(r"[$%`]|\{\{")
_PARTS = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?+)\s*+(?P<extras>\[[^\]]*+\])?+\s*+"
    r"\(?+\s*+(?P<version>[<>=!~](?:[^;@#)\s]|\s++(?![;@)]|$))*+)?+\s*+\)?+\s*+(?P<url>@[^;]*+)?+(?:;.*)?+",
    re.DOTALL,
)
_EGG = re.compile(r"#(?:.*&)?egg=(?P<name>[\w.-]+)(?P<extras>\[[^\]]*\])?")
_RELEASE = re.compile(r"v?(?P<number>\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)")
_FORGE = re.compile(r"^(?:git|hg|svn|bzr)\+")


def requirement(text: str, start: int, *, group: str = "", hashed: bool = False) -> Written | None:
    """The requirement that `text`, found at offset `start`, is; None when it is none at all."""
    if len(text) > MAX_LENGTH:
        return None
    direct = _direct(text, start, group=group)
    if direct is not None:
        return direct
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return None
    found = Written(
        parts["name"],
        start,
        start + len(text),
        Style.PEP508,
        group=group,
        hashed=hashed,
        version=_shifted(parts, "version", start),
        extras_at=_shifted(parts, "extras", start),
    )
    try:
        parsed = Parsed(text)
    except InvalidRequirement as error:
        extras = tuple(sorted(re.findall(r"[\w.-]+", parts["extras"] or "")))
        return replace(found, extras=extras, problem=_why(text, error))
    return replace(
        found,
        specifier=str(parsed.specifier) or of_reference(_reference(parsed.url or "")),
        extras=tuple(sorted(parsed.extras)),
        marker=str(parsed.marker or ""),
        source=_source(parsed.url),
    )


def of_reference(name: str) -> str:
    """The range that a tag of a repository stands for, where it is named like a release."""
    match = _RELEASE.fullmatch(name)
    return f"=={match['number']}" if match else ""


def _reference(url: str) -> str:
    """What a repository is taken at: `git+https://…/core.git@4.8.2`."""
    return url.partition("#")[0].rpartition("/")[2].partition("@")[2] if _FORGE.match(url) else ""


def _why(text: str, error: InvalidRequirement) -> str:
    if COMPUTED.search(text):
        return "its version is filled in from elsewhere"
    return f"not a valid requirement: {str(error).splitlines()[0]}"


def _shifted(parts: re.Match[str], group: str, start: int) -> tuple[int, int] | None:
    return None if parts[group] is None else (start + parts.start(group), start + parts.end(group))


def _source(url: str | None) -> str:
    if not url:
        return ""
    return "git" if _FORGE.match(url) else "path" if url.startswith(("file:", ".", "/")) else "url"


def _direct(text: str, start: int, *, group: str) -> Written | None:
    """`git+https://…#egg=name`, `https://…/name-1.0-py3-none-any.whl`, `./vendor/name-1.0.tar.gz`."""
    bare = text.partition(" ")[0]
    if not re.match(r"(?:\w+\+)?\w+://|\.{0,2}/", bare):
        return None
    source = "path" if bare.startswith((".", "/", "file:")) else _source(bare)
    egg = _EGG.search(bare)
    name, version = (egg["name"], "") if egg else _of_archive(bare)
    if not name:
        return None
    extras = tuple(sorted(re.findall(r"[\w.-]+", egg["extras"] or ""))) if egg else ()
    specifier = f"=={version}" if version else of_reference(_reference(bare))
    end = start + len(text)
    return Written(name, start, end, Style.PEP508, specifier, extras, group=group, source=source)


def _of_archive(url: str) -> tuple[str, str]:
    """Name and version that an archive's file name tells."""
    file_name = re.split(r"[#?]", url)[0].rpartition("/")[2].replace("%2B", "+")
    try:
        if file_name.endswith(".whl"):
            name, version, *_ = parse_wheel_filename(file_name)
        else:
            name, version = parse_sdist_filename(file_name)
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
        return "", ""
    return canonicalize_name(name), str(version)
