"""The only part that talks to the package index: which wheels there are, and their checked content."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
import urllib3
from msgspec import Struct
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from pydantic import BaseModel, Field, ValidationError

from concertmaster.messages.index import no_answer

DEFAULT = "https://pypi.org/simple"
JSON = "application/vnd.pypi.simple.v1+json"
VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "SSL_CERT_FILE")
PIECE = 65_536
MAX_LISTING = 30_000_000
MAX_WHEEL = 20_000_000
SHA256 = r"\A[0-9a-f]{64}\Z"
TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})


class _Listed(BaseModel):
    """One file in the answer of the package index."""

    filename: str = Field(max_length=300)
    url: str = Field(max_length=2_000)
    hashes: dict[str, str]
    uploaded: datetime | None = Field(default=None, alias="upload-time")
    yanked: bool | str = False


class _Listing(BaseModel):
    files: list[_Listed]


class WheelFile(Struct, frozen=True):
    """A wheel that can be fetched; when it was uploaded is not told by every package index."""

    distribution: str
    release: str
    filename: str
    url: str
    sha256: str
    uploaded: datetime | None = None
    yanked: bool = False

    @property
    def is_universal(self) -> bool:
        """Whether it is for every machine."""
        return self.filename.endswith("-any.whl")


class _Again(Exception):
    pass


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """Where wheels come from, and how long may be waited for it.

    `seconds` bounds one answer from the first byte to the last, so a server that drips cannot hold
    the caller. Wheels are kept in `cache`, where they are checked again before use.
    """

    base: str = DEFAULT
    cache: Path | None = None
    certificates: str | bool = True
    seconds: float = 60.0
    attempts: int = 3
    wait: float = 0.5
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    @property
    def host(self) -> str:
        """For messages; the address itself may hold a password."""
        return urlsplit(self.base).hostname or "an address without a host"

    def wheels(self, distribution: str) -> tuple[WheelFile, ...]:
        """The universal wheels of a distribution.

        Raises:
            IndexProblem: no answer, or one that is not understood.
        """
        return tuple(wheel for wheel in self.every(distribution) if wheel.is_universal)

    def every(self, distribution: str) -> tuple[WheelFile, ...]:
        """All wheels of a distribution, also those for one kind of machine alone.

        Raises:
            IndexProblem: no answer, or one that is not understood.
        """
        address = f"{self.base.rstrip('/')}/{distribution}/"
        content = self._get(address, MAX_LISTING, accept=JSON)
        try:
            listing = _Listing.model_validate_json(content)
        except ValidationError as wrong:
            raise no_answer(
                self.host, f"the list of {distribution} is not in the JSON form of PEP 691"
            ) from wrong
        return tuple(_usable(distribution, address, listing))

    def kept(self, filename: str, sha256: str) -> bytes | None:
        """The content of a wheel that was fetched before; None where it is not there or not what it should be."""
        kept = self.cache / filename if self.cache else None
        if kept and kept.is_file() and _is(content := kept.read_bytes(), sha256):
            return content
        return None

    def download(self, wheel: WheelFile, *, limit: int = MAX_WHEEL) -> bytes:
        """The content of a wheel, as its hash promises it.

        Raises:
            IndexProblem: no answer, too large an answer, or not the promised content.
        """
        kept = self.kept(wheel.filename, wheel.sha256)
        if kept is not None:
            return kept
        content = self._get(wheel.url, limit)
        if not _is(content, wheel.sha256):
            raise no_answer(self.host, f"{wheel.filename} does not have the hash that it must have")
        if self.cache:
            with suppress(OSError):  # what cannot be kept is used this once
                self.cache.mkdir(parents=True, exist_ok=True)
                (self.cache / wheel.filename).write_bytes(content)
        return content

    def _get(self, address: str, limit: int, accept: str = "*/*") -> bytes:
        again = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.attempts),
            wait=tenacity.wait_exponential(multiplier=self.wait, max=10),
            retry=tenacity.retry_if_exception_type(_Again),
            reraise=True,
        )
        try:
            return again(self._once, address, limit, accept)
        except _Again as failed:
            raise no_answer(self.host, str(failed)) from failed

    def _once(self, address: str, limit: int, accept: str) -> bytes:
        self._check(address)
        try:
            with self.session.get(
                address,
                headers={"Accept": accept},
                timeout=self.seconds,
                stream=True,
                verify=self.certificates,
            ) as answer:
                return self._content(answer, limit)
        except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as failed:
            raise _Again(f"the connection failed ({type(failed).__name__})") from failed
        except requests.RequestException as failed:
            raise no_answer(self.host, f"the request failed ({type(failed).__name__})") from failed

    def _content(self, answer: requests.Response, limit: int) -> bytes:
        self._check(answer.url)
        if answer.status_code in TRANSIENT:
            raise _Again(f"it answered {answer.status_code}")
        if answer.status_code != requests.codes.ok:
            raise no_answer(self.host, f"it answered {answer.status_code}")
        until, content = time.monotonic() + self.seconds, bytearray()
        # `read1` comes back after each packet, so that the time is looked at even when little arrives.
        while piece := answer.raw.read1(PIECE, decode_content=True):
            content += piece
            if len(content) > limit:
                raise no_answer(self.host, f"an answer is larger than {limit} bytes")
            if time.monotonic() > until:
                raise _Again(f"an answer took longer than {self.seconds:g} seconds")
        return bytes(content)

    def _check(self, address: str) -> None:
        """Only the web, and no way from a safe address to an open one."""
        scheme = urlsplit(address).scheme
        if scheme not in ("http", "https") or (scheme == "http" and self.base.startswith("https:")):
            raise no_answer(self.host, f"it leads to an address that begins with {scheme[:20]!r}")


def configured(environment: Mapping[str, str], *, home: Path, cache: Path | None = None) -> PackageIndex:
    """The package index that pip or uv would use here."""
    found = (environment.get(name, "") for name in VARIABLES)
    base = next((value.rpartition("=")[2] if "=http" in value else value for value in found if value), None)
    certificates = next((environment[name] for name in CERTIFICATES if environment.get(name)), None)
    return PackageIndex(base or _from_pip(environment, home) or DEFAULT, cache, certificates or True)


def _from_pip(environment: Mapping[str, str], home: Path) -> str | None:
    """`index-url` of pip's configuration files; the later ones win, and the null device means none of them."""
    if environment.get("PIP_CONFIG_FILE") == os.devnull:
        return None
    settings = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    paths = [Path("/etc/pip.conf"), home / ".pip" / "pip.conf", settings / "pip" / "pip.conf"]
    paths += [Path(environment["PIP_CONFIG_FILE"])] if environment.get("PIP_CONFIG_FILE") else []
    reader = ConfigParser(interpolation=None)
    try:
        reader.read(paths, encoding="utf-8")
    except (Error, UnicodeDecodeError):
        return None
    return reader.get("global", "index-url", fallback=None)


def _usable(distribution: str, address: str, listing: _Listing) -> Iterator[WheelFile]:
    for listed in listing.files:
        sha256 = listed.hashes.get("sha256", "")
        try:
            name, version, _, _ = parse_wheel_filename(listed.filename)
        except InvalidWheelFilename:
            continue
        plain = PurePosixPath(listed.filename).name == listed.filename and "\\" not in listed.filename
        if plain and canonicalize_name(name) == distribution and re.match(SHA256, sha256):
            yield WheelFile(
                distribution,
                str(version),
                listed.filename,
                urljoin(address, listed.url),
                sha256,
                _aware(listed.uploaded),
                listed.yanked is not False,
            )


def _aware(time: datetime | None) -> datetime | None:
    """A time without a zone is that of Greenwich."""
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time


def _is(content: bytes, sha256: str) -> bool:
    return hashlib.sha256(content).hexdigest() == sha256
