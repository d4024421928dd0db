"""Every token that the local GitHub gives out is a canary: told from all other text, also when it is disguised."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from ahocorasick_rs import BytesAhoCorasick

_issued: list[str] = []


def issue(prefix: str, number: int) -> str:
    """A token like none that stands anywhere else, the same in each run of a test."""
    token = f"{prefix}_{hashlib.sha256(f'{prefix} {number}'.encode()).hexdigest()[:36]}"
    if token not in _issued:
        _issued.append(token)
    return token


def found(text: str | bytes) -> list[str]:
    """The disguises in which tokens stand in a text."""
    if not _issued:
        return []
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    matches = _matcher(len(_issued)).find_matches_as_indexes(data)
    return sorted({data[start:end].decode() for _, start, end in matches})


@cache
def _matcher(count: int) -> BytesAhoCorasick:
    return BytesAhoCorasick(sorted({form.encode() for token in _issued[:count] for form in disguises(token)}))


def disguises(token: str) -> set[str]:
    """As it is, reversed, in hexadecimal, and in Base64 wherever it starts in what is encoded, as in basic auth."""
    data = token.encode()
    cores = {_core(data, before) for before in range(3)}
    return {token, token[::-1], data.hex(), *cores} | {
        core.replace("+", "-").replace("/", "_") for core in cores
    }


def _core(data: bytes, before: int) -> str:
    """Those characters of the encoded token that do not depend on what stands around it."""
    whole = base64.b64encode(bytes(before) + data).decode().rstrip("=")
    start = (before * 8 + 5) // 6
    end = (before + len(data)) * 8 // 6
    return whole[start:end]
