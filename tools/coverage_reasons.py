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
    "G-13": "settings want a service of the framework around them (`project/settings/`)",
    "60-01": "as 50-06a, 47-01a, 55-01, 55-03, 53-03, 54-02 and 50-08g",
    "CP-01": "as 20-13 to 20-18",
    "CP-03": "as 50-04a and 50-04b",
    "CP-06": "as 23-02 and 23-03",
    "CP-09": "as 25-01",
    "CP-12": "as 50-08d",
    "CP-13": "as G-02: siblings in the namespace stay",
}

_ADDITIVE = "it only adds something; old code stays right"
_GENERIC = "names as common as these cannot be told from a project's own in a file"

REASONS: dict[str, str] = {
    "21-09": "only type checkers notice; the same products are found",
    "23-10": "the old import still works in every release up to 5.5",
    "210-02": "the old form still works, and applied migrations must stay as they are",
    "30-04": _ADDITIVE,
    "31-03": _ADDITIVE,
    "32-03": "it depends on what the resolver chooses; `read-only-field` mends the code that it breaks",
    "40-10": "it is the framework's own task that became stricter; the rules on registration say what it will",
    "41-02": "values of these types were still text; what 5.0 makes of them is covered by 50-03a",
    "42-02": _GENERIC,
    "44-05": _ADDITIVE,
    "45-02": "it shows only when a model is made at run time",
    "46-03": _ADDITIVE,
    "48-01": _ADDITIVE,
    "48-02": "covered with 47-01b: the schedule's module is among the names that are gone",
    "48-07": "it shows only in the state of running processes",
    "50-01i": "it says that nothing is to be done",
    "50-28": "the old keys still work",
    "51-03": _ADDITIVE,
    "51-11": _GENERIC,
    "54-08": "what a resolver loads shows only at run time",
    "56-02": "it comes with a release that is not final",
    "56-03": _ADDITIVE,
    "T-09": "it is tied to no release, so it would be told to every project for ever",
    "CP-05": "snapshots of schemas show it, and only those",
}
