"""Errors of a review on GitHub that a user can see: what happened, why, and what to do."""

from __future__ import annotations

from concertmaster.messages.base import UserError


def missing_variable(name: str) -> UserError:
    return UserError(
        f"The environment variable {name} is not set.",
        why="A review on GitHub learns from it what to look at; a runner sets it for every step.",
        remedy="Run it as a step of a workflow, or review a local branch with `concertmaster review --base main`.",
        link="reviewing.md",
    )


def malformed_event(path: str, reason: str) -> UserError:
    return UserError(
        f"The event in {path} cannot be read as a pull request.",
        why=f"It does not have the form that GitHub gives it ({reason}).",
        remedy="Start the workflow by `on: pull_request`, and leave GITHUB_EVENT_PATH as the runner sets it.",
        link="reviewing.md",
    )


def missing_token() -> UserError:
    return UserError(
        "There is no token to talk to GitHub with.",
        why="The input github-token is empty.",
        remedy="Leave the input away to use the job's own token, or give ${{ secrets.YOUR_TOKEN }} that exists.",
        link="configuration.md#inputs-of-the-action",
    )


def malformed_input(name: str, value: str, allowed: str) -> UserError:
    return UserError(
        f"The input {name} is {value!r}.",
        why=f"It must be {allowed}.",
        remedy="Correct it in the workflow file; docs/configuration.md lists every input.",
        link="configuration.md#inputs-of-the-action",
    )


def malformed_api_url(value: str) -> UserError:
    return UserError(
        f"GITHUB_API_URL is {value!r}.",
        why="That is no address of an API, such as https://api.github.com or https://github.example.org/api/v3.",
        remedy="Leave the variable as the runner sets it.",
        link="configuration.md#inputs-of-the-action",
    )


def unreadable_pull_request(reason: str) -> UserError:
    return UserError(
        "The pull request could not be read from GitHub.",
        why=f"{reason.rstrip('.')}.",
        remedy="Give the job `permissions: contents: read, pull-requests: write`, and run it again if GitHub is down.",
        link="reviewing.md#what-it-may-do-and-what-it-does-without",
    )


def no_contents_permission() -> UserError:
    return UserError(
        "The commits of the upgrade could not be written.",
        why="The token may not change the repository's contents.",
        remedy="Give the job `permissions: contents: write, pull-requests: write`.",
        link="upgrading.md#what-it-needs",
    )


def no_pull_requests_permission(branch: str) -> UserError:
    return UserError(
        f"The pull request of the upgrade could not be written; its commits are on the branch {branch}.",
        why="The token may not write pull requests.",
        remedy="Give the job `permissions: contents: write, pull-requests: write`.",
        link="upgrading.md#what-it-needs",
    )


def actions_may_not_open(branch: str) -> UserError:
    return UserError(
        f"The pull request of the upgrade could not be opened; its commits are on the branch {branch}.",
        why="The repository does not let workflows open pull requests.",
        remedy='Switch on "Allow GitHub Actions to create and approve pull requests" under Settings, Actions, '
        "General, of the repository or its organization, or give the token of an app as github-token.",
        link="upgrading.md#what-it-needs",
    )


def changed_workflows(branch: str) -> UserError:
    return UserError(
        f"The branch {branch} could not be brought up to date.",
        why="The default branch has changed workflow files since, and the token may not write those.",
        remedy="Merge the default branch into it by hand, or give as github-token the one of an app that has "
        "the permission `workflows: write`, which no `permissions` of a job can give.",
        link="upgrading.md#what-happens-to-the-branch-later",
    )


def unwritable_upgrade(reason: str) -> UserError:
    return UserError(
        "The upgrade could not be brought to GitHub.",
        why=f"{reason.rstrip('.')}.",
        remedy="Run the workflow again: what is there already is found, and nothing is made twice.",
        link="upgrading.md#what-it-needs",
    )


def unclosed_upgrade(reason: str) -> UserError:
    return UserError(
        "The pull request of a project that is none any more could not be closed.",
        why=f"{reason.rstrip('.')}.",
        remedy="Close it by hand, or run the workflow again. The pull requests of the projects are there.",
        link="upgrading.md#several-projects",
    )


def not_on_default_branch(ref: str, default: str) -> UserError:
    return UserError(
        f"An upgrade cannot start from {ref!r}.",
        why=f"It is planned from the default branch, {default}, and from no other.",
        remedy=f"Run the workflow on {default}.",
        link="upgrading.md#what-it-needs",
    )
