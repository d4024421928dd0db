"""The threads that our comments began: how they stand, and closing or opening them, by GraphQL.

Several threads are changed in one call. When its answer is lost or it is refused in part, the threads are
read again, and what is left is done one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.github.answers import Json, integer, long_integer, objects, text, truth
from concertmaster.github.asked import Request
from concertmaster.github.client import Client
from concertmaster.github.commands import is_only_commands
from concertmaster.github.moment import author_of
from concertmaster.github.posted import PostedComment, State, Thread, posted_comment, says_done
from concertmaster.github.refusals import GitHubError, OutageError, ReadOnlyTokenError
from concertmaster.github.said import NUMBER, REPLIES, read_said
from concertmaster.github.upkeep import Reopen, Resolve

Step = Resolve | Reopen
#: Threads in one call; each is up to two writes, and GitHub gives up on what takes longer than ten seconds.
BATCH = 25
RESOLVE = "resolveReviewThread(input: {threadId: $thread}) { thread { id } }"
UNRESOLVE = "unresolveReviewThread(input: {threadId: $thread}) { thread { id } }"
HIDE = "minimizeComment(input: {subjectId: $comment, classifier: %s}) { minimizedComment { isMinimized } }"
SHOW = "unminimizeComment(input: {subjectId: $comment}) { unminimizedComment { isMinimized } }"
REPLY = "addPullRequestReviewThreadReply(input: {pullRequestReviewThreadId: $thread, body: $body}) { comment { id } }"
_TYPES = {"thread": "ID!", "comment": "ID!", "body": "String!"}
Item = TypeVar("Item")


class Threads(Struct, frozen=True):
    """The threads of one pull request, as the account `login` sees them."""

    client: Client
    request: Request
    login: str

    def read(self) -> list[PostedComment]:
        """The comments of ours that begin a thread, as they are now."""
        return self.begun(read_said(self.client, self.request, comments=False).threads)

    def begun(self, threads: Iterable[Json]) -> list[PostedComment]:
        """The comments of ours that begin one of these threads."""
        return [item for node in threads if (item := self._posted(node))]

    def carry_out(self, steps: Sequence[Step]) -> str:
        """Close and open threads; the reason why some were left, if GitHub does not allow it.

        Raises:
            OutageError: it could not be done now.
        """
        left = list(steps)
        for size in (BATCH, 1, 1):
            errors = [error for batch in _chunks(left, size) if (error := self._try(batch))]
            if not errors:
                return ""
            left = [_hiding(step, errors) for step in self._unfinished(left)]
            if not left:
                return ""
        if isinstance(errors[-1], OutageError):
            raise errors[-1]
        return str(errors[-1])

    def _try(self, steps: Sequence[Step]) -> GitHubError | None:
        document, variables = mutation(steps)
        try:
            self.client.change(document, variables)
        except GitHubError as error:
            return error
        return None

    def _unfinished(self, steps: Sequence[Step]) -> Iterator[Step]:
        """The steps that are still to be made, on the threads as they are now; some may be gone."""
        now = {item.id: item for item in self.read()}
        for step in steps:
            comment = now.get(step.comment.id)
            if comment is not None and list(_deeds(replace(step, comment=comment))):
                yield replace(step, comment=comment)

    def _posted(self, node: Json) -> PostedComment | None:
        comments = objects(node, "comments", "nodes")
        if not comments or author_of(comments[0]) != self.login:
            return None
        line = integer(node, "line") if node.get("line") is not None else None
        number = long_integer(comments[0], NUMBER)
        found = posted_comment(number, text(node, "path"), line, text(comments[0], "body"))
        origin = node.get("originalLine") or 0
        return replace(found, thread=self._thread(node, comments), origin=origin) if found else None

    def _thread(self, node: Json, comments: list[Json]) -> Thread:
        first, *replies = comments
        was_closed = says_done(text(item, "body") for item in replies if author_of(item) == self.login)
        hidden = truth(first, "isMinimized")
        return Thread(
            id=text(node, "id"),
            comment=text(first, "id"),
            state=self._state(node, is_hidden=hidden, was_closed=was_closed),
            hidden=hidden,
            answered=integer(node, "comments", "totalCount") > REPLIES
            or any(
                _is_person(item, self.login) and not is_only_commands(text(item, "body")) for item in replies
            ),
            was_closed=was_closed,
            may_resolve=truth(node, "viewerCanResolve"),
        )

    def _state(self, node: Json, *, is_hidden: bool, was_closed: bool) -> State:
        """Who hid a comment is not told, but we say so when we do."""
        if truth(node, "isResolved"):
            login = (node.get("resolvedBy") or {}).get("login")
            return State.CLOSED_BY_US if login == self.login.removesuffix("[bot]") else State.CLOSED_BY_OTHERS
        if is_hidden:
            return State.CLOSED_BY_US if was_closed else State.CLOSED_BY_OTHERS
        return State.OPEN


def _is_person(comment: Json, login: str) -> bool:
    author = author_of(comment)
    return author is None or (author != login and not author.endswith("[bot]"))


def _hiding(step: Step, errors: Sequence[GitHubError]) -> Step:
    """A step without resolving, where that was what is not allowed."""
    if step.comment.thread is None or not any(isinstance(error, ReadOnlyTokenError) for error in errors):
        return step
    return replace(
        step, comment=replace(step.comment, thread=replace(step.comment.thread, may_resolve=False))
    )


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _deeds(step: Step) -> Iterator[str]:
    """What is still to be done for a step, one mutation each."""
    thread = step.comment.thread
    if thread is None:
        return
    if isinstance(step, Resolve):
        if thread.state is State.OPEN:
            yield RESOLVE if thread.may_resolve else HIDE % ("OUTDATED" if step.moved else "RESOLVED")
        if not thread.was_closed:
            yield REPLY
        return
    if thread.state is not State.OPEN:
        yield SHOW if thread.hidden else UNRESOLVE
    if thread.was_closed:
        yield REPLY


def mutation(steps: Sequence[Step]) -> tuple[str, Json]:
    """One document for several steps, and its variables."""
    deeds: list[str] = []
    variables: Json = {}
    declared: list[str] = []
    for index, step in enumerate(steps):
        thread = step.comment.thread
        values = {"thread": thread.id, "comment": thread.comment, "body": step.reply} if thread else {}
        wanted = list(_deeds(step))
        for part, deed in enumerate(wanted):
            deeds.append(f"s{index}x{part}: " + deed.replace("$", f"$v{index}_"))
        for name in (name for name in values if any(f"${name}" in deed for deed in wanted)):
            variables[f"v{index}_{name}"] = values[name]
            declared.append(f"$v{index}_{name}: {_TYPES[name]}")
    return f"mutation({', '.join(declared)}) {{ {' '.join(deeds)} }}", variables
