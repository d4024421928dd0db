"""Why the rewrite of a row is trusted otherwise than the catalogue has it, by what the examples show."""

from __future__ import annotations

#: Marks as the catalogue's, ours, and the rows by the reason.
_MORE = {
    "where the receiver is proven to be a model; else it is suggested": "20-01 20-19 22-03",
    "where the class is proven to be a model's and pydantic 2 has all that it says; else suggested or told": (
        "20-02 20-03 20-04"
    ),
    "the new form of a plain value leaves no doubt; others are suggested": "20-13",
    "a keyword is renamed, or dropped where it says what holds anyway; classes that become calls are suggested": (
        "20-14 20-18"
    ),
    "forms of workflows that begin with a customer; steps are suggested": "21-03",
    "the same class by the same name in another module; what means more is suggested": (
        "20-17 21-05 25-01 50-08d 50-23"
    ),
    "a keyword is renamed, which means the same": "21-06",
    "a value without effect is dropped, and positions become keywords, which mean the same before and after": (
        "31-02 42-05 54-04"
    ),
    "an import that nothing uses is dropped; steps in lists are suggested": "40-02",
    "where the receiver is proven to be the table or a row of it; SQL is told": "42-01",
    "the framework's own shim says what each argument means; where that is not exact, it is suggested": "44-01",
    "names are followed through imports and scopes; strings where they surely name a module": "50-01b 50-01c 50-01e",
    "before 5.0 only text can be meant; later code is suggested": "50-03b 50-03f",
    "a switch that is off is dropped; one that is on is suggested": "50-07a",
    "the scalar is the same by both spellings": "50-07c",
    "queries whose new form gives the same; others are suggested or told": "55-01",
    "what the framework demands is written; nothing else can be installed": "CP-10",
    "the text is wrapped, which means the same in both releases": "CP-11",
    "names of pydantic that only moved, and a call that means the same; what one writes oneself is told": "20-21",
    "a URL is turned into text where text is wanted": "20-22",
}
_LESS = {
    "the old name did more than the new one": "20-11",
    "projects use these libraries themselves, so a new version may concern their own code": "20-20 47-04",
    "the keys of what it gives have other names": "22-06",
    "some of its attributes have other names": "23-03",
    "it stands in texts, which may mean something else": "42-06",
    "the project's own code may import the library": "44-04 50-11b",
    "what reads it has to ask for the secret's value": "50-03d",
    "it gives nothing back any more": "54-05",
}
_CURED = {
    "equal and not equal have a form that means the same; other operators are told": "21-07",
    "a pin of the framework's own former version can go, after a look": "21-12",
    "two dependencies have successors that do the same; the rest is told": "23-01",
    "`heads` is what the command needs": "210-04",
    "a description can be drafted from the workflow's name": "40-08",
    "bounds that are known to work can be proposed": "44-06 CP-08",
    "the parameter can be added, for it is passed by position": "46-01",
    "the registration can be written from what is decorated": "R-01",
    "a translation can be drafted from the workflow's name": "R-05",
    "a migration can be drafted from the model": "R-06",
}
_TOLD = {
    "what takes its place has another shape, which is a matter of design": "22-05 22-10 23-02",
    "the endpoint that took its place is gone by now as well": "22-08",
    "the value is not known, or is a choice of the project's": "23-05 210-01 50-03e",
    "what is to happen instead cannot be told from the code": "44-02 44-03 50-12 50-24",
    "a new argument has no value in the call": "48-05",
    "there is nothing to rewrite: it is told that a release does not read the variable yet": (
        "27-01 29-02 40-11 45-01 48-06 53-02 55-05"
    ),
    "a file to start, a build or a deployment has to change, which lies outside of the line": "46-02 50-08f 50-26",
    "set-ups of tests differ too much to be patched": "T-05 T-06",
}
REASONS = {
    row: reason
    for group in (_MORE, _LESS, _CURED, _TOLD)
    for reason, rows in group.items()
    for row in rows.split()
}
