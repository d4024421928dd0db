"""The framework's public names in the releases of a window, as the index has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from concertmaster.index import store
from concertmaster.index.model import Kind, Parameter
from concertmaster.index.names import FRAMEWORK, distribution_of
from concertmaster.index.settings import SettingsField, ever
from concertmaster.index.store import Index
from concertmaster.index.supply import shipped
from concertmaster.messages.index import IndexProblem
from concertmaster.project.names import CORE
from concertmaster.project.python import PythonFile
from concertmaster.versions import Change, Window, release


@dataclass(frozen=True, slots=True)
class Framework:
    """What the release under judgement has, and what the one before it had. Names are canonical.

    `stands_in` tells that the release under judgement is newer than what is indexed: the newest one that is
    indexed stands for it. Then only what was there and went is told, never that something is not there yet.
    """

    names: Index
    judged: str
    installed: str
    stands_in: bool = False
    _lacking: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    _modules: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    _changes: dict[str, Change] = field(default_factory=dict, repr=False, compare=False)
    _places: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, window: Window, names: Index) -> Framework | None:
        """None where the index does not reach the releases."""
        judged = names.nearest(window.judged)
        if judged is None:
            return None
        installed = names.nearest(window.origin) or names.releases()[0]
        return cls(names, judged, installed, release(judged) < release(window.judged))

    def lacks(self, name: str) -> bool:
        """Whether the judged release surely does not have a name."""
        if name not in self._lacking:
            self._lacking[name] = self._lacks(name)
        return self._lacking[name]

    def _lacks(self, name: str) -> bool:
        gone = self._exists(name, self.judged) is False
        return gone and (self._is_whole(name) or self.ever_had(name))

    def cannot_import(self, module: str, name: str) -> bool:
        """Whether `from module import name` surely fails in the judged release."""
        if self._imports(module, name, self.judged) is not False:
            return False
        return self._is_whole(module) or any(
            self.names.imports(module, name, number) for number in self._releases(module)
        )

    def is_module(self, name: str) -> bool:
        """Whether a name is a module in the judged or the installed release."""
        if name not in self._modules:
            self._modules[name] = self._is_module(name)
        return self._modules[name]

    def _is_module(self, name: str) -> bool:
        numbers = {self.judged, self.installed}
        return any(self.names.is_module(name, at) for number in numbers for at in self._beside(name, number))

    def is_class(self, name: str) -> bool:
        """Whether a name is a class in the judged release, whose body shows what it holds."""
        return self.names.kind(name, self.judged) is Kind.CLASS

    def change(self, name: str) -> Change:
        """The release in which a name went: the first without it, after the last that had it."""
        if name not in self._changes:
            self._changes[name] = self._change(name)
        return self._changes[name]

    def _change(self, name: str) -> Change:
        had = [number for number in self._releases(name) if self.names.exists(name, number)]
        gone = self.names.removed_in(name, after=had[-1]) if had else None
        since = gone if gone and distribution_of(name) == FRAMEWORK else self.judged
        return Change(works_from=since, removed=since)

    def ever_had(self, name: str) -> bool:
        return any(self.names.exists(name, number) for number in self._releases(name))

    def new_places(self, name: str) -> tuple[str, ...]:
        """Where the judged release has the same object."""
        if name not in self._places:
            known = distribution_of(name) == FRAMEWORK
            self._places[name] = self.names.destination(name, self.judged) if known else ()
        return self._places[name]

    def spelling(self, name: str) -> str:
        """How code for the judged release writes a name."""
        return self.names.spelling(name, self.judged)

    def signature(self, name: str) -> tuple[Parameter, ...] | None:
        """The parameters of a name of the framework in the judged release."""
        return self.names.signature(name, self.judged)

    def signature_before(self, name: str) -> tuple[Parameter, ...] | None:
        """The parameters in the installed release."""
        return self.names.signature(name, self.installed)

    def signatures(self, name: str) -> Iterator[tuple[str, tuple[Parameter, ...]]]:
        """The releases up to the judged one that tell the parameters, newest first, with these."""
        for number in reversed(self._releases(name)):
            if (found := self.names.signature(name, number)) is not None:
                yield number, found

    def signature_change(self, name: str) -> str:
        """The first release, up to the judged one, with the signature of the judged one."""
        wanted = self.signature(name)
        since = self.judged
        for number in reversed(self._releases(name)):
            if self.names.signature(name, number) != wanted:
                break
            since = number
        return since

    def setting(self, name: str) -> SettingsField | None:
        """The framework's setting in the judged release."""
        return _setting(self.names, name, self.judged)

    def setting_before(self, name: str) -> SettingsField | None:
        """The framework's setting in the installed release."""
        return _setting(self.names, name, self.installed)

    def ever_had_setting(self, name: str) -> bool:
        return ever(self.names, name, self._releases(CORE))

    def setting_change(self, name: str) -> str:
        """The first release, up to the judged one, with the setting as the judged one has it."""
        wanted = self.setting(name)
        since = self.judged
        for number in reversed(self._releases(CORE)):
            if _setting(self.names, name, number) != wanted:
                break
            since = number
        return since

    def _releases(self, name: str) -> tuple[str, ...]:
        """The releases of a name's own distribution that come into question."""
        return _up_to(self.names, distribution_of(name), self.judged)

    def _is_whole(self, name: str) -> bool:
        """Whether the index has all that can be installed; a companion may be newer than it."""
        return not self.stands_in and distribution_of(name) == FRAMEWORK

    def _exists(self, name: str, number: str) -> bool | None:
        """Whether a release of the framework has a name, with any companion that it allows."""
        return _agreed(self.names.exists(name, at) for at in self._beside(name, number))

    def _imports(self, module: str, name: str, number: str) -> bool | None:
        return _agreed(self.names.imports(module, name, at) for at in self._beside(module, number))

    def _beside(self, name: str, number: str) -> tuple[str, ...]:
        """The releases of a name's own distribution that can be installed beside a release of the framework."""
        distribution = distribution_of(name)
        if distribution in (FRAMEWORK, None):
            return (number,)
        return _companions(self.names, distribution or "", number)


def _agreed(verdicts: Iterable[bool | None]) -> bool | None:
    """What all say; None where they differ or nothing is said."""
    said = set(verdicts)
    return said.pop() if len(said) == 1 else None


@cache
def _up_to(names: Index, distribution: str | None, judged: str) -> tuple[str, ...]:
    """All releases of a companion, and those of the framework up to one."""
    known = names.releases(distribution or "")
    if distribution != FRAMEWORK:
        return known
    return tuple(number for number in known if release(number) <= release(judged))


@cache
def _companions(names: Index, distribution: str, number: str) -> tuple[str, ...]:
    return names.companions(distribution, number)


@cache
def _setting(names: Index, name: str, number: str) -> SettingsField | None:
    return names.settings_field(name, number)


def framework(file: PythonFile) -> Framework | None:
    """What is known of the framework's names where a file is judged; None where the index cannot be read."""
    if "framework" not in file.memo:
        names = file.around.names or _shipped()
        file.memo["framework"] = None if names is None else _framework(file.window, names)
    found: Framework | None = file.memo["framework"]
    return found


@cache
def _framework(window: Window, names: Index) -> Framework | None:
    return Framework.of(window, names)


def _shipped() -> Index | None:
    try:
        return shipped(store.SHIPPED)
    except IndexProblem:
        return None
