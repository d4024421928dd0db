"""About setting a repository up."""

from __future__ import annotations

from concertmaster.messages.base import UserError


def unknown_feature(name: str, *, known: tuple[str, ...]) -> UserError:
    return UserError(
        f"There is no feature called {name!r}.",
        why="It was mistyped, or this version does not have it.",
        remedy=f"Choose among {', '.join(known)}.",
        link="reviewing.md#what-it-may-do-and-what-it-does-without",
    )


def outside_of_repository(path: str) -> UserError:
    return UserError(
        f"{path!r} is not written.",
        why="It is a link, or lies behind one that leads out of the repository.",
        remedy="Remove the link, or write the file by hand.",
        link="configuration.md",
    )
