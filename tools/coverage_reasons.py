"""Rows of the catalogue that no single rule stands for: built into every rewrite, or not to be seen in files."""

from __future__ import annotations

BUILT_IN = {
    "G-01": "names are compared by segments (`project/names.py`)",
    "G-02": "unknown segments are siblings and stay (`project/names.py`)",
    "G-03": "relative imports are the project's own (`project/python.py`)",
    "G-04": "a package of that name is found first (`project/local_package.py`)",
    "G-05": "names resolve through imports and scopes (`project/scopes.py`)",
    "G-06": "aliases stay (`rewrite/imports.py`)",
    "G-07": "shims for two layouts stay (`project/shims.py`)",
    "G-08": "names that the project passes on are followed (`project/definitions.py`)",
    "G-09": "only imports that a rewrite frees are dropped (`engine.py`)",
    "G-10": "releases decide about every finding (`versions.py`)",
    "G-11": "other people's and generated files are not looked at (`project/files.py`)",
    "G-12": "applied migrations: rules that would change what they mean leave them alone",
}

_ADDITIVE = "it only adds something; old code stays right"
_OPERATION = "it shows in no file of a project"
_OTHER_ROW = "the row refers to others, which are covered"

REASONS: dict[str, str] = {
    "27-01": _ADDITIVE,
    "29-02": _ADDITIVE,
    "30-04": _ADDITIVE,
    "31-03": _ADDITIVE,
    "40-11": _ADDITIVE,
    "46-03": _ADDITIVE,
    "48-01": _ADDITIVE,
    "48-06": _ADDITIVE,
    "51-03": _ADDITIVE,
    "53-02": _ADDITIVE,
    "55-05": _ADDITIVE,
    "56-03": _ADDITIVE,
    "50-01i": "it says that nothing is to be done",
}
