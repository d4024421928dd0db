"""What GitHub says of a pull request's files and comments, taken apart and held against what was asked for."""

from __future__ import annotations

import base64
import hashlib
import re

from msgspec import Struct

from concertmaster.github.answers import Json, integer, objects, text
from concertmaster.github.diff import ChangedFile
from concertmaster.github.posted import PostedComment, posted_comment
from concertmaster.github.refusals import GitHubError
from concertmaster.github.retry import MalformedAnswerError

REGULAR = ("100644", "100755")
_SHA = re.compile(r"[0-9a-f]{40}")
_COMPARED = re.compile(r"/repos/([A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.+/)[A-Za-z0-9._-]{1,100})/compare/")


class TreeEntry(Struct, frozen=True):
    """A regular file of a commit."""

    path: str
    sha: str
    size: int


class Tree(Struct, frozen=True):
    """The regular files of a commit, where one is named; GitHub cuts the list of a very large one."""

    entries: tuple[TreeEntry, ...]
    is_cut: bool = False
    commit: str = ""


def own_comment(item: Json) -> PostedComment | None:
    number, path = integer(item, "id"), text(item, "path")
    return posted_comment(number, path, item.get("line"), item.get("body") or "")


def compared_files(found: Json) -> list[ChangedFile]:
    return [changed_file(item) for item in objects(found, "files")]


def comparison(found: Json) -> tuple[str, str]:
    """The commit that two have in common, and the repository as it is called now, if that is told."""
    match = _COMPARED.search(str(found.get("url")))
    return text(found, "merge_base_commit", "sha"), match[1] if match else ""


def changed_file(item: Json) -> ChangedFile:
    from pydantic import ValidationError

    from concertmaster.github.payloads import ListedFile

    try:
        return ChangedFile(**ListedFile.model_validate(item).model_dump())
    except ValidationError as error:
        raise MalformedAnswerError(f"a changed file: {error.errors()[0]['msg']}") from None


def read_tree(found: Json) -> Tree:
    entries = found.get("tree")
    if not isinstance(entries, list):
        raise MalformedAnswerError("a tree without entries")
    regular = (item for item in entries if item.get("type") == "blob" and item.get("mode") in REGULAR)
    listed = (TreeEntry(text(item, "path"), text(item, "sha"), item.get("size") or 0) for item in regular)
    return Tree(tuple(listed), bool(found.get("truncated")))


def content(found: Json, sha: str) -> bytes:
    try:
        data = base64.b64decode(text(found, "content"))
    except ValueError:
        raise MalformedAnswerError("content that is no Base64") from None
    if object_id(data) != sha:
        raise MalformedAnswerError("content that is not what was asked for")
    return data


def object_id(data: bytes) -> str:
    """The name that git gives to a file with these bytes."""
    header = b"blob %d\0" % len(data)
    return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()


def checked(sha: str) -> str:
    if not _SHA.fullmatch(sha):
        raise GitHubError("an object id that is none")
    return sha
