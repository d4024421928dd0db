"""Releases as numbers that compare."""

from __future__ import annotations

import re


def numbers(release: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", release))
