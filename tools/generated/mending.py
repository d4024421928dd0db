"""What generators of some releases get wrong and every team has to put right before its project runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tools.generated.versions import numbers

if TYPE_CHECKING:
    from pathlib import Path


class Fault(NamedTuple):
    """Text that the generator writes from release `since` on, and the text that works."""

    since: tuple[int, ...]
    files: str
    wrong: str
    right: str


FAULTS = (
    # Alembic takes text only; 2.0 made a model of the setting.
    Fault(
        since=(2, 0),
        files="migrations/env.py",
        wrong='"sqlalchemy.url", app_settings.DATABASE_URI)',
        right='"sqlalchemy.url", str(app_settings.DATABASE_URI))',
    ),
    # Templates of unit tests import the exception from where 1.x had it.
    Fault(
        since=(2, 0),
        files="test/unit_tests/**/test_*.py",
        wrong="from orchestrator.forms import FormValidationError",
        right="from pydantic_forms.exceptions import FormValidationError",
    ),
    Fault(
        since=(5, 0),
        files="test/unit_tests/**/test_*.py",
        wrong="from orchestrator.core.forms import FormValidationError",
        right="from pydantic_forms.exceptions import FormValidationError",
    ),
)


def mend(project: Path, *, release: str) -> None:
    for fault in FAULTS:
        if numbers(release) >= fault.since:
            for path in project.glob(fault.files):
                text = path.read_text("utf-8")
                path.write_text(text.replace(fault.wrong, fault.right), "utf-8")
