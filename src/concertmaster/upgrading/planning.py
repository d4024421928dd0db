"""From a project and a release to an upgrade: pins first, then the safe rewrites of one rule after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec.structs import replace

from concertmaster.findings import Finding, Safety, Unanalysed
from concertmaster.plan import make_plan
from concertmaster.project.files import Project, WorkingTree, points_inside
from concertmaster.project.masking import masked
from concertmaster.project.overlay import Overlay
from concertmaster.rule import Rule
from concertmaster.runner import Report, Task, run
from concertmaster.upgrading.finishing import Finish, finished, lacking
from concertmaster.upgrading.formatting import Formatting, unformatted
from concertmaster.upgrading.locking import LOCK, Locksmith
from concertmaster.upgrading.model import Commit, Note, Pin, UpgradePlan
from concertmaster.upgrading.pins import raise_pins, renewed
from concertmaster.upgrading.stages import by_rule, parses
from concertmaster.workspace import Workspace, manifests, open_workspace, readable

WORKFLOWS = ".github/workflows/"
_WORKFLOW_NOTE = (
    "the token of a workflow may not change workflow files, which takes an app with `workflows: write`; "
    "`concertmaster upgrade --write` changes it on your machine"
)


def plan_upgrade(
    workspace: Workspace,
    *,
    unsafe: bool = False,
    jobs: int | None = None,
    may_write: Callable[[str], bool] = lambda path: not path.startswith(WORKFLOWS),
    formatting: Formatting = unformatted,
    locksmith: Locksmith | None = None,
) -> UpgradePlan:
    """The upgrade of a project over its workspace's window; nothing is written.

    After the last commit a file is what `fix` writes on the project with raised pins, in the layout that
    `formatting` gives. Files that `may_write`
    refuses are left out of the commits and named.
    """
    project, window = workspace.project, workspace.window
    raised, pins = raise_pins(manifests(project), window.target)
    relocked, left = renewed({**manifests(project), **raised}, window.target, locksmith, may_write)
    base = Overlay(project, {path: text for path, text in (raised | relocked).items() if may_write(path)})
    lifted = over(workspace, base)
    judged = run(lifted, base, unsafe=unsafe, jobs=jobs)
    wanted = _wanted(judged)
    written = {path: text for path, text in wanted.items() if may_write(path)}
    kept = {path for path in (*raised, *wanted) if not may_write(path)}
    rough = _staged(lifted, base, written, judged, unsafe=unsafe)
    done = finished(base, rough, Finish(formatting, _again(locksmith, left), may_write))
    staged = done.staged
    written = {path: text for files in staged.values() for path, text in files.items()}
    upgraded = Overlay(project, {**base.changes, **written})
    after = run(over(workspace, upgraded), upgraded, unsafe=unsafe, jobs=jobs)
    return UpgradePlan(
        window.installed,
        window.target,
        tuple(_commits(base.changes, pins, staged, judged, window.target)),
        pins,
        judged.findings,
        after.findings,
        _unanalysed(project, after),
        upgraded,
        make_plan(project, window),
        (*left, *done.locks),
        tuple(Note(path, _WORKFLOW_NOTE) for path in sorted(kept)),
        suggested=_suggested(workspace, upgraded, after, jobs=jobs),
        unsettled=tuple(sorted(after.rewritten.keys() - kept)),
        names=workspace.names,
        style=tuple(done.style.lines()),
        lacking=lacking(done.style, (*left, *done.locks)),
    )


def _again(locksmith: Locksmith | None, left: tuple[Note, ...]) -> Locksmith | None:
    """Who renews locks for rewritten manifests, where that was possible for the raised ones."""
    return None if any(note.path.rpartition("/")[2] == LOCK for note in left) else locksmith


def _wanted(judged: Report) -> dict[str, bytes]:
    """The new texts, those of new files included; one that cannot be read is not written."""
    rewritten = {**judged.proposed, **judged.rewritten}
    return {path: text for path, text in rewritten.items() if parses(path, text)}


def _staged(
    lifted: Workspace, base: Overlay, written: Mapping[str, bytes], judged: Report, *, unsafe: bool
) -> Mapping[str, Mapping[str, bytes]]:
    task = Task(base, lifted.around, lifted.rules, unsafe, lifted.config.per_path_ignores)
    old = {path: readable(base, path) for path in written}
    return by_rule(task, old, written, whole=_whole(lifted.rules, judged.findings))


def _whole(rules: Iterable[Rule], found: Iterable[Finding]) -> str | None:
    """The first rule on projects as a whole that has something to rewrite."""
    names = {rule.id for rule in rules if rule.project_checks}
    return next(
        (item.rule for item in found if item.rule in names and item.safety is not Safety.MANUAL), None
    )


def over(workspace: Workspace, project: Project) -> Workspace:
    """The workspace of changed files: what is installed stays what it was, though their pins say otherwise."""
    window = workspace.window
    again = open_workspace(
        project,
        installed_release=window.target,
        target=window.target,
        config=workspace.config,
        supply=workspace.supply,
    )
    around = replace(again.around, window=window)
    return replace(again, around=around, rules=workspace.rules, believed=workspace.believed)


def _suggested(
    workspace: Workspace, upgraded: Overlay, after: Report, *, jobs: int | None
) -> Mapping[str, bytes]:
    """What `--unsafe` would write in the files for which something is suggested."""
    paths = sorted({finding.path for finding in after.findings if finding.edits})
    if not paths:
        return {}
    return run(over(workspace, upgraded), upgraded, unsafe=True, jobs=jobs, paths=paths).rewritten


def _unanalysed(project: Project, report: Report) -> tuple[Unanalysed, ...]:
    """Links to files of the same project are read where those lie."""
    root = project.root if isinstance(project, WorkingTree) else None
    return tuple(item for item in report.unanalysed if root is None or not points_inside(root, item.path))


def _commits(
    raised: Mapping[str, bytes],
    pins: Iterable[Pin],
    staged: Mapping[str, Mapping[str, bytes]],
    judged: Report,
    target: str,
) -> Iterator[Commit]:
    if raised:
        named = {pin.path for pin in pins}
        told = [
            f"- {pin.path}: {masked(pin.text)}" for pin in pins if not pin.obstacle and pin.path in raised
        ]
        told += [f"- {path}: renewed" for path in raised if path not in named]
        yield Commit(f"Require orchestrator-core {target}", "\n".join(map(_line, told)), (), raised)
    for name, files in staged.items():
        findings = [item for item in judged.findings if item.rule == name]
        yield Commit(_title(name, findings), _told(name, findings, files), (name,), files)


def _title(name: str, findings: list[Finding]) -> str:
    title = next((item.title for item in findings if item.title), name)
    return _line(f"{title.rstrip('.')} ({name})")


def _told(name: str, findings: list[Finding], files: Mapping[str, bytes]) -> str:
    numbers = Counter(item.path for item in findings if item.edits and item.path in files)
    lines = [_line(f"- {path}: {numbers[path] or 'follows'}") for path in files]
    return "\n".join([f"Rewritten by the rule {name}:", "", *lines])


def _line(text: str) -> str:
    """One line of a commit message, without what a terminal or GitHub would make something of."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown.replace("@", "@ ").replace("#", "# ")[:500]
