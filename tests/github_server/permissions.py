"""Who may do what: roles of people, permissions of tokens, protected branches, workflow files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server.calls import Refusal, forbidden, not_found
from tests.github_server.diff import EMPTY_TREE, diff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.github_server.git import Git
    from tests.github_server.state import Repository, Token, User

WRITERS = ("write", "maintain", "admin")
WORKFLOWS = ".github/workflows/"


def may_see(repository: Repository, token: Token | None) -> bool:
    if token is None:
        return False
    if token.is_app:
        return token.repositories is None or repository.full_name in token.repositories
    return token.user is repository.owner or token.user.login in repository.roles


def role_of(repository: Repository, person: User) -> str:
    if person is repository.owner:
        return "admin"
    return repository.roles.get(person.login, "none" if repository.private else "read")


def may_write(repository: Repository, person: User) -> bool:
    return role_of(repository, person) in WRITERS


def role_of_token(repository: Repository, token: Token | None) -> str:
    if token is None:
        return "read"
    if token.is_app:
        return "write" if token.allows("contents", "write") else "read"
    return role_of(repository, token.user)


def demand(repository: Repository, token: Token | None, needs: tuple[str, ...]) -> None:
    """Refuses unless the token holds one of the permissions (`contents:write`)."""
    pairs = [(permission, level) for permission, _, level in (need.partition(":") for need in needs)]
    if not repository.private and all(level == "read" for _, level in pairs):
        return
    if token is None:
        raise Refusal(401, "Requires authentication")
    if token.is_app and not _app_may(repository, token, pairs):
        raise forbidden()
    if not token.is_app and ("contents", "write") in pairs and not may_write(repository, token.user):
        raise not_found()


def _app_may(repository: Repository, token: Token, pairs: list[tuple[str, str]]) -> bool:
    if any(level == "write" for _, level in pairs) and not may_see(repository, token):
        return False
    return not pairs or any(token.allows(permission, level) for permission, level in pairs)


def check_protection(repository: Repository, reference: str) -> None:
    if reference.removeprefix("refs/heads/") in repository.protected:
        raise Refusal(422, "Changes must be made through a pull request.")


def check_workflow_paths(token: Token | None, paths: Iterable[str]) -> None:
    """No permission that a workflow can ask for covers this."""
    touched = next((path for path in paths if path.startswith(WORKFLOWS)), None)
    if touched and token and token.is_app and (token.permissions or {}).get("workflows") != "write":
        deed = f"create or update workflow `{touched}` without `workflows` permission"
        raise Refusal(403, f"refusing to allow a GitHub App to {deed}")


def check_workflow_files(repository: Repository, token: Token | None, old: str | None, new: str) -> None:
    """What a reference would bring that no other branch has."""
    git = repository.git
    if git.commit(new) is None:
        return
    tips = dict.fromkeys(tip for tip in (old, git.resolve(repository.default_branch)) if tip)
    brought = [_changed(git, git.merge_base(tip, new) or EMPTY_TREE, new) for tip in tips]
    check_workflow_paths(
        token, sorted(set.intersection(*brought) if brought else _changed(git, EMPTY_TREE, new))
    )


def _changed(git: Git, base: str, new: str) -> set[str]:
    return {file.path for file in diff(git, base, new)}
