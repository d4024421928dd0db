"""A survey of an organization: what is wanted of it, and how far it has come."""

from __future__ import annotations

import re
from dataclasses import dataclass

from concertmaster.github.paths import is_safe
from concertmaster.messages.fleet import malformed_name

_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98})")
_TOPIC = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.+$)[A-Za-z0-9._-]{1,100}")
_FOLDER = re.compile(r"[^\x00-\x1f\x7f\"\\:]{1,200}")
MAX_FOLDERS = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which repositories are looked for, and the folders besides the root that may hold their manifests."""

    organization: str
    topics: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    archived: bool = False
    forks: bool = False
    templates: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A repository that uses the framework: the release that its manifest asks for, and that manifest."""

    repository: str
    release: str
    path: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What has been seen of an organization so far; `cursor` is where its list goes on."""

    wanted: Wanted
    cursor: str | None = None
    is_complete: bool = False
    listed: int = 0
    skipped: int = 0
    found: tuple[Found, ...] = ()
    unread: tuple[str, ...] = ()


def is_repository(name: str) -> bool:
    """Whether a text is the name of a repository with its owner."""
    return bool(_REPOSITORY.fullmatch(name))


def wanted_of(organization: str, topics: tuple[str, ...], folders: tuple[str, ...], **kinds: bool) -> Wanted:
    """What somebody asks for, once it is known to be safe to ask.

    Raises:
        UserError: a name is none.
    """
    if not _LOGIN.fullmatch(organization):
        raise malformed_name("--organization", organization, "the name of an organization")
    for topic in topics:
        if not _TOPIC.fullmatch(topic):
            raise malformed_name("--topic", topic, "a topic: small letters, digits and hyphens")
    homes = tuple(folder.strip("/") for folder in folders)
    for home in homes:
        if not _FOLDER.fullmatch(home) or not is_safe(home):
            raise malformed_name("--folder", home, "a folder of the repositories, such as services/network")
    if len(homes) > MAX_FOLDERS:
        raise malformed_name("--folder", ", ".join(homes), f"given {MAX_FOLDERS} times at most")
    return Wanted(organization, topics, homes, **kinds)
