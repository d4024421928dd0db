"""A manifest under review, as rules see it."""

from __future__ import annotations

from functools import cached_property

from concertmaster.project.manifests.model import Include, NotUnderstood, Requirement, Style
from concertmaster.project.manifests.read import read_manifest
from concertmaster.project.text import TextFile, Unreadable

FRAMEWORK = "orchestrator-core"


class ManifestFile(TextFile):
    """One manifest with its requirements."""

    def framework(self, requirement: Requirement) -> Requirement | None:
        """The framework's requirement that is installed together with another one; None where none surely is."""
        for item in self.requirements:
            together = item.group == requirement.group or not (item.isolated or requirement.isolated)
            if item.name == FRAMEWORK and item.style is not Style.IMAGE and together:
                return item
        return None

    @cached_property
    def _items(self) -> list[Requirement | Include]:
        try:
            return list(read_manifest(self.path, self.source))
        except NotUnderstood as error:
            raise Unreadable(str(error)) from None

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """The requirements in the order in which they are written.

        Raises:
            Unreadable: the manifest is not well-formed, or too large.
        """
        found = [item for item in self._items if isinstance(item, Requirement)]
        return tuple(sorted(found, key=lambda item: item.span))

    @property
    def includes(self) -> tuple[Include, ...]:
        """Other files that it takes requirements or constraints from."""
        return tuple(item for item in self._items if isinstance(item, Include))
