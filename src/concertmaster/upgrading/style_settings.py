"""Translates what ruff, black and isort are told about layout and imports into settings of ruff alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Settings = Mapping[str, Any]
_TOP = (
    "line-length",
    "indent-width",
    "target-version",
    "exclude",
    "extend-exclude",
    "namespace-packages",
    "preview",
)
_FORMAT = (
    "quote-style", "indent-style", "skip-magic-trailing-comma", "line-ending", "docstring-code-format",
    "docstring-code-line-length", "exclude", "preview",
)  # fmt: skip
_LINT = ("exclude", "per-file-ignores", "extend-per-file-ignores", "preview")
_SORTS = ("I", "I0", "I00", "I001", "ALL")
#: What isort calls a setting, and what ruff does.
_ISORT = {
    "known_first_party": "known-first-party",
    "known_third_party": "known-third-party",
    "known_local_folder": "known-local-folder",
    "force_sort_within_sections": "force-sort-within-sections",
    "force_single_line": "force-single-line",
    "combine_as_imports": "combine-as-imports",
    "lines_after_imports": "lines-after-imports",
    "order_by_type": "order-by-type",
    "no_sections": "no-sections",
}
#: What the layout that ruff writes is called by isort, and what changes nothing here.
_LAYOUT = frozenset(
    "profile line_length src_paths multi_line_output include_trailing_comma use_parentheses "
    "ensure_newline_before_comments "
    "force_grid_wrap split_on_trailing_comma skip skip_glob extend_skip extend_skip_glob skip_gitignore filter_files "
    "py_version".split()
)


def inside(folder: str, other: str) -> str | None:
    """A path within the project, seen from one of its folders."""
    parts = folder.split("/") if folder else []
    if other.startswith(("/", "~")) or "$" in other or "\\" in other or ":" in other:
        return None
    for part in other.split("/"):
        if part == ".." and not parts:
            return None
        parts = parts[:-1] if part == ".." else [*parts, part] if part not in ("", ".") else parts
    return "/".join(parts)


def layout(ruff: Settings | None) -> Settings | None:
    return None if ruff is None else {**_common(ruff), "format": _picked(table(ruff, "format"), _FORMAT)}


def imports(ruff: Settings | None) -> Settings:
    lint = {**(ruff or {}), **(table(ruff, "lint") or {})}
    isort = {key: value for key, value in (table(lint, "isort") or {}).items() if key != "required-imports"}
    return {**_common(ruff or {}), "lint": {**_picked(lint, _LINT), "isort": isort}}


def _common(ruff: Settings) -> dict[str, Any]:
    source = ruff.get("src")
    folders = [one for one in source if isinstance(one, str)] if isinstance(source, list) else []
    src = [one for one in folders if inside("", one) is not None]
    return {**_picked(ruff, _TOP), **({"src": src} if src else {})}


def sorts(ruff: Settings | None) -> bool:
    """Whether the order of imports is among what ruff looks at."""
    lint = {**(ruff or {}), **(table(ruff, "lint") or {})}
    chosen = {str(code) for key in ("select", "extend-select") for code in _listed(lint.get(key))}
    left = {str(code) for key in ("ignore", "extend-ignore") for code in _listed(lint.get(key))}
    return bool(chosen.intersection(_SORTS)) and not left.intersection(_SORTS[:-1])


# -- black and isort -----------------------------------------------------------------------------


def black(told: Settings) -> Settings:
    """Black in the words of ruff, which writes the same for all but corners; what it does not is left alone."""
    targets = sorted(
        (str(one) for one in _listed(told.get("target-version"))), key=lambda one: (len(one), one)
    )
    quotes = {"quote-style": "preserve"} if told.get("skip-string-normalization") is True else {}
    commas = {"skip-magic-trailing-comma": True} if told.get("skip-magic-trailing-comma") is True else {}
    return {
        "line-length": told.get("line-length", 88),
        **({"target-version": targets[0]} if targets else {}),
        "format": {**quotes, **commas},
    }


def isort(found: Settings) -> Settings | None:
    """Imports as isort sorts them; None where ruff cannot."""
    names = {str(key).lower().replace("-", "_"): value for key, value in found.items()}
    mode = str(names.get("multi_line_output"))
    is_vertical = names.get("profile") == "black" or mode in ("3", "VERTICAL_HANGING_INDENT")
    if not is_vertical or names.keys() - _ISORT.keys() - _LAYOUT:
        return None
    sorting = {theirs: _value(names[ours]) for ours, theirs in _ISORT.items() if ours in names}
    for key in sorting.keys() & {"known-first-party", "known-third-party", "known-local-folder"}:
        sorting[key] = _listed(sorting[key])
    src = [one for one in _listed(names.get("src_paths")) if inside("", str(one)) is not None]
    length = _value(names.get("line_length", 88 if names.get("profile") == "black" else 79))
    return {"line-length": length, **({"src": src} if src else {}), "lint": {"isort": sorting}}


def _value(given: Any) -> Any:
    """What a file without types writes as text."""
    if not isinstance(given, str):
        return given
    plain = given.strip().lower()
    if plain in ("true", "false"):
        return plain == "true"
    return int(plain) if plain.isdecimal() and len(plain) < 5 else given


def _listed(given: Any) -> list[Any]:
    if isinstance(given, str):
        return [part.strip() for part in given.replace("\n", ",").split(",") if part.strip()]
    return list(given) if isinstance(given, list) else []


def _picked(table: Settings | None, names: Iterable[str]) -> dict[str, Any]:
    return {name: (table or {})[name] for name in names if name in (table or {})}


def table(data: Settings | None, name: str) -> Settings | None:
    found = (data or {}).get(name)
    return found if isinstance(found, dict) else None
