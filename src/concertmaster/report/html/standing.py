"""Where the projects of one report stand: each is told and judged by the releases of its own."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from concertmaster.report.markdown import count
from concertmaster.report.terminal import summary
from concertmaster.runner import Report
from concertmaster.versions import Window

OUTSIDE = "outside of the projects"


class Standings(Struct, frozen=True):
    """The folders of a repository with their windows; none where the whole report has one."""

    report: Report
    windows: Mapping[str, Window] = field(default_factory=dict)

    @property
    def are_several(self) -> bool:
        return len(self.windows) > 1

    def home(self, path: str) -> str:
        """The folder that a file belongs to: the innermost one around it."""
        around = (folder for folder in self.windows if not folder or path.startswith(f"{folder}/"))
        return max(around, key=len, default="")

    def window(self, path: str) -> Window:
        return self.windows.get(self.home(path), self.report.window)

    @property
    def title(self) -> str:
        found = set(self.windows.values()) or {self.report.window}
        if len(found) == 1:
            (one,) = found
            return f"orchestrator-core {one.installed} to {one.target}"
        targets = sorted({one.target for one in found})
        return f"orchestrator-core to {', '.join(targets)}"

    @property
    def verdict(self) -> str:
        """One sentence; of several projects only how many there are, for each has its own."""
        if self.are_several:
            found, parts = len(self.report.findings), len(self.windows)
            return f"{count(found, 'finding')} in {parts} parts of the repository."
        return summary(list(self.report.findings), list(self.report.unanalysed), self.window(""))

    def parts(self) -> list[tuple[str, str]]:
        """Each of several projects with what was found in it."""
        return [
            (folder or OUTSIDE, self._summary(folder, window))
            for folder, window in self.windows.items()
            if self.are_several
        ]

    def _summary(self, folder: str, window: Window) -> str:
        findings = [one for one in self.report.findings if self.home(one.path) == folder]
        missed = [one for one in self.report.unanalysed if self.home(one.path) == folder]
        return summary(findings, missed, window)
