"""The library: what the commands do, for programs that build on it.

>>> from concertmaster import api
>>> report = api.analyse("projects/network", installed="4.8.2", target="5.5.0")
>>> for finding in report.findings:
...     print(f"{finding.path}:{finding.line}: {finding.severity} {finding.rule}, since {finding.since}")
projects/network/nodes.py:1: error old-namespace, since 5.0.0
>>> sorted(api.fix("projects/network", installed="4.8.2", target="5.5.0").rewritten)
['projects/network/nodes.py']
>>> api.plan("projects/network", installed="4.8.2", target="5.5.0").hops[-1].release
'5.5.0'
>>> "old-namespace" in {rule.id for rule in api.rules()}
True

Paths in a report are those in the repository around the project. Projects are read, never imported or run; nothing
is written but by `fix` with `write`, and no network is used unless `offline` is false.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from pathlib import Path

from concertmaster.cli.opening import open_project, open_projects
from concertmaster.findings import Edit, Finding, Safety, Severity, Unanalysed
from concertmaster.messages import UserError, unknown_rule
from concertmaster.plan import Plan, make_plan
from concertmaster.reports import in_repository, merged
from concertmaster.rule import Rule, load_rules
from concertmaster.runner import Report, run
from concertmaster.writer import write as write_file

__all__ = (
    "Edit",
    "Finding",
    "Plan",
    "Report",
    "Rule",
    "Safety",
    "Severity",
    "Unanalysed",
    "UserError",
    "analyse",
    "explain",
    "fix",
    "plan",
    "rules",
)

Location = str | os.PathLike[str]


def analyse(
    path: Location = ".",
    *,
    installed: str | None = None,
    target: str | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    jobs: int | None = None,
    offline: bool = True,
) -> Report:
    """Find what an upgrade to the target breaks; releases are read from the project where they are not given.

    Raises:
        UserError: the path, a release or a rule is unknown, or nothing names the framework.
    """
    return _run(path, installed, target, select, ignore, jobs=jobs, offline=offline)[0]


def fix(
    path: Location = ".",
    *,
    installed: str | None = None,
    target: str | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    unsafe: bool = False,
    write: bool = False,
    jobs: int | None = None,
    offline: bool = True,
) -> Report:
    """The same with the new text of every file that changes in `rewritten`; only with `write` they are written.

    Raises:
        UserError: the path, a release or a rule is unknown, or nothing names the framework.
    """
    report, root = _run(
        path, installed, target, select, ignore, unsafe=unsafe, rewriting=True, jobs=jobs, offline=offline
    )
    for name, content in sorted(report.rewritten.items()) if write else ():
        write_file(root, name, content)
    return report


def plan(
    path: Location = ".", *, installed: str | None = None, target: str | None = None, offline: bool = True
) -> Plan:
    """What a person must do around the upgrade: the hops, and the operations that the project needs.

    Raises:
        UserError: the path or a release is unknown, or nothing names the framework.
    """
    workspace, tree = open_project([Path(path)], installed, target, None, None, offline=offline)
    return make_plan(tree, workspace.window)


def rules() -> tuple[Rule, ...]:
    """Every rule, by priority and name."""
    return load_rules()


def explain(rule: str) -> str:
    """What a rule finds, why it matters, and what it leaves alone, in Markdown.

    Raises:
        UserError: there is no such rule.
    """
    from concertmaster.report.explanation import render

    found = {one.id: one for one in load_rules()}
    if rule not in found:
        raise unknown_rule(rule, close=tuple(difflib.get_close_matches(rule, found, n=3)))
    return render(found[rule])


def _run(
    path: Location,
    installed: str | None,
    target: str | None,
    select: Iterable[str],
    ignore: Iterable[str],
    *,
    jobs: int | None,
    offline: bool,
    unsafe: bool = False,
    rewriting: bool = False,
) -> tuple[Report, Path]:
    opened, tree = open_projects([Path(path)], installed, target, list(select), list(ignore), offline=offline)
    reports = (
        in_repository(
            run(one.workspace, one.tree, unsafe=unsafe, jobs=jobs, rewriting=rewriting),
            one.folder,
            is_one=len(opened) == 1,
        )
        for one in opened
    )
    return merged(list(reports)), tree.root
