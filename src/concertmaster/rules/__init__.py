"""One module per rule, named after what is wrong; adding a file here is all that a new rule needs."""

from __future__ import annotations
