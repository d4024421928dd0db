"""A repository on GitHub beyond one pull request: branches, trees and commits, and the pull requests of a branch.

Names of branches and object ids are checked before they become part of an address. Commits are made without
an author, so that GitHub signs them for the token's account.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from functools import cached_property
from urllib.parse import quote

from concertmaster.github.answers import Json, integer, objects, text
from concertmaster.github.client import Client
from concertmaster.github.files import RemoteFiles
from concertmaster.github.paths import is_safe
from concertmaster.github.posted import starts_with
from concertmaster.github.refusals import GitHubError, MovedError, NotFoundError, UnprocessableError
from concertmaster.github.retry import MalformedAnswerError
from concertmaster.github.shapes import REGULAR, checked
from concertmaster.github.state import Change, Entry, File, History, Listing, PullRequest, listed

#: So many commits GitHub compares on one page; a branch of ours never has more.
MAX_COMMITS = 100
#: The last line of every commit that is made here.
TRAILER = "Made-with: Concertmaster"
WEB_FLOW = "web-flow"
_UPDATE = """
mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }
"""


class Repository:
    """A repository. Every method raises GitHubError where a call comes to nothing."""

    def __init__(self, client: Client, full_name: str) -> None:
        self.full_name = full_name
        self._client = client
        self._address = f"/repos/{full_name}"

    # -- reading -----------------------------------------------------------------------------------

    @cached_property
    def _known(self) -> tuple[str, str]:
        return self._client.get(
            self._address, lambda found: (text(found, "default_branch"), text(found, "node_id"))
        )

    @property
    def default_branch(self) -> str:
        return self._known[0]

    @cached_property
    def login(self) -> str:
        """Whose commits and pull requests are ours."""
        return self._client.login()

    def tip(self, branch: str) -> str | None:
        """The commit that a branch is at; None where there is no such branch."""
        try:
            return self._client.get(
                f"{self._address}/git/ref/heads/{_name(branch)}", lambda found: text(found, "object", "sha")
            )
        except NotFoundError:
            return None

    def listing(self, commit: str) -> Listing:
        """Everything that a commit holds."""
        found = self._client.get(f"{self._address}/git/trees/{checked(commit)}", listed, recursive="1")
        if found is None:
            raise GitHubError("GitHub lists only part of the files of so large a repository")
        return found

    @property
    def contents(self) -> RemoteFiles:
        return RemoteFiles(self._client, self.full_name)

    def history(self, base: str, head: str) -> History:
        """What is on a branch beyond its base, and who has put it there."""
        span = f"{checked(base)}...{checked(head)}"

        def shape(found: Json) -> History:
            total = integer(found, "total_commits")
            commits = objects(found, "commits")
            foreign = [text(item, "sha") for item in commits if not self._is_ours(item)]
            if total > len(commits):
                foreign.append(head)
            return History(text(found, "merge_base_commit", "sha"), total, tuple(foreign))

        return self._client.get(f"{self._address}/compare/{span}", shape, per_page=MAX_COMMITS)

    def _is_ours(self, commit: Json) -> bool:
        """By an app and with our trailer: other workflows share its account, and people that of their own token."""
        names = [(commit.get(role) or {}).get("login") for role in ("author", "committer")]
        is_marked = TRAILER in text(commit, "commit", "message").splitlines()
        mine = names[0] == self.login and names[1] in (self.login, WEB_FLOW)
        return self._client.is_app and is_marked and mine

    def pulls(self, *, branch: str | None = None, state: str = "open") -> list[PullRequest]:
        """The pull requests from branches of this repository, or from one of them."""
        wanted = {"head": f"{self.full_name.partition('/')[0]}:{branch}"} if branch else {}
        found = self._client.pages(f"{self._address}/pulls", self._pull, state=state, **wanted)
        return [pull for pull in found if pull is not None]

    def open_pulls(self, known: int) -> list[PullRequest]:
        """Those that are open; a list without the one that is known to be among them is asked for once more."""
        found = self.pulls()
        return found if any(pull.number == known for pull in found) else self.pulls()

    def _pull(self, item: Json) -> PullRequest | None:
        """A pull request from a branch of this repository; None for one from elsewhere."""
        home = (item.get("head") or {}).get("repo") or {}
        if home.get("full_name") != self.full_name:
            return None
        return PullRequest(
            integer(item, "number"),
            text(item, "head", "ref"),
            item.get("body") or "",
            text(item, "title"),
            is_open=text(item, "state") == "open",
            is_merged=bool(item.get("merged_at")),
            is_ours=(item.get("user") or {}).get("login") == self.login,
        )

    # -- commits -----------------------------------------------------------------------------------

    def commit(
        self,
        message: str,
        *,
        parents: Iterable[str],
        onto: str,
        changes: Mapping[str, Change],
    ) -> str:
        """A commit that no branch has yet. `onto` is the commit whose files it changes; None takes one away."""
        entries = [self._entry(path, change) for path, change in changes.items()]
        tree = self._tree_of(onto)
        if entries:
            wanted = {"base_tree": tree, "tree": entries}
            tree = self._client.make("POST", f"{self._address}/git/trees", wanted, _sha)
        body = {
            "message": f"{message.rstrip()}\n\n{TRAILER}",
            "tree": tree,
            "parents": [checked(parent) for parent in parents],
        }
        return self._client.make("POST", f"{self._address}/git/commits", body, _sha)

    def _tree_of(self, commit: str) -> str:
        return self._client.get(
            f"{self._address}/git/commits/{checked(commit)}", lambda found: text(found, "tree", "sha")
        )

    def _entry(self, path: str, change: Change) -> Json:
        if not is_safe(path):
            raise GitHubError("a path that leaves the repository")
        if change is None:
            return {"path": path, "mode": REGULAR[0], "type": "blob", "sha": None}
        if isinstance(change, Entry):
            return {"path": path, "mode": change.mode, "type": change.kind, "sha": change.sha}
        return {"path": path, "mode": change.mode, "type": "blob", **self._written(change)}

    def _written(self, file: File) -> Json:
        try:
            return {"content": file.data.decode()}
        except UnicodeDecodeError:
            wanted = {"content": base64.b64encode(file.data).decode(), "encoding": "base64"}
            return {"sha": self._client.make("POST", f"{self._address}/git/blobs", wanted, _sha)}

    def create_branch(self, branch: str, commit: str) -> None:
        """A branch that is not there yet."""

        def find() -> str | None:
            return commit if self.tip(branch) == commit else None

        body = {"ref": f"refs/heads/{branch}", "sha": checked(commit)}
        self._client.make("POST", f"{self._address}/git/refs", body, _ref, find)

    def advance(self, branch: str, commit: str) -> None:
        """Move a branch forward.

        Raises:
            MovedError: that would lose a commit.
        """
        body = {"sha": checked(commit), "force": False}
        try:
            self._client.make("PATCH", f"{self._address}/git/refs/heads/{_name(branch)}", body, _ref)
        except UnprocessableError as error:
            raise (MovedError(str(error)) if "fast forward" in str(error).lower() else error) from None

    def replace(self, branch: str, *, old: str, new: str) -> None:
        """Put a branch elsewhere, only if it is still where it was seen.

        Raises:
            MovedError: it is not.
        """
        update = {
            "name": f"refs/heads/{branch}",
            "beforeOid": checked(old),
            "afterOid": checked(new),
            "force": True,
        }
        try:
            self._client.change(_UPDATE, {"input": {"repositoryId": self._known[1], "refUpdates": [update]}})
        except GitHubError as error:
            tip = self.tip(branch)
            if tip not in (old, new):
                raise MovedError(str(error)) from None
            if tip != new:
                raise

    # -- pull requests -----------------------------------------------------------------------------

    def open_pull(self, *, branch: str, title: str, body: str, base: str = "") -> int:
        """A pull request into a branch, the default one if none is given; its number."""
        wanted = {"title": title, "body": body, "head": branch, "base": base or self.default_branch}

        def find() -> int | None:
            return next((pull.number for pull in self.pulls(branch=branch)), None)

        address = f"{self._address}/pulls"
        return self._client.make("POST", address, wanted, lambda found: integer(found, "number"), find)

    def edit_pull(self, number: int, **wanted: str) -> None:
        """Its title, text or state; the same written twice is as good as once."""
        self._client.send("PATCH", f"{self._address}/pulls/{number}", dict(wanted), lambda: None)

    def comment(self, number: int, body: str) -> None:
        """A comment that is made once; `body` starts with its mark."""
        address, mark = f"{self._address}/issues/{number}/comments", body.partition("\n")[0]

        def find() -> Json | None:
            said = self._client.pages(address, lambda item: item)
            ours = (item for item in said if (item.get("user") or {}).get("login") == self.login)
            return next((item for item in ours if starts_with(item.get("body") or "", mark)), None)

        if find() is None:
            self._client.send("POST", address, {"body": body}, find)


def _sha(found: Json) -> str:
    return checked(text(found, "sha"))


def _ref(found: Json) -> str:
    return text(found, "object", "sha")


def _name(branch: str) -> str:
    if not is_safe(branch):
        raise MalformedAnswerError("a branch whose name is none")
    return quote(branch, safe="/")
