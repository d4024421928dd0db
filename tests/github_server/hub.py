"""Everything this GitHub knows, and the things that happen in it: repositories, pushes, pull requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from tests.github_server import canaries, permissions
from tests.github_server.calls import not_found
from tests.github_server.git import Git, GitError, Identity
from tests.github_server.gitwrite import write_commit
from tests.github_server.payloads import Urls
from tests.github_server.state import Branch, Clock, Issue, Label, Node, PullRequest, Repository, Token, User

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOT = "github-actions[bot]"
BOT_ID = 41898282
#: As on github.com, ids of comments have outgrown 32 bits.
FIRST = 3_000_000_001
APP_ID = 15368
Kind = TypeVar("Kind", bound=Node)


@dataclass
class Hub:
    """The state behind the API."""

    folder: Path
    urls: Urls
    clock: Clock = field(default_factory=Clock)
    users: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    archive_keys: dict[str, Token | None] = field(default_factory=dict)
    repositories: dict[str, Repository] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    keeps_refused_reviews: bool = False
    signed: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: count(FIRST))

    def identity(self, prefix: str) -> tuple[int, str]:
        number = next(self.numbers)
        return number, f"{prefix}_kwDO{number:08x}"

    def known(self, node: Kind) -> Kind:
        self.nodes[node.node_id] = node
        return node

    def user(self, login: str) -> User:
        """A person, or a bot when the login says so; made on first mention."""
        if login not in self.users:
            number, node = self.identity("U")
            is_bot = login.endswith("[bot]")
            person = User(BOT_ID if login == BOT else number, node, login, "Bot" if is_bot else "User")
            self.users[login] = self.known(person)
        return self.users[login]

    def add_token(self, login: str = BOT, granted: dict[str, str] | None = None, *repositories: str) -> str:
        """What goes into the Authorization header; `repositories` bounds where it may write."""
        person = self.user(login)
        secret = canaries.issue("ghs" if person.type == "Bot" else "ghp", len(self.tokens))
        self.tokens[secret] = Token(person, granted, frozenset(repositories) or None)
        return secret

    def identity_of(self, person: User) -> Identity:
        return Identity(person.login, person.email, self.clock.tick())

    def repository(self, full_name: str) -> Repository:
        for repository in self.repositories.values():
            if repository.full_name.lower() == full_name.lower():
                return repository
        raise not_found()

    def visible_repository(self, owner: str, name: str, token: Token | None) -> Repository:
        repository = self.repository(f"{owner}/{name}")
        if repository.private and not permissions.may_see(repository, token):
            raise not_found()
        return repository

    def add_repository(
        self, owner: str, name: str, *, source: Path | None = None, default_branch: str
    ) -> Repository:
        path = self.folder / f"{owner}-{name}.git"
        git = Git.clone(source, path) if source else Git.create(path, default_branch)
        number, node = self.identity("R")
        repository = Repository(number, node, self.user(owner), name, git, self.clock.tick(), default_branch)
        for label in ("bug", "documentation", "enhancement"):
            repository.labels[label] = self.known(Label(*self.identity("LA"), label))
        self.repositories[repository.full_name] = self.known(repository)
        return repository

    def add_issue(self, repository: Repository, author: User, title: str, body: str | None) -> Issue:
        number = max(repository.issues, default=0) + 1
        now = self.clock.tick()
        issue = Issue(*self.identity("I"), author, body or "", now, now, repository, number, title)
        repository.issues[number] = self.known(issue)
        return issue

    def add_pull(
        self, base: Branch, head: Branch, *, author: User, title: str, body: str | None, draft: bool
    ) -> PullRequest:
        assert base.repository is not None
        issue = self.add_issue(base.repository, author, title, body)
        issue.pull = self.known(PullRequest(*self.identity("PR"), issue, base, head, draft))
        self.synchronise(issue.pull)
        return issue.pull

    def branch_moved(self, repository: Repository, branch: str) -> None:
        """What a push (or the removal of a branch) does to the pull requests from it and into it."""
        sha = repository.git.resolve(f"refs/heads/{branch}")
        for pull in [pull for other in self.repositories.values() for pull in other.pulls]:
            if pull.issue.state != "open":
                continue
            if (pull.head.repository, pull.head.ref) == (repository, branch):
                self._head_moved(pull, sha)
            elif sha and (pull.repository, pull.base.ref) == (repository, branch):
                self._base_moved(pull, sha)

    def _head_moved(self, pull: PullRequest, sha: str | None) -> None:
        if sha is None:
            self.close(pull.issue)
        elif sha != pull.head.sha:
            pull.head.sha, pull.base.sha = sha, base_tip(pull)
            pull.issue.updated_at = self.clock.tick()
            self.synchronise(pull)

    def _base_moved(self, pull: PullRequest, sha: str) -> None:
        """The diff stays as it is; whether it can be merged is asked anew, and it may have been merged by hand."""
        if pull.repository.git.is_ancestor(pull.head.sha, sha):
            self.close(pull.issue)
            pull.merged_at, pull.merge_commit = pull.issue.closed_at, sha
        else:
            self.synchronise(pull)

    def synchronise(self, pull: PullRequest) -> None:
        """Brings the head into the base's repository, and the trial merge that workflows run on."""
        git, number = pull.repository.git, pull.number
        if pull.head.repository is pull.repository or pull.head.repository is None:
            git.set_reference(f"refs/pull/{number}/head", pull.head.sha)
        else:
            git.fetch(pull.head.repository.git.path, pull.head.sha, f"refs/pull/{number}/head")
        tree = git.merged_tree(base_tip(pull), pull.head.sha)
        pull.merge_commit = self._trial_merge(pull, tree) if tree else None

    def _trial_merge(self, pull: PullRequest, tree: str) -> str:
        git, base = pull.repository.git, base_tip(pull)
        message = f"Merge {pull.head.sha} into {base}"
        author, parents = self.identity_of(pull.issue.user), (base, pull.head.sha)
        sha = write_commit(git, tree=tree, parents=parents, message=message, author=author, committer=author)
        git.set_reference(f"refs/pull/{pull.number}/merge", sha)
        return sha

    def close(self, issue: Issue) -> None:
        issue.state = "closed"
        issue.closed_at = issue.updated_at = self.clock.tick()

    def close_repositories(self) -> None:
        for repository in self.repositories.values():
            repository.git.close()


def has_commits_between(repository: Repository, base: str, head: str) -> bool:
    try:
        return bool(repository.git.commits(f"{base}..{head}"))
    except GitError:
        return True


def base_tip(pull: PullRequest) -> str:
    """Where the base branch is now; `pull.base.sha` is where it was at the last push to the head."""
    return pull.repository.git.resolve(f"refs/heads/{pull.base.ref}") or pull.base.sha
