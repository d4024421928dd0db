"""About choosing the release of an upgrade, and committing it."""

from __future__ import annotations

from concertmaster.messages.base import UserError


def faulty_release(number: str, *, reason: str, instead: str) -> UserError:
    return UserError(
        f"orchestrator-core {number} is no release to upgrade to.",
        why=f"It has a fault: {reason}.",
        remedy=f"Give {instead}, or leave the target away.",
        link="upgrading.md#which-release",
    )


def no_release_dates(reason: str) -> UserError:
    return UserError(
        "The release to upgrade to cannot be chosen.",
        why="Its age is not known: when a release came out, only the package index says. "
        f"{reason.rstrip('.')}.",
        remedy="Run it again with a package index that tells upload times, name a release as target, or leave "
        "minimum-age away.",
        link="upgrading.md#which-release",
    )


def no_listed_prereleases(reason: str) -> UserError:
    return UserError(
        "The release to upgrade to cannot be chosen.",
        why=f"Which pre-releases there are, only the package index says. {reason.rstrip('.')}.",
        remedy="Run it again, name a release as target, or leave prereleases away.",
        link="upgrading.md#which-release",
    )


def nothing_to_raise(installed: str, target: str) -> UserError:
    return UserError(
        f"There is nothing to commit for the upgrade from {installed} to {target}.",
        why="No manifest names a release in a form that is understood, and no code has to change.",
        remedy="Raise the requirement or renew the lock file by hand.",
        link="upgrading.md#what-is-in-it",
    )
