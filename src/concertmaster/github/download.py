"""Fetches what the API says lies elsewhere on the same GitHub: without the token, and from nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import IO, Any, cast
from urllib.parse import SplitResult, urlsplit

from concertmaster.github.refusals import GitHubError
from concertmaster.github.retry import MalformedAnswerError

#: In seconds: for one answer of the network, and for all of a download.
TIMEOUT, MAX_SECONDS = 60, 300
_PORTS = {"http": 80, "https": 443}


class DownloadError(Exception):
    """An answer other than the file that was asked for."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"the download ended with status {status}")
        self.status, self.headers = status, dict(headers)


def fetch(location: str, api_url: str, consume: Callable[[IO[bytes]], None]) -> None:
    """Let `consume` read a file as it comes. It may stop before the end.

    Raises:
        GitHubError: the address is not one where this GitHub keeps archives.
        DownloadError: there is no such file.
        OSError, MalformedAnswerError: it could not be read to its end.
    """
    if not keeps_archives(location, api_url):
        raise GitHubError("GitHub gave an address for the archive that is not its own")
    import requests
    import urllib3

    with requests.Session() as session:
        session.auth = lambda request: request  # else a .netrc of the machine would be sent along
        with session.get(location, stream=True, allow_redirects=False, timeout=TIMEOUT) as answer:
            if answer.status_code != 200:
                raise DownloadError(answer.status_code, answer.headers)
            try:
                consume(cast(IO[bytes], _Timed(answer.raw)))
            except urllib3.exceptions.HTTPError as error:
                raise MalformedAnswerError(f"a download that broke off ({type(error).__name__})") from None


class _Timed:
    """A stream that is not read for longer than a job can wait."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._end = time.monotonic() + MAX_SECONDS

    def read(self, size: int = -1) -> bytes:
        if time.monotonic() > self._end:
            raise GitHubError(f"the download took more than {MAX_SECONDS} seconds")
        found: bytes = self._stream.read(size if size >= 0 else None)
        return found


def keeps_archives(location: str, api_url: str) -> bool:
    """Whether an address is where the GitHub of an API keeps its archives.

    That is `codeload` beside the API's host; a server without subdomains has `/_codeload/` on the same host.
    """
    api = urlsplit(api_url)
    try:
        there = urlsplit(location)
        same = (there.scheme, _port(there)) == (api.scheme, _port(api))
    except ValueError:
        return False
    if not same or there.username is not None or there.password is not None or "\\" in location:
        return False
    host = api.hostname or ""
    if there.hostname == f"codeload.{host.removeprefix('api.')}":
        return True
    return there.hostname == host and there.path.startswith("/_codeload/") and "/.." not in there.path


def _port(address: SplitResult) -> int | None:
    return address.port or _PORTS.get(address.scheme)
