"""What can go wrong with the index, for a person to read."""

from __future__ import annotations

from concertmaster.messages.base import UserError


class IndexProblem(UserError):
    """The index, a wheel or the package index cannot be used; look-ups go on with what is there."""


def bad_wheel(label: str, reason: str) -> IndexProblem:
    return IndexProblem(
        f"The wheel of {label} was refused.",
        why=f"{reason[:1].upper()}{reason[1:]}.",
        remedy="Nothing of it was used. Check the package index, or wait for a repaired release.",
        link="names.md",
    )


def bad_index(where: str, reason: str) -> IndexProblem:
    return IndexProblem(
        f"The index of public names in {where} cannot be read.",
        why=f"{reason[:1].upper()}{reason[1:]}.",
        remedy="Reinstall concertmaster, or make a new one with `concertmaster index build`.",
        link="names.md",
    )


def newer_index(where: str, found: int, known: int) -> IndexProblem:
    return IndexProblem(
        f"The index of public names in {where} was written by a newer concertmaster.",
        why=f"It has format {found}; this concertmaster reads format {known}.",
        remedy="Update concertmaster, or remove that file.",
        link="names.md",
    )


def not_kept(where: str, reason: str) -> IndexProblem:
    return IndexProblem(
        f"The renewed index of public names could not be kept in {where}.",
        why=f"Writing failed ({reason}).",
        remedy="It is used this once. Set CONCERTMASTER_CACHE to a folder that can be written.",
        link="names.md",
    )


def no_answer(host: str, reason: str) -> IndexProblem:
    return IndexProblem(
        f"The package index at {host} gave no usable answer.",
        why=f"{reason[:1].upper()}{reason[1:]}.",
        remedy="Try again later; PIP_INDEX_URL names another package index.",
        link="names.md#releases-that-came-later",
    )


def not_asked() -> IndexProblem:
    return IndexProblem(
        "The package index was not asked.",
        why="This run is offline, or there is no folder to keep what it gives.",
        remedy="Run it without --offline and without CONCERTMASTER_OFFLINE.",
        link="names.md#releases-that-came-later",
    )


def no_griffe() -> IndexProblem:
    return IndexProblem(
        "Wheels cannot be read for the index.",
        why="The package griffe is not installed here.",
        remedy="Reinstall concertmaster with its dependencies, griffelib among them.",
        link="names.md",
    )


def reader_died(why: str) -> IndexProblem:
    return IndexProblem(
        "Reading the wheels was stopped.",
        why=why,
        remedy="The index is unchanged. Run it with more memory, or report the release that does it.",
        link="names.md",
    )


def not_indexed(distribution: str, release: str, newest: str) -> IndexProblem:
    return IndexProblem(
        f"{distribution} {release} is not in the index.",
        why=f"The newest release in it is {newest}.",
        remedy="Read it in with `concertmaster index update`, or give a release that is listed on PyPI.",
        link="names.md#releases-that-came-later",
    )


def unknown_name(name: str, close: tuple[str, ...]) -> IndexProblem:
    return IndexProblem(
        f"No indexed release has {name!r}.",
        why=f"Similar names are {', '.join(close)}." if close else "No name is similar to it.",
        remedy="Give a full name such as orchestrator.core.workflow.step, or a part of one.",
        link="names.md",
    )
