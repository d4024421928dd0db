"""A file of settings under review, as rules see it."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property

from concertmaster.findings import Safety
from concertmaster.project.manifests.model import Manifest, NotUnderstood
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.known import OWN, are_own, speaks_of_framework
from concertmaster.project.settings.model import Kind, Reader, Setting
from concertmaster.project.settings.read import LIMIT, grammar, kind_of, read_settings
from concertmaster.project.text import TextFile, Unreadable

_HOME_KINDS = frozenset((Kind.DOTENV, Kind.INI, Kind.TOML, Kind.SHELL, Kind.MAKE))


class Audience(StrEnum):
    """Who gets a setting."""

    OURS = "a program that is built on the framework"
    SHARED = "such a program, and others"
    LIKELY = "nothing tells, but the framework's own project"
    OTHERS = "something else"


class SettingsFile(TextFile):
    """One file with what it sets."""

    def __init__(self, path: str, source: bytes, around: Surroundings, kind: Kind | None = None) -> None:
        super().__init__(path, source, around.window)
        self.around = around
        self._kind = kind or kind_of(path) or Kind.DOTENV

    @cached_property
    def kind(self) -> Kind:
        """The grammar that the file is written in.

        Raises:
            Unreadable: it is no text, or too large.
        """
        return grammar(self.manifest, self._kind)

    @cached_property
    def manifest(self) -> Manifest:
        """The text with its places.

        Raises:
            Unreadable: it is no text, or too large.
        """
        try:
            return Manifest(self.path, self.source, limit=LIMIT)
        except NotUnderstood as error:
            raise Unreadable(str(error)) from None

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """What the file sets, in its order.

        Raises:
            Unreadable: it is not well-formed, or too large.
        """
        try:
            return read_settings(self.manifest, self._kind)
        except NotUnderstood as error:
            raise Unreadable(str(error)) from None

    def beside(self, setting: Setting) -> tuple[Setting, ...]:
        """The settings that stand together with one, itself included."""
        return self._groups.get(setting.group.start, ())

    def value(self, setting: Setting, key: str) -> str | None:
        """What another key beside a setting is set to; None where it is not, or the file does not say."""
        found = [other.value for other in self.beside(setting) if other.key == key]
        return found[-1] if found else None

    @cached_property
    def _groups(self) -> dict[int, tuple[Setting, ...]]:
        found: dict[int, list[Setting]] = {}
        for setting in self.settings:
            found.setdefault(setting.group.start, []).append(setting)
        return {start: tuple(group) for start, group in found.items()}

    def program(self, setting: Setting) -> str:
        """All that the file says of the one program that a setting is written for; empty where it says nothing."""
        start, end = setting.group.program_at
        return self.source[start:end].decode("utf-8", "replace")

    def trust(self, setting: Setting, safety: Safety) -> Safety | None:
        """How far an edit of a setting may be trusted; None where the setting is not the framework's."""
        audience = self.audience(setting)
        if audience is Audience.OURS or safety is Safety.MANUAL:
            return safety if audience is not Audience.OTHERS else None
        return None if audience is Audience.OTHERS else Safety.SUGGESTED

    def audience(self, setting: Setting) -> Audience:
        """Who gets a setting, by what the files say (guard rule G-13)."""
        readers = self._readers(setting)
        ours = any(reader.ours for reader in readers)
        if ours or setting.key in OWN or are_own(self._keys(setting)):
            others = any(not reader.ours for reader in readers) and len(readers) > 1
            return Audience.SHARED if others else Audience.OURS
        return Audience.LIKELY if self._is_at_home(setting) else Audience.OTHERS

    def others(self, setting: Setting) -> tuple[str, ...]:
        """The programs besides the framework's that get a setting, as the files call them."""
        names = (reader.name for reader in self._readers(setting) if not reader.ours and reader.name)
        return tuple(dict.fromkeys(names))

    def _readers(self, setting: Setting) -> tuple[Reader, ...]:
        deployment, config = self.around.deployment, setting.group.config
        if deployment is None:
            return setting.group.readers
        told = deployment.config_readers(config, setting.key) if config else ()
        return (*(told or setting.group.readers), *deployment.readers(self.path, setting.key))

    def _keys(self, setting: Setting) -> set[str]:
        return {other.key for other in self.beside(setting)}

    def _is_at_home(self, setting: Setting) -> bool:
        """Whether the file is called so, or lies where the framework is required or checked."""
        if any(reader.foreign for reader in setting.group.readers):
            return False
        if self.kind is Kind.YAML and b"services:" not in self.source and speaks_of_framework(self.path):
            return True
        deployment = self.around.deployment
        if deployment is None or not deployment.homes:
            return False
        if self.path.startswith((".github/workflows/", ".gitlab-ci", ".devcontainer/", ".vscode/")):
            return "" in deployment.homes
        told = self.kind is Kind.DOTENV and deployment.readers(self.path, setting.key)
        return not told and self.kind in _HOME_KINDS and self.path.rpartition("/")[0] in deployment.homes

    def is_variable(self, setting: Setting) -> bool:
        """Whether a setting reaches a program under its own name, as no single key of a ConfigMap or Secret does."""
        deployment, config = self.around.deployment, setting.group.config
        whole = deployment is not None and deployment.is_taken_as_a_whole(config)
        return whole or not self._is_taken_by_name(setting)

    def _is_taken_by_name(self, setting: Setting) -> bool:
        deployment, config = self.around.deployment, setting.group.config
        if not config:
            return False
        if deployment is not None:
            return deployment.is_taken_by_name(config, setting.key)
        return re.search(rf"\bkey:\s*[\"']?{re.escape(setting.key)}\b".encode(), self.source) is not None

    def is_referred_to(self, setting: Setting) -> bool:
        """Whether something names the variable, so that it cannot be renamed or dropped alone."""
        deployment = self.around.deployment
        if deployment is not None and deployment.is_referred_to(self.path, setting.key):
            return True
        if setting.kind in (Kind.YAML, Kind.TEMPLATE, Kind.TABLE):
            return self._is_taken_by_name(setting)
        return re.search(rf"\$\{{?{re.escape(setting.key)}\b".encode(), self.source) is not None
