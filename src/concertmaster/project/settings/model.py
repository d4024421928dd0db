"""What a file sets: keys and values with their places, and the program that they are meant for."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from concertmaster.project.manifests.model import Manifest

#: A file that sets more than this is a list of something else, or meant to keep us busy.
MAX_SETTINGS = 5_000


class Kind(StrEnum):
    """The grammar in which settings are written."""

    DOTENV = "env"
    SHELL = "shell"
    MAKE = "make"
    DOCKERFILE = "dockerfile"
    YAML = "yaml"
    TEMPLATE = "template"
    INI = "ini"
    TOML = "toml"
    TABLE = "table"
    JSON = "json"
    SYSTEMD = "systemd"


class Reader(Struct, frozen=True):
    """A program that gets settings, as the file calls it.

    `ours` tells that it is built on the framework, `foreign` that it is a ready-made image of something else,
    `tests` that it runs tests.
    """

    name: str
    ours: bool = False
    foreign: bool = False
    tests: bool = False


class Group(Struct, frozen=True):
    """Settings that stand together and reach the same programs.

    `config` names the ConfigMap or Secret of Kubernetes that they are kept in.

    `whole_at` is what has to go when none of them stays; empty where they cannot all be taken out. `program_at`
    is all that the file says of the program they are written for; empty where that is no part of the file.
    """

    start: int
    readers: tuple[Reader, ...] = ()
    whole_at: tuple[int, int] = (0, 0)
    program_at: tuple[int, int] = (0, 0)
    config: str = ""


class Setting(Struct, frozen=True):
    """One key with its value; places are bytes of the file.

    `value` is what the program gets, None where the file does not say. `value_at` leaves quotes out and
    `quote` names them; `entry_at` is all that has to go with the setting, its line ending included.
    A `fallback` stands inside another text, as `${KEY:-value}`: the key is not the file's to rename.
    `problem` says why nothing of it can be edited.
    """

    key: str
    value: str | None
    kind: Kind
    path: str
    line: int
    key_at: tuple[int, int]
    value_at: tuple[int, int]
    entry_at: tuple[int, int]
    group: Group
    quote: str = ""
    fallback: bool = False
    problem: str = ""

    @property
    def service(self) -> str | None:
        """The one program that it is meant for, as the file calls it; None where there are several or none."""
        return self.group.readers[0].name if len(self.group.readers) == 1 else None


class Written(Struct, frozen=True):
    """What a format's reader knows of a setting, in characters of the text; without a value it is nowhere."""

    key: str
    key_start: int
    entry: tuple[int, int]
    value: str | None = None
    value_at: tuple[int, int] | None = None
    quote: str = ""
    fallback: bool = False
    problem: str = ""

    def on(self, text: Manifest, group: Group, kind: Kind) -> Setting:
        """The setting with its line and its byte spans."""
        key_at = (self.key_start, self.key_start + len(self.key))
        nowhere = (key_at[1], key_at[1])
        return Setting(
            key=self.key,
            value=self.value,
            kind=kind,
            path=text.path,
            line=text.line(self.key_start),
            key_at=text.bytes_at(*key_at),
            value_at=text.bytes_at(*(self.value_at or nowhere)),
            entry_at=text.bytes_at(self.entry[0], min(self.entry[1], len(text.text))),
            group=group,
            quote=self.quote,
            fallback=self.fallback,
            problem=self.problem,
        )
