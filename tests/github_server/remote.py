"""A repository on this GitHub as the people who work in it see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.github_server import apply, conversation, events, gitwrite
from tests.github_server.git import Git
from tests.github_server.gitwrite import Content, commit_files, folder_files
from tests.github_server.state import Branch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.github_server.hub import Hub
    from tests.github_server.state import Issue, IssueComment, PullRequest, Repository, Review, ReviewComment

OWNER_OF_COMMITS = "octocat"


@dataclass(frozen=True)
class Remote:
    """One repository, with the things that people do to it."""

    hub: Hub
    state: Repository

    @classmethod
    def create(
        cls, hub: Hub, full_name: str, files: Mapping[str, Content] | Path | None, *, default_branch: str
    ) -> Remote:
        owner, _, name = full_name.partition("/")
        source = files if isinstance(files, Path) and _is_git(files) else None
        remote = cls(hub, hub.add_repository(owner, name, source=source, default_branch=default_branch))
        remote.state.roles[OWNER_OF_COMMITS] = "write"
        if source is None and files is not None:
            content = folder_files(files) if isinstance(files, Path) else files
            remote.push(default_branch, content, "Initial commit")
        return remote

    @property
    def name(self) -> str:
        return self.state.full_name

    @property
    def git(self) -> Git:
        return self.state.git

    def sha(self, ref: str | None = None) -> str:
        found = self.git.resolve(ref or self.state.default_branch)
        assert found, f"{self.name} has no {ref}"
        return found

    def read(self, path: str, ref: str | None = None) -> bytes:
        found = self.git.read(f"{self.sha(ref)}:{path}")
        assert found, f"{self.name} has no {path} at {ref or self.state.default_branch}"
        return found.data

    def push(
        self,
        branch: str,
        files: Mapping[str, Content | None],
        message: str = "Change files",
        *,
        author: str = OWNER_OF_COMMITS,
        base: str | None = None,
        force: bool = False,
    ) -> str:
        """A commit on a branch (None removes a file). A new branch starts at `base`; `force` starts it anew there."""
        tip = None if force else self.git.resolve(f"refs/heads/{branch}")
        parent = tip or self.git.resolve(base or self.state.default_branch)
        identity = self.hub.identity_of(self.hub.user(author))
        sha = commit_files(
            self.git,
            reference=f"refs/heads/{branch}",
            parent=parent,
            files=files,
            message=message,
            author=identity,
        )
        self.hub.branch_moved(self.state, branch)
        return sha

    def create_branch(self, branch: str, base: str | None = None) -> None:
        self.git.set_reference(f"refs/heads/{branch}", self.sha(base))

    def delete_branch(self, branch: str) -> None:
        self.git.delete_reference(f"refs/heads/{branch}")
        self.hub.branch_moved(self.state, branch)

    def fork(self, owner: str) -> Remote:
        fork = self.hub.add_repository(
            owner, self.state.name, source=self.git.path, default_branch=self.state.default_branch
        )
        fork.parent = self.state
        return Remote(self.hub, fork)

    def delete(self) -> None:
        """The repository goes; pull requests from it stay, without a head repository."""
        del self.hub.repositories[self.name]
        for pull in (pull for other in self.hub.repositories.values() for pull in other.pulls):
            if pull.head.repository is self.state:
                pull.head.repository = None
        self.git.close()

    def rename(self, name: str) -> None:
        """Requests for the old name are sent on."""
        del self.hub.repositories[self.name]
        self.state.renamed_from, self.state.name = self.name, name
        self.hub.repositories[self.name] = self.state

    def open_pull_request(
        self,
        base: str,
        head: str,
        title: str = "Change files",
        author: str = OWNER_OF_COMMITS,
        *,
        body: str | None = None,
        source: Remote | None = None,
        draft: bool = False,
    ) -> PullRequest:
        """`source` is the fork that the head branch is in."""
        there = source or self
        person = self.hub.user(author)
        base_branch = Branch(self.state, base, self.sha(f"refs/heads/{base}"), self.state.owner)
        head_branch = Branch(there.state, head, there.sha(f"refs/heads/{head}"), there.state.owner)
        return self.hub.add_pull(base_branch, head_branch, author=person, title=title, body=body, draft=draft)

    def comment(self, pull: PullRequest, body: str, author: str = OWNER_OF_COMMITS) -> IssueComment:
        return conversation.add_issue_comment(self.hub, pull.issue, self.hub.user(author), body)

    def review(self, pull: PullRequest, author: str = OWNER_OF_COMMITS, **wanted: object) -> Review:
        """As the API's create-review: `event`, `body`, `comments`, `commit_id`."""
        return conversation.add_review(self.hub, pull, self.hub.user(author), wanted)

    def reply(self, comment: ReviewComment, body: str, author: str = OWNER_OF_COMMITS) -> ReviewComment:
        return conversation.reply(self.hub, comment.thread, self.hub.user(author), body)

    def apply(self, pull: PullRequest, *comments: ReviewComment, by: str = OWNER_OF_COMMITS) -> str:
        """Presses the button under these suggestions, as one batch; raises `apply.SuggestionError`."""
        return apply.apply(self.hub, pull, comments, self.hub.user(by))

    def resolve(self, comment: ReviewComment, by: str = OWNER_OF_COMMITS) -> None:
        comment.thread.resolved_by = self.hub.user(by)

    def event(
        self,
        pull: PullRequest,
        action: str = "opened",
        *,
        sender: str = OWNER_OF_COMMITS,
        target: bool = False,
        before: str | None = None,
    ) -> events.Event:
        """A `pull_request` event, or with `target` a `pull_request_target`; `before` is for `synchronize`."""
        more = {"before": before, "after": pull.head.sha} if before else {}
        return events.pull_request(
            self.hub, pull, action, sender=self.hub.user(sender), target=target, **more
        )

    def push_event(
        self, branch: str, before: str | None = None, sender: str = OWNER_OF_COMMITS
    ) -> events.Event:
        return events.push(self.hub, self.state, branch, before=before, sender=self.hub.user(sender))

    def merge_group_event(self, pull: PullRequest, sender: str = OWNER_OF_COMMITS) -> events.Event:
        return events.merge_group(self.hub, pull, sender=self.hub.user(sender))

    def dispatch_event(
        self, inputs: dict[str, str] | None = None, sender: str = OWNER_OF_COMMITS
    ) -> events.Event:
        return events.workflow_dispatch(self.hub, self.state, inputs or {}, sender=self.hub.user(sender))

    def schedule_event(self, cron: str = "0 5 * * 1", sender: str = OWNER_OF_COMMITS) -> events.Event:
        return events.schedule(self.hub, self.state, cron, sender=self.hub.user(sender))

    def issue_event(
        self, issue: Issue, action: str = "edited", sender: str = OWNER_OF_COMMITS
    ) -> events.Event:
        return events.issues(self.hub, issue, action, sender=self.hub.user(sender))

    def comment_event(
        self, comment: IssueComment, action: str = "created", sender: str | None = None
    ) -> events.Event:
        person = self.hub.user(sender) if sender else comment.user
        return events.issue_comment(self.hub, comment, action, sender=person)

    def review_comment_event(self, comment: ReviewComment, action: str = "created") -> events.Event:
        return events.review_comment(self.hub, comment, action, sender=comment.user)

    def workflow_run_event(self, pull: PullRequest, sender: str = OWNER_OF_COMMITS) -> events.Event:
        return events.workflow_run(self.hub, pull, sender=self.hub.user(sender))

    def checkout(self, folder: Path, ref: str | None = None) -> None:
        """A working copy with its own `.git`."""
        gitwrite.checkout(self.git, self.sha(ref), folder)


def _is_git(folder: Path) -> bool:
    return (folder / ".git").exists() or (folder / "HEAD").exists()
