"""What Concertmaster's own settings as a pull request changes them would change; those of its base are obeyed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from concertmaster.config import Config
from concertmaster.findings import Finding
from concertmaster.messages import UserError
from concertmaster.report.markdown import code, count, listing
from concertmaster.runner import Report, matches

NAMES = tuple(each.name for each in fields(Config))
_CHANGES = "This pull request changes Concertmaster's own settings"
_OBEYED = "It was judged by those of its base."


def proposed(load: Callable[[], Config], config: Config, report: Report) -> str:
    """A note where a pull request changes the settings; `report` has the paths that the settings speak of."""
    try:
        new = load()
    except UserError as error:
        return f"{_CHANGES}, and they cannot be used: {code(error.why)}. {_OBEYED}"
    if new == config:
        return ""
    keys = [code(name.replace("_", "-")) for name in NAMES if _differs(name, new, config)]
    silent = sum(_is_silenced(finding, new) for finding in report.findings)
    told = f" With the new ones {count(silent, 'finding')} would not be told." if silent else ""
    return f"{_CHANGES} ({listing(keys)}). {_OBEYED}{told}"


def _differs(name: str, new: Config, old: Config) -> bool:
    return bool(getattr(new, name) != getattr(old, name))


def _is_silenced(finding: Finding, config: Config) -> bool:
    """Whether settings keep a finding from being told."""
    ignored = {
        name
        for glob, names in config.per_path_ignores.items()
        if matches(finding.path, [glob])
        for name in names
    }
    unselected = bool(config.select) and finding.rule not in config.select
    return unselected or finding.rule in {*config.ignore, *ignored} or matches(finding.path, config.exclude)
