"""What goes on top of a reviewed pull request: rewrites that could not be suggested, or all that an upgrade takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from concertmaster.findings import Finding, Safety
from concertmaster.github.asked import Request
from concertmaster.github.parts import Part
from concertmaster.github.reading import Reviewed
from concertmaster.github.stacked import Stack
from concertmaster.report.markdown import prose, visible
from concertmaster.report.stacked import Told
from concertmaster.runner import Task
from concertmaster.upgrading import Commit, plan_upgrade
from concertmaster.upgrading.finishing import Finish, Finished, finished, undone
from concertmaster.upgrading.stages import by_rule, parses
from concertmaster.versions import release
from concertmaster.workspace import open_workspace, readable

WORKFLOWS = ".github/workflows/"
BOTS = ("renovate[bot]", "dependabot[bot]", "dependabot-preview[bot]")
BRANCHES = ("renovate/", "dependabot/")


def is_raised_by_bot(request: Request, part: Part) -> bool:
    """Whether a bot that only changes numbers moves a project to a newer release."""
    by_bot = request.author in BOTS or request.head_ref.startswith(BRANCHES)
    move = part.move
    return by_bot and move is not None and release(move.after) > release(move.before)


def missing(request: Request, reviewed: Reviewed) -> Iterator[str]:
    """What the pull request of such a bot lacks, as a note."""
    for part in reviewed.parts:
        cured = sum(1 for item in part.report.findings if item.edits)
        if is_raised_by_bot(request, part) and (cured or part.report.created):
            yield (
                "It changes the number and leaves the work: a rewrite is there for "
                f"{cured:,} of {len(part.report.findings):,} findings. The input `companion: true` brings them as "
                "a pull request on top of this one."
            )


# -- what was not suggested ------------------------------------------------------------------------------


def follow_up(
    request: Request, reviewed: Reviewed, findings: Iterable[Finding], finish: Finish
) -> tuple[Stack, Told]:
    """The rewrites of the files that findings are in, and new files, one commit a rule."""
    left = tuple(findings)
    done = [(part, _finished(part, left, finish)) for part in reviewed.parts]
    commits = tuple(commit for part, one in done for commit in _commits(part, one))
    files = {path for commit in commits for path in commit.files}
    told = Told(
        request.number,
        request.head_ref,
        tuple(item for item in reviewed.report.findings if item.edits and item.path in files),
        tuple(sorted(files)),
        notes=tuple(prose(note) for _, one in done for note in one.notes()),
        lacking=tuple(sorted({what for _, one in done for what in one.lacking})),
    )
    return _stack(request, told, commits), told


def _stack(request: Request, told: Told, commits: tuple[Commit, ...]) -> Stack:
    return Stack(request.number, request.head_sha, request.head_ref, told.title, commits, told.lacking)


def finish_within(folder: str, finish: Finish) -> Finish:
    """The same for one project of a repository, without the files of workflows, which no token of one may change."""
    return replace(finish, may_write=lambda path: not _whole(path, folder).startswith(WORKFLOWS))


def _finished(part: Part, left: Iterable[Finding], finish: Finish) -> Finished:
    """The commits of one project, with paths as seen from its folder."""
    workspace = part.judgement.workspace
    mine = {item.path for item in part.report.findings}
    wanted = {item.path for item in left if item.path in mine} | part.report.created
    new = {
        _inside(path, part.folder): text
        for path, text in part.report.rewritten.items()
        if path in wanted and not path.startswith(WORKFLOWS) and parses(path, text)
    }
    task = Task(workspace.project, workspace.around, workspace.rules, True, workspace.config.per_path_ignores)
    old = {path: readable(workspace.project, path) for path in new}
    checks = {rule.id for rule in workspace.rules if rule.project_checks}
    whole = next((item.rule for item in part.report.findings if item.rule in checks), None)
    staged = by_rule(task, old, new, whole=whole) if new else {}
    return finished(workspace.project, staged, finish_within(part.folder, finish))


def _commits(part: Part, done: Finished) -> Iterator[Commit]:
    for name, files in done.staged.items():
        findings = [item for item in part.report.findings if item.rule == name]
        yield _commit(name, findings, {_whole(path, part.folder): data for path, data in files.items()})


def _commit(name: str, findings: list[Finding], files: dict[str, bytes]) -> Commit:
    title = next((item.title for item in findings if item.title), name).rstrip(".")
    check = any(item.safety is Safety.SUGGESTED for item in findings if item.path in files)
    numbers = Counter(item.path for item in findings if item.edits)
    lines = [plain_line(f"- {path}: {numbers[path] or 'follows'}") for path in files]
    head = f"Rewritten by the rule {name}{', to be checked' if check else ''}:"
    return Commit(plain_line(f"{title} ({name})"), "\n".join((head, "", *lines)), (name,), files)


def plain_line(text: str) -> str:
    """One line that mentions nobody and closes nothing."""
    return visible(text).replace("@", "@ ").replace("#", "# ")[:500]


# -- what an upgrade takes -------------------------------------------------------------------------------


def companion(request: Request, reviewed: Reviewed, finish: Finish) -> tuple[Stack, Told] | None:
    """Everything that the release takes which a bot has raised; None where it is none of its pull requests."""
    part = next((part for part in reviewed.parts if is_raised_by_bot(request, part)), None)
    if part is None or part.move is None:
        return None
    workspace, move = part.judgement.workspace, part.move
    upgraded = open_workspace(
        workspace.project,
        installed_release=move.before,
        target=move.after,
        config=workspace.config,
        supply=workspace.supply,
    )
    mine = finish_within(part.folder, finish)
    plan = plan_upgrade(
        upgraded, may_write=mine.may_write, formatting=mine.formatting, locksmith=mine.locksmith
    )
    commits = tuple(
        replace(one, files={_whole(path, part.folder): data for path, data in one.files.items()})
        for one in plan.commits
    )
    files = {path for commit in commits for path in commit.files}
    told = Told(
        request.number,
        request.head_ref,
        tuple(item for item in _in_repository(plan.found, part.folder) if item.edits and item.path in files),
        tuple(sorted(files)),
        (move.before, move.after),
        tuple(_in_repository(plan.remaining, part.folder)),
        plan.operations.below(part.folder),
        tuple(map(prose, undone(plan.style, plan.locks))),
        plan.lacking,
    )
    return _stack(request, told, commits), told


def _in_repository(findings: Iterable[Finding], folder: str) -> Iterator[Finding]:
    return (replace(item, path=_whole(item.path, folder)) for item in findings)


def _whole(path: str, folder: str) -> str:
    return f"{folder}/{path}" if folder else path


def _inside(path: str, folder: str) -> str:
    return path[len(folder) + 1 :] if folder else path
