"""Writes what the decorator of before 4.4 was told as a job of APScheduler."""

from __future__ import annotations

import ast
import re

from concertmaster.project.python import PythonFile

_UNITS = ("second", "minute", "hour", "day", "week")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)\Z")
_PARAMETERS = ("name", "time_unit", "period", "at")


def job_arguments(file: PythonFile, call: ast.Call, function: str) -> tuple[str, bool] | None:
    """The arguments of `scheduled_job`, and whether they mean exactly what the framework makes of the old ones.

    None where the schedule is not written out, or has no counterpart.
    """
    given = _given(call)
    if given is None or b"#" in file.source[slice(*file.span(call))]:
        return None
    unit, at = _text(given["time_unit"]), _text(given.get("at"))
    if unit is None or (at is None and _is_given(given.get("at"))):
        return None
    trigger = _at(unit.lower(), at, given) if at else _every(file, unit.lower(), given)
    if trigger is None:
        return None
    identifier = file.text(given["id"]) if "id" in given else f'"{function}"'
    exact = (at is None or unit == "day") and unit.lower().rstrip("s") in _UNITS[:4]
    return f"id={identifier}, name={file.text(given['name'])}, {trigger}", exact


def _given(call: ast.Call) -> dict[str, ast.expr] | None:
    """Arguments by the names of their parameters; None where some are not known here."""
    if len(call.args) > len(_PARAMETERS) or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    given: dict[str, ast.expr] = dict(zip(_PARAMETERS, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg not in (*_PARAMETERS, "id"):
            return None
        given[keyword.arg] = keyword.value
    return given if {"name", "time_unit"} <= given.keys() else None


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_given(node: ast.expr | None) -> bool:
    return node is not None and not (isinstance(node, ast.Constant) and node.value is None)


def _every(file: PythonFile, unit: str, given: dict[str, ast.expr]) -> str | None:
    one = unit.removesuffix("s")
    period = file.text(given["period"]) if "period" in given else "1"
    return f'trigger="interval", {one}s={period}' if one in _UNITS else None


def _at(unit: str, at: str, given: dict[str, ast.expr]) -> str | None:
    """A time of the day, on every day or on one of the week."""
    clock = _CLOCK.match(at)
    period = given.get("period")
    once = period is None or (isinstance(period, ast.Constant) and period.value == 1)
    if clock is None or not once or unit not in ("day", "days", *_DAYS):
        return None
    day = f'day_of_week="{unit[:3]}", ' if unit in _DAYS else ""
    return f'trigger="cron", {day}hour={int(clock["hour"])}, minute={int(clock["minute"])}'
