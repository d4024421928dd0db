"""What the rules' own examples show: for every rule and row, that the old form is found, mended, and what stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from concertmaster.documentation import Example, ProjectExample, documentation, parse_examples, parse_projects
from concertmaster.engine_project import ProjectFiles, ProjectResult, analyse_project
from concertmaster.findings import Finding, Safety
from concertmaster.judging import FileResult
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.deployment import Deployment
from concertmaster.rule import Rule, load_rules
from concertmaster.subjects import analyse
from concertmaster.versions import NEWEST_KNOWN, RELEASES, Window, release

CASES = Path(__file__).parent.parent / "tests" / "cases"


@dataclass(slots=True)
class Shown:
    """How often the examples of a rule show a row: told, mended, and what is like it left alone."""

    told: int = 0
    mended: dict[Safety, int] = field(default_factory=lambda: defaultdict(int))
    left: int = 0
    rows: set[tuple[str, ...]] = field(default_factory=set)

    @property
    def found(self) -> int:
        return self.told + sum(self.mended.values())

    @property
    def best(self) -> Safety:
        """How far a rewrite of this row can be trusted where it can be trusted most."""
        return next((safety for safety in Safety if self.mended.get(safety)), Safety.MANUAL)


def examples(rule: Rule) -> tuple[Example, ...]:
    """The examples of a rule on single files: those of its docstring, and further cases."""
    return (*documentation(rule.module).examples, *parse_examples(_further(rule)))


def projects(rule: Rule) -> tuple[ProjectExample, ...]:
    """The examples of a rule that are whole projects."""
    return (*documentation(rule.module).projects, *parse_projects(_further(rule)))


def _further(rule: Rule) -> str:
    extra = CASES / f"{rule.id}.md"
    return extra.read_text(encoding="utf-8") if extra.exists() else ""


def window(rule: Rule, example: Example | ProjectExample) -> Window:
    """What the example says, or else from just before the first release that the rule speaks of to the last."""
    first = min(rule.releases, key=release)
    earlier = [number for number in RELEASES if release(number) < release(first)]
    before = earlier[-1] if earlier else RELEASES[0]
    return Window(example.installed or before, example.target or rule.change.until or NEWEST_KNOWN)


def judge(rule: Rule, text: str, example: Example) -> FileResult:
    """What a rule makes of a text in the place of an example."""
    path = example.path
    around = Surroundings(window(rule, example), regular=path.startswith("orchestrator/"))
    return analyse(path, text.encode(), around, [rule], unsafe=True)


def judge_project(
    rule: Rule, files: dict[str, str], example: ProjectExample, newline: str = "\n"
) -> ProjectResult:
    """What a rule makes of a whole project, be it one on projects or on the files of one."""
    sources = {path: text.replace("\n", newline).encode() for path, text in files.items()}
    around = Surroundings(
        _whole_window(rule, example), deployment=Deployment(list(files), sources.get, ("",))
    )
    if not rule.project_checks:
        results = [analyse(path, source, around, [rule], unsafe=True) for path, source in sources.items()]
        findings = tuple(finding for result in results for finding in result.findings)
        rewritten = {one.path: one.rewritten for one in results if one.rewritten is not None}
        return ProjectResult(findings, rewritten=rewritten)
    project = ProjectFiles(tuple(sorted(sources)), sources.get, around)
    return analyse_project(project, [rule], {}, unsafe=True, allowed=lambda *_: True)


def _whole_window(rule: Rule, example: ProjectExample) -> Window:
    """Rules on whole projects are judged at the newest release, but for those on the way there."""
    if example.installed or not rule.project_checks:
        return window(rule, example)
    earlier = [number for number in RELEASES if release(number) < release(rule.change.since)]
    return Window(earlier[-1] if rule.change.crossing else NEWEST_KNOWN, NEWEST_KNOWN)


@cache
def shown() -> dict[tuple[str, str], Shown]:
    """What is shown of every row, by the rule's identifier and the row."""
    found: dict[tuple[str, str], Shown] = {
        (rule.id, row): Shown() for rule in load_rules() for row in rule.rows
    }
    for rule in load_rules():
        for example, findings in _judged(rule):
            if not example.changes and not example.reported and _is_looked_at(rule, example):
                for row in example.rows or (rule.rows if len(rule.rows) == 1 else ()):
                    found[rule.id, row].left += 1
            for finding in findings:
                for row in finding.rows:
                    _count(found[rule.id, row], finding)
    return found


def _is_looked_at(rule: Rule, example: Example | ProjectExample) -> bool:
    """Whether a look-alike is one: with words that make a rule look at the file."""
    if isinstance(example, ProjectExample):
        return True
    source = example.before.encode()
    words = (
        *(rule.triggers if rule.reads_python else ()),
        *(name.encode() for name in rule.dependency_checks),
    )
    at_path = bool(rule.paths) and example.path.endswith(rule.paths)
    return at_path or rule.concerns(source) or any(word in source.lower() or word in source for word in words)


def _judged(rule: Rule) -> Iterator[tuple[Example | ProjectExample, tuple[Finding, ...]]]:
    for example in examples(rule):
        yield example, judge(rule, example.before, example).findings
    for project in projects(rule):
        yield project, judge_project(rule, project.before, project).findings


def _count(shown: Shown, finding: Finding) -> None:
    """A finding without a rewrite is always one for a person."""
    shown.rows.add(finding.rows)
    if finding.safety is Safety.MANUAL:
        shown.told += 1
    else:
        shown.mended[finding.safety] += 1
