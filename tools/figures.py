"""Tables in the guides that programs write, each between two marks of its own.

    python -m tools.figures         # writes those that follow from the code; a test holds them to it

What takes long is measured by `python -m benchmarks.…`, which names its page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from ruamel.yaml import YAML

from concertmaster.index import store
from concertmaster.index.names import FRAMEWORK, PACKAGES
from concertmaster.index.store import Index
from concertmaster.onboarding.features import DEFAULT, FEATURES, chosen, workflows
from concertmaster.rule import load_rules
from concertmaster.versions import NEWEST_KNOWN, Mode, Window
from tools import figures_api

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEFORE = "4.8.2"
#: Rules with a change of each kind, and what it is that changes.
SHOWN = {
    "old-namespace": "the old form fails at once",
    "workflow-description": "the old form only warns",
    "legacy-query": "the new form has worked for long",
    "moved-names": "the old form has failed for long",
}
WINDOWS = {
    f"`check` on {BEFORE}, target {NEWEST_KNOWN}": Window(BEFORE, NEWEST_KNOWN),
    f"review on {BEFORE}": Window(BEFORE, NEWEST_KNOWN, Mode.REVIEW),
    f"review on {NEWEST_KNOWN}": Window(NEWEST_KNOWN, NEWEST_KNOWN, Mode.REVIEW),
}


def features() -> Iterator[str]:
    """What `init` sets up, and which permissions its workflow then has."""
    yield "| feature | what it does | permissions of the job |"
    yield "|---|---|---|"
    for feature in FEATURES.values():
        named = " (default)" if feature.name in DEFAULT else ""
        asked = ", ".join(f"`{name}: {level}`" for name, level in _permissions(feature.name).items())
        yield f"| `{feature.name}`{named} | {feature.does} | {asked} |"


def _permissions(name: str) -> dict[str, str]:
    """Of the file that the feature is in, the last one that is written."""
    *_, (_, text) = workflows(chosen((name,)))
    (job,) = YAML(typ="safe").load(text)["jobs"].values()
    found: dict[str, str] = job["permissions"]
    return found


def severities() -> Iterator[str]:
    """How severe findings of some rules are, by what is installed and asked."""
    yield f"| rule | works from | deprecated | removed | {' | '.join(WINDOWS)} |"
    yield "|---" * (4 + len(WINDOWS)) + "|"
    rules = {rule.id: rule for rule in load_rules()}
    for name, why in SHOWN.items():
        change = rules[name].change
        lives = (change.works_from, change.deprecated or "–", change.removed or "–")
        found = (window.severity(change) or "–" for window in WINDOWS.values())
        yield f"| `{name}`: {why} | {' | '.join((*lives, *found))} |"


def index() -> Iterator[str]:
    """What is shipped of the public names."""
    known = Index.load()
    counts = {name: len(known.releases(name)) for name in (FRAMEWORK, *PACKAGES) if known.releases(name)}
    told = ", ".join(f"{number} of {name}" for name, number in counts.items())
    size = store.SHIPPED.stat().st_size
    yield f"The index that is shipped knows {sum(counts.values())} releases ({told}) in {size:,} bytes."


TABLES: Mapping[str, tuple[str, Callable[[], Iterable[str]]]] = {
    "features": ("setup.md", features),
    "severities": ("deciding.md", severities),
    "index": ("names.md", index),
    "functions": ("api.md", figures_api.functions),
    "data": ("api.md", figures_api.data),
}


def put(page: Path, name: str, lines: Iterable[str]) -> None:
    """Put lines between the marks of that name."""
    text = page.read_text(encoding="utf-8")
    if len(_between(name).findall(text)) != 1:
        raise SystemExit(f"{page} has no place for the figures `{name}`.")
    inside = "\n".join(lines).strip("\n")
    page.write_text(
        _between(name).sub(lambda match: f"{match[1]}\n{inside}\n\n{match[3]}", text), encoding="utf-8"
    )


def read(page: Path, name: str) -> list[str]:
    """The lines between the marks of that name."""
    found = _between(name).search(page.read_text(encoding="utf-8"))
    return found[2].strip("\n").splitlines() if found else []


def _between(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- figures: {re.escape(name)}, [^>]*-->\n)(.*?)(<!-- /figures -->)", re.DOTALL)


def main() -> int:
    for name, (page, made) in TABLES.items():
        put(DOCS / page, name, made())
        print(f"docs/{page}: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
