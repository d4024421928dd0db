"""Every error that a user can see: what happened, why, and what to do."""

from __future__ import annotations


class UserError(Exception):
    """Wrong use or configuration; the text is shown as it is, without a traceback."""

    def __init__(self, what: str, *, why: str, remedy: str) -> None:
        super().__init__(f"{what} {why} {remedy}")
        self.what, self.why, self.remedy = what, why, remedy


def not_a_repository(path: str) -> UserError:
    return UserError(
        f"{path} is not inside a git repository.",
        why="A review compares two commits, so it needs the repository that holds them.",
        remedy="Run it inside a clone, or use `concertmaster check` to look at plain files.",
    )


def unknown_revision(revision: str) -> UserError:
    return UserError(
        f"The revision {revision!r} is not known in this repository.",
        why="It was mistyped, or the clone is too shallow to hold it.",
        remedy="Check `git log --oneline`, or fetch it with `git fetch --unshallow`.",
    )


def unknown_release(text: str, *, option: str, newest: str) -> UserError:
    return UserError(
        f"{option} {text!r} is not a release of orchestrator-core that is known here.",
        why=f"Releases are numbers such as 4.8.2; the newest one known is {newest}.",
        remedy="Give a release from https://pypi.org/project/orchestrator-core/#history.",
    )


def no_framework(path: str) -> UserError:
    return UserError(
        f"No dependency on orchestrator-core was found in {path}.",
        why="Neither pyproject.toml, requirements files, setup.cfg, Pipfile nor a lock file names it.",
        remedy="Run it in the project's root, or say which release is installed with --from.",
    )


def malformed_configuration(path: str, reason: str) -> UserError:
    return UserError(
        f"The configuration in {path} cannot be used.",
        why=reason.rstrip(".") + ".",
        remedy="Correct it; docs/configuration.md lists every key.",
    )


def missing_path(path: str) -> UserError:
    return UserError(
        f"The path {path!r} does not exist.",
        why="There is nothing to look at.",
        remedy="Give a file or folder of the project, or none for all of it.",
    )


def unwritable_report(path: str, reason: str) -> UserError:
    return UserError(
        f"The report could not be written to {path!r}.",
        why=f"The system says: {reason}.",
        remedy="Give a file in a folder that is there and that you may write to.",
    )


def no_files(root: str) -> UserError:
    return UserError(
        "The paths that were given hold no file to look at.",
        why=f"In the repository {root!r}, git tracks none of them or is told to ignore all of them.",
        remedy="Give paths that git does not ignore, or copy the files out of the repository.",
    )


def unknown_rule(name: str, *, close: tuple[str, ...]) -> UserError:
    hint = f"Did you mean {', '.join(close)}?" if close else ""
    return UserError(
        f"There is no rule called {name!r}.",
        why=hint or "Rules are named after what is wrong.",
        remedy="List them with `concertmaster rules`.",
    )


def git_failed(reason: str) -> UserError:
    return UserError(
        "git could not be run.",
        why=f"It said: {reason or 'nothing'}.",
        remedy="Install git, and check that the repository is whole with `git fsck`.",
    )


def faulty_release(number: str, *, reason: str, instead: str) -> UserError:
    return UserError(
        f"orchestrator-core {number} is no release to upgrade to.",
        why=f"It has a fault: {reason}.",
        remedy=f"Give {instead}, or leave the target away.",
    )


def no_release_dates(reason: str) -> UserError:
    return UserError(
        "The release to upgrade to cannot be chosen.",
        why="Its age is not known: when a release came out, only the package index says. "
        f"{reason.rstrip('.')}.",
        remedy="Run it again with a package index that tells upload times, name a release as target, or leave "
        "minimum-age away.",
    )


def no_listed_prereleases(reason: str) -> UserError:
    return UserError(
        "The release to upgrade to cannot be chosen.",
        why=f"Which pre-releases there are, only the package index says. {reason.rstrip('.')}.",
        remedy="Run it again, name a release as target, or leave prereleases away.",
    )


def nothing_to_raise(installed: str, target: str) -> UserError:
    return UserError(
        f"There is nothing to commit for the upgrade from {installed} to {target}.",
        why="No manifest names a release in a form that is understood, and no code has to change.",
        remedy="Raise the requirement or renew the lock file by hand.",
    )


def unknown_feature(name: str, *, known: tuple[str, ...]) -> UserError:
    return UserError(
        f"There is no feature called {name!r}.",
        why="It was mistyped, or this version does not have it.",
        remedy=f"Choose among {', '.join(known)}.",
    )


def outside_of_repository(path: str) -> UserError:
    return UserError(
        f"{path!r} is not written.",
        why="It is a link, or lies behind one that leads out of the repository.",
        remedy="Remove the link, or write the file by hand.",
    )
