"""Which of a file's databases is the framework's, where several programs have one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.project.manifests.model import NotUnderstood
from concertmaster.project.settings.file import Audience, SettingsFile
from concertmaster.project.settings.images import Image, in_dockerfile, in_yaml
from concertmaster.project.settings.known import speaks_of_framework
from concertmaster.project.settings.model import Kind
from concertmaster.project.settings.nodes import documents
from concertmaster.project.settings.programs import Programs
from concertmaster.project.text import Unreadable

_POSTGRES = re.compile(r"(?:[\w.-]+(?::\d+)?/)*(?:postgres|bitnami(?:legacy)?/postgresql)\Z")
_HOST = re.compile(r"://(?:[^@/\s]*@)?(?P<host>[\w.-]+)")
_LIKE = re.compile(r"postgres|\bpg\b|\bdb\b|database")
_LOCAL = frozenset(("localhost", "127.0.0.1", "host.docker.internal"))
_KEYS = frozenset(("DATABASE_URI", "DATABASE_URI_TEST"))


def databases(file: SettingsFile) -> Iterator[Image]:
    """Images of PostgreSQL that surely, or all but surely, hold the framework's database.

    Raises:
        Unreadable: the file is not well-formed.
    """
    if file.kind is Kind.DOCKERFILE:
        found = [image for image in in_dockerfile(file.manifest) if _POSTGRES.match(image.name)]
        yield from found if speaks_of_framework(f"{file.path} {file.manifest.text}") else ()
    if file.kind is not Kind.YAML:
        return
    try:
        found = [image for image in in_yaml(file.manifest) if _POSTGRES.match(image.name)]
    except NotUnderstood as error:
        raise Unreadable(str(error)) from None
    hosts = _hosts(file) if found else frozenset()
    programs = Programs(documents(file.manifest.text)) if found else None
    for image in found:
        alone = len(found) == 1 and programs is not None and _is_wired(image, hosts, programs)
        if alone or _is_named(image, hosts) or _is_told(image):
            yield image


def _hosts(file: SettingsFile) -> frozenset[str]:
    """The hosts of the framework's own database URIs, as far as the file shows them."""
    own = [each for each in file.settings if each.key in _KEYS and file.audience(each) is not Audience.OTHERS]
    matches = (_HOST.search(each.value or "") for each in own)
    return frozenset(match["host"] for match in matches if match)


def _is_named(image: Image, hosts: frozenset[str]) -> bool:
    """Whether a host is called as the service is, or as what a chart makes of it."""
    name = image.service
    return bool(name) and any(
        host == name or host.startswith((f"{name}-", f"{name}.")) or host.endswith(f"-{name}")
        for host in hosts
    )


def _is_told(image: Image) -> bool:
    """Whether what is set for the database is called after the framework."""
    node = image.frame.node if image.frame else None
    environment = (node.get("environment") or node.get("env")) if node else None
    return environment is not None and any(
        each.is_text and speaks_of_framework(each.value) for each in environment.walk()
    )


def _is_wired(image: Image, hosts: frozenset[str], programs: Programs) -> bool:
    """Whether the only database is reached on this host, or a program of the framework waits for it."""
    around = image.frame.up if image.frame else None
    services = around.below() if around is not None else []
    if not hosts.isdisjoint(service.key for service in services):
        return False
    inside = [host for host in hosts if "." not in host or ".svc" in host]
    if not _LOCAL.isdisjoint(hosts) or (_LIKE.search(image.service) and any(map(_LIKE.search, inside))):
        return True
    for service in services:
        needs = service.node.get("depends_on")
        waits = needs is not None and any(node.value == image.service for node in needs.walk())
        if waits and programs.named(service).ours:
            return True
    return False
