"""About what is looked at: paths, repositories, releases, configuration, rules."""

from __future__ import annotations

from concertmaster.messages.base import UserError


def not_a_repository(path: str) -> UserError:
    return UserError(
        f"{path} is not inside a git repository.",
        why="A review compares two commits, so it needs the repository that holds them.",
        remedy="Run it inside a clone, or use `concertmaster check` to look at plain files.",
        link="reviewing.md",
    )


def unknown_revision(revision: str) -> UserError:
    return UserError(
        f"The revision {revision!r} is not known in this repository.",
        why="It was mistyped, or the clone is too shallow to hold it.",
        remedy="Check `git log --oneline`, or fetch it with `git fetch --unshallow`.",
        link="reviewing.md",
    )


def unknown_release(text: str, *, option: str, newest: str) -> UserError:
    return UserError(
        f"{option} {text!r} is not a release of orchestrator-core that is known here.",
        why=f"Releases are numbers such as 4.8.2; the newest one known is {newest}.",
        remedy="Give a release from https://pypi.org/project/orchestrator-core/#history.",
        link="upgrading.md#which-release",
    )


def no_framework(path: str) -> UserError:
    return UserError(
        f"No dependency on orchestrator-core was found in {path}.",
        why="Neither pyproject.toml, requirements files, setup.cfg, Pipfile nor a lock file names it.",
        remedy="Run it in the project's root, or say which release is installed with --from.",
        link="projects.md",
    )


def malformed_configuration(path: str, reason: str) -> UserError:
    return UserError(
        f"The configuration in {path} cannot be used.",
        why=reason.rstrip(".") + ".",
        remedy="Correct it; docs/configuration.md lists every key.",
        link="configuration.md",
    )


def missing_path(path: str) -> UserError:
    return UserError(
        f"The path {path!r} does not exist.",
        why="There is nothing to look at.",
        remedy="Give a file or folder of the project, or none for all of it.",
        link="configuration.md",
    )


def unwritable_report(path: str, reason: str) -> UserError:
    return UserError(
        f"The report could not be written to {path!r}.",
        why=f"The system says: {reason}.",
        remedy="Give a file in a folder that is there and that you may write to.",
        link="reviewing.md",
    )


def no_files(root: str) -> UserError:
    return UserError(
        "The paths that were given hold no file to look at.",
        why=f"In the repository {root!r}, git tracks none of them or is told to ignore all of them.",
        remedy="Give paths that git does not ignore, or copy the files out of the repository.",
        link="configuration.md",
    )


def unknown_rule(name: str, *, close: tuple[str, ...]) -> UserError:
    hint = f"Did you mean {', '.join(close)}?" if close else ""
    return UserError(
        f"There is no rule called {name!r}.",
        why=hint or "Rules are named after what is wrong.",
        remedy="List them with `concertmaster rules`.",
        link="coverage.md",
    )


def git_failed(reason: str) -> UserError:
    return UserError(
        "git could not be run.",
        why=f"It said: {reason or 'nothing'}.",
        remedy="Install git, and check that the repository is whole with `git fsck`.",
        link="reviewing.md",
    )


def unmapped(reason: str) -> UserError:
    return UserError(
        "The map of this project could not be drawn.",
        why=f"What reads the files was stopped: {reason}.",
        remedy="Run `concertmaster check`, which names files that cannot be analysed; report it if there is none.",
        link="projects.md#a-map",
    )
