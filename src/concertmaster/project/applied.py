"""Migrations that databases have gone through: fresh installs replay them, so their meaning stays (G-12)."""

from __future__ import annotations

import re

_APPLIED = re.compile(r"(?:^|/)migrations/versions/.*\.py\Z")
#: Rules that may rewrite them: paths of imports, helpers that are gone, and what psycopg 3 and SQLAlchemy 2 ask for.
ALLOWED = frozenset(
    """old-namespace moved-names moved-pydantic-names missing-name removed-names installed-path psycopg2-driver
    client-side-sql raw-commit plain-sql database-uri-scheme uri-given-to-libpq url-as-text secret-settings
    plain-secret-value unused-suppression""".split()
)
REASON = "an applied migration stays as it is"


def is_applied(path: str) -> bool:
    """Whether a file is a migration, which some database may have gone through."""
    return _APPLIED.search(path) is not None


def may_rewrite(path: str, rule: str) -> bool:
    """Whether a rule may change a file, as far as migrations are concerned."""
    return rule in ALLOWED or not is_applied(path)
