"""The line on which a pull request moves a project to another release, and what is said there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from concertmaster.github.diff import FileDiff
from concertmaster.plan import Place, Plan, make_plan
from concertmaster.project.dependencies import Installed
from concertmaster.project.files import Project
from concertmaster.project.manifests.model import Requirement
from concertmaster.report.markdown import code, joined
from concertmaster.report.summary import Operations
from concertmaster.reviewing import Judgement
from concertmaster.versions import Window


class Move(Struct, frozen=True):
    """From which release to which, and what that asks of a person; paths are those of the repository."""

    path: str
    line: int
    before: str
    after: str
    plan: Plan | None = None

    def told(self, *, is_more: bool) -> str:
        """What its line says, where more follows than the diff shows, or there is work; else nothing."""
        outside = (
            f"What follows from orchestrator-core {code(self.after)} outside this diff is in the summary comment, "
            "with a link to each place."
        )
        by_hand = (
            f"Going from orchestrator-core {code(self.before)} to {code(self.after)} also takes work around the "
            "deployment: the checklist is in the summary comment."
        )
        return joined((outside if is_more else "", by_hand if self.plan and self.plan.items else ""))

    def operations(self, ticked: frozenset[str] = frozenset()) -> Operations | None:
        """The checklist with its ticks; None where there is nothing to do."""
        if self.plan is None or not self.plan.items:
            return None
        return Operations(self.plan, Place(self.path, self.line, ""), ticked)


def moved(
    judgement: Judgement, head: Project, diffs: Mapping[str, FileDiff], folder: str = ""
) -> Move | None:
    """Where a pull request moves the release, if it does; `folder` is the project's in the repository."""
    before, after = judgement.before, judgement.workspace.believed
    if not judgement.raises_release or before is None or after is None:
        return None
    plan = make_plan(head, Window(before.release, after.release))
    path, line = _line_of(after, diffs, folder)
    return Move(path, line, before.release, after.release, plan.below(folder))


def _line_of(after: Installed, diffs: Mapping[str, FileDiff], folder: str) -> tuple[str, int]:
    """Where a move is best spoken of: on a line that the diff changes, in a manifest rather than in a lock."""
    places = [(_whole(item.path, folder), item.line) for item in _by_hand_first(after)]
    changed = ((path, line) for path, line in places if path in diffs and diffs[path].changed(line, line))
    return next(changed, (_whole(after.requirement.path, folder), after.requirement.line))


def _by_hand_first(after: Installed) -> Iterator[Requirement]:
    fitting = [item for item in after.others if after.release in item.versions and not item.isolated]
    yield from sorted((after.requirement, *fitting), key=lambda item: item.locked)


def _whole(path: str, folder: str) -> str:
    return f"{folder}/{path}" if folder else path
