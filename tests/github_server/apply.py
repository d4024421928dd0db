"""GitHub's button under a suggestion: it replaces whole lines at the pull request's head and commits.

GitHub does not document what becomes of line endings. Here the text of the fence takes the ending of the lines that it
replaces, lines that are not replaced keep every byte, and a last line without a newline stays without one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

import cmarkgfm

from tests.github_server import anchors, permissions
from tests.github_server.git import Blob
from tests.github_server.gitwrite import Content, commit_files
from tests.github_server.routes_git import entry_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.github_server.hub import Hub
    from tests.github_server.state import PullRequest, ReviewComment, User

CLOSED = "Suggestions cannot be applied while the pull request is closed."
QUEUED = "Suggestions cannot be applied while the pull request is queued to merge."
PENDING = "Suggestions cannot be applied from pending reviews."
RESOLVED = "This suggestion has been applied or marked resolved."
OUTDATED = "Outdated suggestions cannot be applied."
DELETED = "Applying suggestions on deleted lines is not supported."
OVERLAP = "Only one suggestion per line can be applied in a batch."
UNCHANGED = "This suggestion is invalid because no changes were made to the code."
NO_BUTTON = "The button is not offered"


class SuggestionError(Exception):
    """Why the button cannot be pressed, in GitHub's words where it has some."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Lines `first` to `last` of a file, counted from 1, become these lines; none deletes them."""

    path: str
    first: int
    last: int
    lines: tuple[bytes, ...]


class _Suggestions(HTMLParser):
    """Collects the code blocks that GitHub's own Markdown shows as suggestions."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "pre":
            self._inside = ("lang", "suggestion") in attrs
        elif tag == "code" and self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside and self.found:
            self.found[-1] += data


def suggestions(body: str) -> list[tuple[str, ...]]:
    """The lines of every suggestion in a comment; an empty fence has no lines."""
    parser = _Suggestions()
    parser.feed(cmarkgfm.github_flavored_markdown_to_html(body.replace("\r\n", "\n")))
    parser.close()
    return [tuple(text.split("\n")[:-1]) for text in parser.found]


def apply(hub: Hub, pull: PullRequest, comments: Sequence[ReviewComment], by: User) -> str:
    """One commit on the head branch, for one suggestion or a batch; the new head."""
    _check_pull(pull, by)
    replacements = [_replacement(pull, comment) for comment in comments]
    files = changed_files(pull, replacements)
    repository = pull.head.repository
    assert repository is not None
    sha = commit_files(
        repository.git,
        reference=f"refs/heads/{pull.head.ref}",
        parent=pull.head.sha,
        files=files,
        message=_message(comments, by),
        author=hub.identity_of(by),
    )
    for comment in comments:
        comment.thread.applied = True
    hub.signed.add(sha)
    hub.branch_moved(repository, pull.head.ref)
    return sha


def _check_pull(pull: PullRequest, by: User) -> None:
    if pull.issue.state == "closed":
        raise SuggestionError(CLOSED)
    if pull.queued:
        raise SuggestionError(QUEUED)
    head = pull.head.repository
    if head is None:
        raise SuggestionError(f"{NO_BUTTON}: the repository of the head branch is gone.")
    maintained = pull.maintainer_can_modify and permissions.may_write(pull.repository, by)
    if not permissions.may_write(head, by) and not maintained:
        raise SuggestionError(f"{NO_BUTTON}: {by.login} cannot write to {head.full_name}.")


def _replacement(pull: PullRequest, comment: ReviewComment) -> Replacement:
    thread = comment.thread
    if comment.review.state == "PENDING":
        raise SuggestionError(PENDING)
    if thread.applied or thread.resolved_by:
        raise SuggestionError(RESOLVED)
    if thread.anchor.side == "LEFT" or thread.anchor.start_side == "LEFT":
        raise SuggestionError(DELETED)
    now = anchors.current(pull, thread.anchor)
    if now is None:
        raise SuggestionError(OUTDATED)
    found = suggestions(comment.body)
    if len(found) != 1 or now.line is None:
        raise SuggestionError(f"{NO_BUTTON}: the comment holds {len(found)} suggestions for line {now.line}.")
    lines = tuple(line.encode() for line in found[0])
    return Replacement(now.path, now.first, now.line, lines)


def changed_files(pull: PullRequest, replacements: Sequence[Replacement]) -> dict[str, Content | None]:
    by_path: dict[str, list[Replacement]] = defaultdict(list)
    for replacement in replacements:
        by_path[replacement.path].append(replacement)
    return {path: _changed(pull, path, wanted) for path, wanted in by_path.items()}


def _changed(pull: PullRequest, path: str, wanted: list[Replacement]) -> Blob:
    git = pull.repository.git
    found, entry = git.read(f"{pull.head.sha}:{path}"), entry_at(pull.repository, pull.head.sha, path)
    assert found is not None
    assert entry is not None
    return Blob(replaced(found.data, wanted), entry.mode)


def replaced(data: bytes, wanted: Sequence[Replacement]) -> bytes:
    """The file after all replacements, which must not share a line."""
    ordered = sorted(wanted, key=lambda replacement: replacement.first)
    for one, other in pairwise(ordered):
        if other.first <= one.last:
            raise SuggestionError(OVERLAP)
    lines = data.split(b"\n")
    lines = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    for replacement in reversed(ordered):
        old = lines[replacement.first - 1 : replacement.last]
        new = _with_endings(replacement.lines, old, crlf=_is_crlf(lines, replacement))
        if new == old:
            raise SuggestionError(UNCHANGED)
        lines[replacement.first - 1 : replacement.last] = new
    return b"".join(lines)


def _is_crlf(lines: list[bytes], replacement: Replacement) -> bool:
    """As the replaced lines end; a last line that ends in nothing follows the one above."""
    around = lines[max(replacement.first - 2, 0) : replacement.last]
    own = lines[replacement.first - 1 : replacement.last]
    ended = [line for line in own if line.endswith(b"\n")] or around
    return any(line.endswith(b"\r\n") for line in ended)


def _with_endings(new: Sequence[bytes], old: list[bytes], *, crlf: bool) -> list[bytes]:
    ending = b"\r\n" if crlf else b"\n"
    ended = [line + ending for line in new]
    if ended and not old[-1].endswith(b"\n"):
        ended[-1] = ended[-1].removesuffix(ending)
    return ended


def _message(comments: Sequence[ReviewComment], by: User) -> str:
    """Everybody who suggested becomes a co-author."""
    others = {comment.user.login: comment.user for comment in comments if comment.user is not by}
    single = f"Apply suggestion from @{comments[0].user.login}"
    title = single if len(comments) == 1 else "Apply suggestions from code review"
    trailers = [f"Co-authored-by: {person.login} <{person.email}>" for person in others.values()]
    return "\n\n".join([title, "\n".join(trailers)]) if trailers else title
