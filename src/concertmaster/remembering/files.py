"""Which files a folder holds, asked of git as the working tree is, at the price of git alone."""

from __future__ import annotations

import os

from concertmaster.project.git_command import ENVIRONMENT, FILES, GIT, ROOT
from concertmaster.project.listing import is_ours, walk


class Listing:
    """The files of the repository around a folder, or of a folder in none: names as git gives them, ended by NUL."""

    def __init__(self, root: str, names: bytes) -> None:
        self.root, self.names = root, names

    @classmethod
    def of(cls, folder: str) -> Listing:
        """Both questions are asked at once."""
        try:
            top, listed = _Asked(folder, ROOT), _Asked(folder, (*FILES, "--full-name", "--", ":/"))
        except OSError:
            return cls.without_git(folder)
        answers = top.answer(), listed.answer()
        if answers[0] is None:
            return cls.without_git(folder)
        root = os.path.realpath(os.fsdecode(answers[0].rstrip(b"\n")))
        return cls.without_git(root) if answers[1] is None else cls(root, answers[1])

    @classmethod
    def without_git(cls, folder: str) -> Listing:
        root = os.path.realpath(folder)
        return cls(root, b"".join(os.fsencode(name) + b"\0" for name in walk(root)))

    def ours(self) -> list[bytes]:
        """The names of the project's own files."""
        return sorted(name for name in self.names.split(b"\0") if name and is_ours(os.fsdecode(name)))


class _Asked:
    """A question to git that is being answered. To start it this way takes a tenth of loading `subprocess`."""

    def __init__(self, folder: str, question: tuple[str, ...]) -> None:
        self._answer, give = os.pipe()
        try:
            self._pid = os.posix_spawnp(
                "git",
                [*GIT, "-C", folder, *question],
                ENVIRONMENT,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, give, 1),
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                ],
            )
        except OSError:
            os.close(self._answer)
            raise
        finally:
            os.close(give)

    def answer(self) -> bytes | None:
        """What git wrote; None where it has failed."""
        with os.fdopen(self._answer, "rb", buffering=0) as pipe:
            found = pipe.read()
        _, status = os.waitpid(self._pid, 0)
        return found if status == 0 else None
