"""Errors around many repositories that a user can see: what happened, why, and what to do."""

from __future__ import annotations

from concertmaster.messages import UserError


def no_token(name: str) -> UserError:
    return UserError(
        "There is no token to ask GitHub with.",
        why=f"The environment variable {name} is empty.",
        remedy="Set it to the token of an app or a person that may read the organization's repositories.",
        link="fleet.md#the-token",
    )


def malformed_name(option: str, value: str, allowed: str) -> UserError:
    return UserError(
        f"{option} {value[:100]!r} cannot be used.",
        why=f"It must be {allowed}.",
        remedy="Correct it; docs/fleet.md shows every option.",
        link="fleet.md",
    )


def no_organization(name: str) -> UserError:
    return UserError(
        f"GitHub knows no organization {name!r}.",
        why="It was mistyped, or the token may not see it.",
        remedy="Check the name, and give the token of an app that is installed in it.",
        link="fleet.md#the-token",
    )


def failed(what: str, reason: str) -> UserError:
    return UserError(
        what,
        why=f"{reason.rstrip('.')}.",
        remedy="Run it again when GitHub is up and the token is right; with --resume it goes on where it was.",
        link="fleet.md#the-token",
    )


def limit_reached(when: str, *, kept: bool) -> UserError:
    again = "with the same --resume" if kept else "with --resume FILE, so that nothing is asked twice"
    return UserError(
        "The organization's repositories are not all listed yet.",
        why=f"What the token may ask of GitHub is nearly used up; that begins anew at {when[:40]}.",
        remedy=f"Run it again after that, {again}.",
        link="fleet.md#plan",
    )


def malformed_state(path: str, reason: str) -> UserError:
    return UserError(
        f"{path} holds no plan to go on with.",
        why=f"{reason.rstrip('.')}.",
        remedy="Give another file, or delete it to ask anew.",
        link="fleet.md#plan",
    )


def too_large_matrix(size: int, most: int) -> UserError:
    return UserError(
        "The matrix is too large for the output of a job.",
        why=f"It has {size:,} bytes, and GitHub takes {most:,}.",
        remedy="Plan it in parts, each in a workflow run of its own: --part 1/2, --part 2/2.",
        link="fleet.md#plan",
    )


def no_results(path: str) -> UserError:
    return UserError(
        f"There are no results in {path}.",
        why="None of the files there ends in .json.",
        remedy="Give the files or the folder that `concertmaster fleet run --output` has written.",
        link="fleet.md#report",
    )
