"""A survey as the matrix of a workflow: jobs with several repositories each, within GitHub's limits."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from math import ceil

from concertmaster.messages.fleet import malformed_name, too_large_matrix

#: GitHub's own limits: the jobs of a matrix, and the bytes of a job's output, with some room for its encoding.
MAX_JOBS, MAX_OUTPUT = 256, 1_000_000
#: So many repositories one job looks at, unless that makes too many jobs.
A_JOB = 20
_PART = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


def matrix(names: Sequence[str], shards: int | None = None) -> str:
    """One line of JSON for `strategy.matrix`: numbered jobs, each with names that have spaces between.

    Raises:
        UserError: it is larger than a job's output may be.
    """
    wanted = shards or max(1, ceil(len(names) / A_JOB))
    jobs = min(wanted, MAX_JOBS, len(names))
    include = [{"shard": number + 1, "repositories": " ".join(names[number::jobs])} for number in range(jobs)]
    text = json.dumps({"include": include}, separators=(",", ":"))
    if len(text) * 2 > MAX_OUTPUT:  # GitHub counts UTF-16, two bytes a character
        raise too_large_matrix(len(text) * 2, MAX_OUTPUT)
    return text


def part_of(names: Sequence[str], part: str | None) -> list[str]:
    """The names of one of several parts, such as `1/2`.

    Raises:
        UserError: there is no such part.
    """
    if part is None:
        return list(names)
    match = _PART.fullmatch(part)
    if match is None or int(match[1]) > int(match[2]):
        raise malformed_name("--part", part, "a part and their number, such as 1/2")
    return list(names[int(match[1]) - 1 :: int(match[2])])
