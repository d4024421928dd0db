"""What every message to a user is: what happened, why, what to do, and where to read on."""

from __future__ import annotations

#: Where the documentation is read.
DOCUMENTATION = "https://github.com/OWNER/concertmaster/blob/main/docs/"
#: Characters of one part; what repositories and servers say may be of any length.
LONGEST = 600


class UserError(Exception):
    """Wrong use or configuration; the text is shown as it is, without a traceback.

    Parts hold text of others: what a terminal or a runner would obey is made visible in them.
    """

    def __init__(self, what: str, *, why: str, remedy: str, link: str = "") -> None:
        self.what, self.why, self.remedy = map(_shown, (what, why, remedy))
        self.link = f"{DOCUMENTATION}{link}" if link else ""
        super().__init__(f"{self.what} {self.why} {self.remedy}")

    @property
    def lines(self) -> tuple[str, ...]:
        """As it is told on a terminal."""
        return tuple(filter(None, (self.what, self.why, self.remedy, self.link)))


def _shown(text: str) -> str:
    line = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
    safe = line.replace("::", ":\u200b:").replace("##[", "##\u200b[")
    return safe if len(safe) <= LONGEST else f"{safe[: LONGEST - 2]}…."
