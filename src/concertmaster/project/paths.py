"""What the path of a file tells about its role."""

from __future__ import annotations

import re

_TESTS = re.compile(
    r"(?:^|/)(?:[\w-]+[_-])?(?:tests?|testing|fixtures)(?:[_-][\w-]+)?/|(?:^|/)(?:tests?|test_[^/]*|[^/]*_test|conftest)\.py$"
)


def is_test(path: str) -> bool:
    """Whether a file belongs to the tests of a project, by its folder or its name."""
    return bool(_TESTS.search(path))
