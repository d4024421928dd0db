"""The part of a project that no generator writes: templates by era of the framework, filled in here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.generated import revisions
from tools.generated.versions import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATES = Path(__file__).parent / "handwritten"

# First release of each era, newest first, and its layers: a later one replaces files of an earlier one,
# so an older era holds only what differs from the next newer.
ERAS = {
    (5, 0): ("5.x",),
    (4, 0): ("4.x",),
    (3, 0): ("4.x", "3.x"),
    (2, 0): ("4.x", "3.x", "2.x"),
    (0, 0): ("pydantic1",),
}

# The generator adds to these, so they must be there before it starts.
BEGUN = {"products/__init__.py", "translations/en-GB.json", "workflows/__init__.py"}


def begin(project: Path, *, release: str, recipe: str) -> None:
    _write(project, release=release, recipe=recipe, head=None, begun=True)


def finish(project: Path, *, release: str, recipe: str) -> None:
    head = revisions.head(project / "migrations" / "versions" / "schema")
    _write(project, release=release, recipe=recipe, head=head, begun=False)


def templates(*, release: str, recipe: str) -> list[Path]:
    return [TEMPLATES / template for template in _targets(release=release, recipe=recipe)]


def layers(release: str) -> tuple[str, ...]:
    return next(names for first, names in ERAS.items() if numbers(release) >= first)


def _write(project: Path, *, release: str, recipe: str, head: str | None, begun: bool) -> None:
    filler = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,
        undefined=StrictUndefined,
        variable_start_string="«",
        variable_end_string="»",
        block_start_string="«%",
        block_end_string="%»",
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    for template, target in _targets(release=release, recipe=recipe).items():
        if (target in BEGUN) is begun:
            text = filler.get_template(template).render(release=release, version=numbers(release), head=head)
            _create(project / filler.from_string(target).render(head=head), text)


def _targets(*, release: str, recipe: str) -> dict[str, str]:
    """Map templates to files of the project; the file of an era stands in for the common one."""
    by_target = {}
    for layer in _layers(release=release, recipe=recipe):
        for path in sorted(layer.rglob("*.j2")):
            target = path.relative_to(layer).as_posix().removesuffix(".j2")
            by_target[target] = path.relative_to(TEMPLATES).as_posix()
    return {template: target for target, template in by_target.items()}


def _layers(*, release: str, recipe: str) -> Iterator[Path]:
    for name in ("common", *layers(release)):
        yield from (TEMPLATES / name / part for part in ("base", recipe))


def _create(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(text)
