"""What the framework's settings take for true and for false."""

from __future__ import annotations

TRUE = frozenset(("true", "1", "yes", "on", "t", "y"))
FALSE = frozenset(("false", "0", "no", "off", "f", "n"))


def is_true(value: str | None) -> bool:
    """Whether a setting of this value is switched on."""
    return value is not None and value.strip().lower() in TRUE
