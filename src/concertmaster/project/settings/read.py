"""Which files hold settings, and what a file of each kind sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from itertools import islice

from concertmaster.project.manifests.model import Manifest, NotUnderstood
from concertmaster.project.settings.dockerfile import read_dockerfile
from concertmaster.project.settings.env import read_env
from concertmaster.project.settings.ini import read_ini
from concertmaster.project.settings.json import read_json
from concertmaster.project.settings.model import MAX_SETTINGS, Kind, Setting
from concertmaster.project.settings.nodes import documents
from concertmaster.project.settings.shell import read_make, read_shell
from concertmaster.project.settings.systemd import read_systemd
from concertmaster.project.settings.table import read_tables
from concertmaster.project.settings.template import is_template, read_template
from concertmaster.project.settings.toml import read_toml
from concertmaster.project.settings.yaml import read_yaml

LIMIT = 256 * 1024
#: Up to this size a file is searched for words that matter; only then its size is held against it.
SEARCHED = 16 * 1024 * 1024
#: Patterns of file names; the first that fits decides.
KINDS: tuple[tuple[str, Kind], ...] = (
    ("*.j2", Kind.TEMPLATE),
    ("*.jinja", Kind.TEMPLATE),
    ("*.jinja2", Kind.TEMPLATE),
    ("*.tpl", Kind.TEMPLATE),
    ("*.mako", Kind.TEMPLATE),
    ("*.yml", Kind.YAML),
    ("*.yaml", Kind.YAML),
    ("*.toml", Kind.TOML),
    ("*.ini", Kind.INI),
    ("*.cfg", Kind.INI),
    (".coveragerc", Kind.INI),
    (".importlinter", Kind.INI),
    (".flake8", Kind.INI),
    ("Dockerfile*", Kind.DOCKERFILE),
    ("*.Dockerfile", Kind.DOCKERFILE),
    ("*.dockerfile", Kind.DOCKERFILE),
    ("Containerfile*", Kind.DOCKERFILE),
    ("Makefile*", Kind.MAKE),
    ("GNUmakefile", Kind.MAKE),
    ("*.mk", Kind.MAKE),
    ("*.sh", Kind.SHELL),
    ("*.bash", Kind.SHELL),
    ("*.zsh", Kind.SHELL),
    ("*.ksh", Kind.SHELL),
    ("justfile", Kind.SHELL),
    ("Procfile*", Kind.SHELL),
    ("Jenkinsfile*", Kind.SHELL),
    (".envrc*", Kind.SHELL),
    (".env", Kind.DOTENV),
    (".env[._-]*", Kind.DOTENV),
    ("*.env", Kind.DOTENV),
    ("*.env.*", Kind.DOTENV),
    ("env[._-]*", Kind.DOTENV),
    ("env", Kind.DOTENV),
    ("*.service", Kind.SYSTEMD),
    ("devcontainer.json", Kind.JSON),
    ("launch.json", Kind.JSON),
    ("tasks.json", Kind.JSON),
)
#: Files of these kinds are looked at in other ways, whatever they are called.
_OTHERS = (".py", ".pyi", ".md", ".rst", ".lock")


def kind_of(path: str) -> Kind | None:
    """The grammar of a file of this name; None where it holds no settings."""
    name = path.rpartition("/")[2]
    if name.endswith(_OTHERS):
        return None
    return next((kind for pattern, kind in KINDS if fnmatchcase(name, pattern)), None)


def is_settings_file(path: str) -> bool:
    """Whether settings are looked for in a file, by its path from the repository's root."""
    return kind_of(path) is not None


def read_settings(text: Manifest, kind: Kind) -> tuple[Setting, ...]:
    """What a file sets, in its order.

    Raises:
        NotUnderstood: it is not well-formed, or sets more than any program reads.
    """
    found = tuple(islice(_READERS[grammar(text, kind)](text), MAX_SETTINGS + 1))
    if len(found) > MAX_SETTINGS:
        raise NotUnderstood(f"sets more than {MAX_SETTINGS} variables")
    return tuple(sorted(found, key=lambda setting: setting.key_at))


def grammar(text: Manifest, kind: Kind) -> Kind:
    """The kind of a file by what is in it: YAML that is filled in first, and is none before, is a template."""
    if kind is not Kind.YAML or not ("{{" in text.text or "{%" in text.text):
        return kind
    try:
        documents(text.text)
    except NotUnderstood:
        return Kind.TEMPLATE
    return Kind.TEMPLATE if is_template(text) else kind


_READERS: dict[Kind, Callable[[Manifest], Iterator[Setting]]] = {
    Kind.DOTENV: read_env,
    Kind.SHELL: read_shell,
    Kind.MAKE: read_make,
    Kind.DOCKERFILE: read_dockerfile,
    Kind.YAML: read_yaml,
    Kind.TEMPLATE: read_template,
    Kind.INI: read_ini,
    Kind.TOML: read_toml,
    Kind.TABLE: read_tables,
    Kind.JSON: read_json,
    Kind.SYSTEMD: read_systemd,
}
