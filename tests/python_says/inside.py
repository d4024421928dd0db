"""Runs in the environment of a release: what does Python itself say of names? Needs nothing but the framework."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import inspect
import io
import json
import pkgutil
import sys
import warnings
from collections.abc import Iterator
from typing import Any

DISTRIBUTIONS = ("orchestrator-core", "pydantic-forms", "oauth2-lib", "nwa-stdlib")
OURS = ("orchestrator", "pydantic_forms", "oauth2_lib", "nwastdlib")


def verdict(module: str, name: str | None) -> bool | str:
    """True or False as the import statement works or not; a text when something foreign is in its way."""
    statement = f"import {module}" if name is None else f"from {module} import {name}"
    try:
        exec(statement, {})
    except ModuleNotFoundError as missing:
        return False if (missing.name or "").partition(".")[0] in OURS else f"{missing.name} is not installed"
    except ImportError as failed:
        ours = (failed.name or "").partition(".")[0] in OURS
        return False if ours and failed.name == module else f"{type(failed).__name__}: {failed}"
    except Exception as failed:
        return f"{type(failed).__name__}: {failed}"
    return True


def modules(package: str) -> list[str]:
    """Every module that Python finds below a package, namespace packages apart."""
    found = importlib.import_module(package)
    with contextlib.suppress(Exception):
        return [
            package,
            *(
                each.name
                for each in pkgutil.walk_packages(found.__path__, f"{package}.", onerror=lambda _: None)
            ),
        ]
    return [package]


def content(module: str) -> dict[str, Any] | str:
    """The names of a module, the members of its own classes, and the signatures of all that can be called."""
    try:
        found = importlib.import_module(module)
    except Exception as failed:
        return f"{type(failed).__name__}: {failed}"
    values = vars(found)
    own = {name: value for name, value in values.items() if getattr(value, "__module__", None) == module}
    return {
        "names": sorted(values),
        "classes": {name: members(value) for name, value in own.items() if inspect.isclass(value)},
        "signatures": dict(callables(own)),
    }


def members(found: type) -> list[str]:
    fields = (getattr(found, each, None) for each in ("model_fields", "__fields__", "__annotations__"))
    named = (name for each in fields if isinstance(each, dict) for name in each)
    return sorted({*dir(found), *named, *(name for base in found.__mro__ for name in vars(base))})


def callables(own: dict[str, Any]) -> Iterator[tuple[str, list[list[Any]]]]:
    """Functions, classes and their methods, as callers fill them: bound, and through `functools.wraps`."""
    for name, value in own.items():
        if inspect.isclass(value):
            yield from signature(name, getattr(value, "__init__", None), bound=True)
            for member, raw in vars(value).items():
                is_plain = inspect.isfunction(raw)
                if not member.startswith("_") and (is_plain or isinstance(raw, (classmethod, staticmethod))):
                    yield from signature(f"{name}.{member}", getattr(value, member), bound=is_plain)
        elif callable(value):
            yield from signature(name, value, bound=False)


def signature(name: str, value: Any, *, bound: bool) -> Iterator[tuple[str, list[list[Any]]]]:
    """One signature; nothing for what is written in C, or objects that can be called."""
    if not inspect.isfunction(value) and not inspect.ismethod(value):
        return
    parameters = list(inspect.signature(value).parameters.values())[bound:]
    yield name, [[each.name, each.kind.description, each.default is not each.empty] for each in parameters]


def main() -> None:
    request = json.load(sys.stdin)
    answer: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer["verdicts"] = [verdict(module, name) for module, name in request.get("imports", [])]
        answer["installed"] = {name: importlib.metadata.version(name) for name in DISTRIBUTIONS}
        answer["modules"] = {
            name: content(name) for package in request.get("packages", []) for name in modules(package)
        }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
