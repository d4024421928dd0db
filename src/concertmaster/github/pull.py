"""One pull request on GitHub: its files, the files of its commits, what we have said on it, and saying it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property, partial

from msgspec.structs import replace

from concertmaster.github.answers import Json, integer, long_integer, text
from concertmaster.github.asked import Request
from concertmaster.github.client import Client
from concertmaster.github.diff import ChangedFile
from concertmaster.github.moment import Moment, author_of, read_moment
from concertmaster.github.posted import Posted, PostedSummary, posted_in, posted_summary, starts_with
from concertmaster.github.refusals import NotFoundError, ReadOnlyTokenError, RenamedError, UnsupportedError
from concertmaster.github.said import NUMBER, read_said
from concertmaster.github.shapes import (
    Tree,
    changed_file,
    checked,
    compared_files,
    comparison,
    own_comment,
    read_tree,
)
from concertmaster.github.threads import Threads
from concertmaster.github.upkeep import Reopen, Resolve

WORKFLOW_BOT = "github-actions[bot]"
MAX_FILES, MAX_COMPARED_FILES = 3_000, 300


class Pull:
    """A pull request. Every method raises GitHubError where a call comes to nothing."""

    def __init__(self, client: Client, request: Request) -> None:
        self.request, self._account = request, ""
        self.client = self._client = client
        self._repository = f"/repos/{request.repository}"
        self._address = f"{self._repository}/pulls/{request.number}"
        self._comments = f"{self._repository}/issues/{request.number}/comments"

    # -- reading -----------------------------------------------------------------------------------

    def now(self) -> Moment:
        """How the pull request stands now."""
        return read_moment(self._client, self.request, self._login)

    def head_sha(self) -> str:
        """The commit that the pull request is at now."""
        return self._client.get(self._address, lambda found: text(found, "head", "sha"))

    def merge_base(self) -> str:
        """The commit that the pull request's diff starts from; its base where there is nothing in common.

        Raises:
            RenamedError: the answer came by way of a redirection, on which a question loses half of its words.
        """
        try:
            base, name = self._client.get(self._span, comparison, per_page=1)
        except NotFoundError:
            return self.request.base_sha
        if name and name.lower() != self.request.repository.lower():
            raise RenamedError(name)
        return base

    @property
    def _span(self) -> str:
        return f"{self._repository}/compare/{self.request.base_sha}...{self.request.head_sha}"

    def files(self) -> list[ChangedFile]:
        """The files that the pull request changes, as far as GitHub lists them."""
        if not self.request.number:
            return self._client.get(self._span, compared_files, per_page=1)
        least = min(self.request.changed_files or 0, 1)
        return self._client.pages(f"{self._address}/files", changed_file, least)

    def is_cut(self, files: Sequence[ChangedFile]) -> bool:
        """Whether such a list of changed files may lack some: as long as GitHub makes any, too short, or empty."""
        most = MAX_FILES if self.request.number else MAX_COMPARED_FILES
        return not files or len(files) >= most or len(files) < (self.request.changed_files or 0)

    def tree(self, commit: str) -> Tree:
        """The regular files of a commit."""
        found = self._client.get(f"{self._repository}/git/trees/{checked(commit)}", read_tree, recursive="1")
        return replace(found, commit=commit)

    def posted(self) -> Posted:
        """What we have said on this pull request."""
        try:
            said = read_said(self._client, self.request)
        except (NotFoundError, ReadOnlyTokenError, UnsupportedError) as error:
            return self._listed(str(error))
        self._account = self._client.named(said.login)
        ours = filter(self._is_ours, said.comments)
        told = [posted_summary(long_integer(item, NUMBER), text(item, "body")) for item in ours]
        return posted_in(self._threads.begun(said.threads), told, listed=len(said.threads))

    def _listed(self, why: str) -> Posted:
        """The same without threads, of a server that has none to tell of; `why` there are none."""
        comments = self._client.pages(f"{self._address}/comments", lambda item: item)
        ours = [found for item in comments if self._is_ours(item) and (found := own_comment(item))]
        unknown = f"threads cannot be read, so none is resolved or opened again: {why}" if ours else ""
        return posted_in(ours, self.summaries(), listed=len(comments), unknown=unknown)

    def summaries(self) -> list[PostedSummary]:
        """The summary comments of ours, which should be one."""
        said = self._client.pages(self._comments, lambda item: item)
        ours = (
            posted_summary(integer(item, "id"), item.get("body") or "")
            for item in filter(self._is_ours, said)
        )
        return [told for told in ours if told]

    @cached_property
    def _threads(self) -> Threads:
        return Threads(self._client, self.request, self._login)

    @property
    def _login(self) -> str:
        """Whom we are; a workflow's own account where the server does not say."""
        if not self._account:
            try:
                self._account = self._client.login()
            except (NotFoundError, ReadOnlyTokenError, UnsupportedError):
                self._account = WORKFLOW_BOT
        return self._account

    def _is_ours(self, item: Json) -> bool:
        """Anybody can copy a mark, so it counts only in comments by the same account."""
        author = author_of(item) if "author" in item else (item.get("user") or {}).get("login")
        return bool(author == self._login)

    # -- writing -----------------------------------------------------------------------------------

    def create_review(self, body: str, comments: Iterable[Json]) -> int:
        """The number of one review with all its comments, which GitHub takes whole or not at all.

        `body` starts with its mark.
        """
        wanted = {
            "commit_id": self.request.head_sha,
            "body": body,
            "event": "COMMENT",
            "comments": list(comments),
        }
        mark = body.partition("\n")[0]
        return self._client.make(
            "POST", f"{self._address}/reviews", wanted, _number, lambda: self._submitted(mark)
        )

    def discard_pending_reviews(self) -> None:
        """Remove what a refusal may have left behind: a review of ours that was never submitted."""
        for item in self._reviews("<!-- concertmaster:review:"):
            if item.get("state") == "PENDING":
                address = f"{self._address}/reviews/{integer(item, 'id')}"
                self._client.remove(address, partial(self._gone, address))

    def _gone(self, address: str) -> bool | None:
        try:
            return self._client.get(address, lambda _: None)
        except NotFoundError:
            return True

    def create_summary(self, body: str) -> int:
        """The number of a comment of its own; `body` starts with its mark."""
        mark = body.partition("\n")[0]

        def find() -> int | None:
            said = self._client.pages(self._comments, lambda item: item)
            ours = (item for item in said if starts_with(item.get("body") or "", mark))
            return next((_number(item) for item in ours if self._is_ours(item)), None)

        return self._client.make("POST", self._comments, {"body": body}, _number, find)

    def edit_summary(self, number: int, body: str) -> None:
        """A comment of ours says something else from now on."""
        address = f"{self._repository}/issues/comments/{number}"

        def find() -> bool | None:
            return self._client.get(address, lambda item: item.get("body") == body) or None

        self._client.send("PATCH", address, {"body": body}, find)

    def delete_summary(self, number: int) -> None:
        """Take back a summary that another one has made needless."""
        address = f"{self._repository}/issues/comments/{number}"
        with suppress(NotFoundError):
            self._client.remove(address, partial(self._gone, address))

    def keep_up(self, steps: Sequence[Resolve | Reopen]) -> str:
        """Close and open threads of ours; the reason why some were left, if GitHub does not allow it."""
        return self._threads.carry_out(steps)

    def _submitted(self, mark: str) -> int | None:
        return next((_number(item) for item in self._reviews(mark) if item.get("state") != "PENDING"), None)

    def _reviews(self, mark: str) -> list[Json]:
        reviews = self._client.pages(f"{self._address}/reviews", lambda item: item)
        return [item for item in reviews if self._is_ours(item) and starts_with(item.get("body") or "", mark)]


def _number(item: Json) -> int:
    return integer(item, "id")
