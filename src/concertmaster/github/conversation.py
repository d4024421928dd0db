"""A comment that asks for something: who wrote it, what they may, and the answer to it, given once."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import quote

from msgspec import Struct

from concertmaster.github.answers import Json, text
from concertmaster.github.asked import Spoken
from concertmaster.github.client import Client
from concertmaster.github.posted import PostedComment, posted_comment, starts_with
from concertmaster.github.refusals import NotFoundError
from concertmaster.github.repository import Repository
from concertmaster.report.markdown import marker

WRITERS = ("admin", "maintain", "write")


class Conversation(Struct, frozen=True, dict=True):
    """Every method raises GitHubError where a call comes to nothing."""

    client: Client
    spoken: Spoken

    @cached_property
    def _repository(self) -> Repository:
        return Repository(self.client, self.spoken.repository)

    @property
    def _address(self) -> str:
        return f"/repos/{self.spoken.repository}"

    def may_write(self) -> bool:
        """Whether the author may write to the repository; GitHub is asked, since an event can be old."""
        address = f"{self._address}/collaborators/{quote(self.spoken.author, safe='')}/permission"
        try:
            return self.client.get(address, lambda found: text(found, "permission")) in WRITERS
        except NotFoundError:
            return False

    def react(self, content: str) -> None:
        """A reaction to the comment; the same one given twice is one."""
        kind = "pulls" if self.spoken.is_review else "issues"
        address = f"{self._address}/{kind}/comments/{self.spoken.comment}/reactions"
        self.client.send("POST", address, {"content": content}, lambda: None)

    def reply(self, words: str, *, key: str = "") -> None:
        """An answer where the comment stands; a second one to the same comment, or under the same key, is not made."""
        mark = marker(f"reply:{key or self.spoken.comment}")
        body = f"{mark}\n{words}"
        if self.spoken.is_review:
            self._reply_in_thread(body, mark)
        else:
            self._repository.comment(self.spoken.number, body)

    def _reply_in_thread(self, body: str, mark: str) -> None:
        pull = f"{self._address}/pulls/{self.spoken.number}/comments"

        def find() -> Json | None:
            said = self.client.pages(pull, lambda item: item)
            ours = (item for item in said if (item.get("user") or {}).get("login") == self._repository.login)
            return next((item for item in ours if starts_with(item.get("body") or "", mark)), None)

        if find() is None:
            self.client.send("POST", f"{pull}/{self.spoken.thread}/replies", {"body": body}, find)

    def root(self) -> PostedComment | None:
        """The comment of ours that the thread begins with; None where it is somebody else's, or there is no thread."""
        if not self.spoken.is_review:
            return None
        address = f"{self._address}/pulls/comments/{self.spoken.thread}"
        login = self._repository.login

        def shape(found: Json) -> PostedComment | None:
            body, path = found.get("body") or "", text(found, "path")
            is_ours = (found.get("user") or {}).get("login") == login
            return posted_comment(self.spoken.thread, path, found.get("line"), body) if is_ours else None

        return self.client.get(address, shape)
