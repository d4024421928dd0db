"""Which programs the files of a project's environment reach, as its compose files tell (guard rule G-13)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property

from concertmaster.project.manifests.model import Manifest, NotUnderstood
from concertmaster.project.settings.kubernetes import Configs
from concertmaster.project.settings.model import Reader
from concertmaster.project.settings.nodes import Node, documents
from concertmaster.project.settings.programs import Frame, Programs

LIMIT = 256 * 1024
MAX_FILES = 40
_COMPOSE = re.compile(r"(?:^|/)(?:docker-)?compose[\w.-]*\.ya?ml\Z")
_TEST_FILES = frozenset(
    (
        "conftest.py",
        "pytest.ini",
        "pyproject.toml",
        "tox.ini",
        "setup.cfg",
        ".env.test",
        "test.env",
        "noxfile.py",
    )
)
_REFERENCE = re.compile(r"\$\{?(?P<key>[A-Za-z_]\w*)")


class Deployment:
    """Who reads a file of settings. Compose files are read when they are asked for.

    `homes` are the folders whose manifests require the framework.
    """

    def __init__(
        self, paths: Collection[str], read: Callable[[str], bytes | None], homes: Iterable[str] = ()
    ) -> None:
        self._paths = sorted(path for path in paths if _COMPOSE.search(path))[:MAX_FILES]
        self._read = read
        self._all = frozenset(paths)
        self.homes = frozenset(homes)

    def readers(self, path: str, key: str) -> tuple[Reader, ...]:
        """The services that get a key of a file: by `env_file`, or since their own settings are filled in from it."""
        return (*self._by_file.get(path, ()), *self._by_reference.get((path, key), ()))

    def is_referred_to(self, path: str, key: str) -> bool:
        """Whether a compose file beside an `.env` fills in the key's value by its name."""
        return (path, key) in self._by_reference

    def config_readers(self, config: str, key: str) -> tuple[Reader, ...]:
        """The programs of Kubernetes that get a key of a ConfigMap or Secret."""
        return (*self._configs.whole.get(config, ()), *self._configs.keys.get((config, key), ()))

    def is_taken_by_name(self, config: str, key: str) -> bool:
        """Whether a program takes this single key of a ConfigMap or Secret."""
        return (config, key) in self._configs.keys

    def is_taken_as_a_whole(self, config: str) -> bool:
        """Whether a program gets every key of a ConfigMap or Secret as a variable."""
        return config in self._configs.whole

    @cached_property
    def _configs(self) -> Configs:
        found = Configs()
        for path in sorted(path for path in self._all if path.endswith((".yaml", ".yml"))):
            found.read(path, self._read(path) or b"")
        return found

    def has(self, path: str) -> bool:
        """Whether the project has a file."""
        return path in self._all

    def tests_mention(self, key: str) -> bool:
        """Whether a file that sets tests up names a variable."""
        found = sorted(path for path in self._all if path.rpartition("/")[2] in _TEST_FILES)[:MAX_FILES]
        return any(key.encode() in (self._read(path) or b"") for path in found)

    @cached_property
    def _by_file(self) -> dict[str, list[Reader]]:
        found: dict[str, list[Reader]] = {}
        for path, _, service, reader in self._services:
            for name in _env_files(service):
                found.setdefault(
                    posixpath.normpath(posixpath.join(posixpath.dirname(path), name)), []
                ).append(reader)
        return found

    @cached_property
    def _by_reference(self) -> dict[tuple[str, str], list[Reader]]:
        found: dict[tuple[str, str], list[Reader]] = {}
        for path, text, service, reader in self._services:
            env = posixpath.join(posixpath.dirname(path), ".env")
            for key in sorted(_references(text[service.start : service.end])):
                found.setdefault((env, key), []).append(reader)
        return found

    @cached_property
    def _services(self) -> list[tuple[str, str, Node, Reader]]:
        return [each for path in self._paths for each in self._of(path)]

    def _of(self, path: str) -> Iterator[tuple[str, str, Node, Reader]]:
        source = self._read(path)
        try:
            text = Manifest(path, source or b"", limit=LIMIT).text
            roots = documents(text)
        except NotUnderstood:
            return  # told where the file itself is judged
        programs = Programs(roots)
        for root in roots:
            services = root.get("services")
            for frame in Frame(services).below() if services is not None else ():
                yield path, text, frame.node, programs.named(frame)


def _env_files(service: Node) -> Iterator[str]:
    value = service.get("env_file")
    if value is not None:
        for item in (value, *value.items()):
            name = item.value if item.is_text else item.text("path")
            if name:
                yield name


def _references(text: str) -> set[str]:
    return {match["key"] for match in _REFERENCE.finditer(text)}
