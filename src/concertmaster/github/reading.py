"""Reads a pull request from GitHub and has it judged: its files, its diffs, and the report on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from concertmaster.config import load_config
from concertmaster.findings import Finding, Unanalysed
from concertmaster.github.contents import Blobs, CommitFiles
from concertmaster.github.diff import ChangedFile, FileDiff, read_diff, rebuild_diff, undo
from concertmaster.github.moving import Move, moved
from concertmaster.github.proposed import proposed
from concertmaster.github.pull import Pull
from concertmaster.index.supply import Supply
from concertmaster.plan import is_evidence
from concertmaster.project.dependencies import installed, is_manifest
from concertmaster.project.files import UnreadableFileError
from concertmaster.report.markdown import code, prose
from concertmaster.report.summary import verdict
from concertmaster.reviewing import Judgement, changes_release, compared, judge_pull_request, old_paths
from concertmaster.runner import Report
from concertmaster.subjects import is_judged
from concertmaster.workspace import read_dependencies, readable

CONFIGURATION = ("concertmaster.toml", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the workflow asks for; None and an empty folder leave it to the project."""

    installed: str | None = None
    target: str | None = None
    folder: str = ""
    new_only: bool | None = None
    supply: Supply = field(default_factory=Supply)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A pull request read and judged. Paths are those of the repository, also where a folder was judged.

    `brought` are the findings that decide how the run ends.
    """

    judgement: Judgement
    report: Report
    brought: tuple[Finding, ...]
    diffs: dict[str, FileDiff]
    notes: tuple[str, ...]
    head: CommitFiles
    folder: str = ""
    move: Move | None = None

    def read(self, path: str) -> bytes:
        """The bytes of a file at the head."""
        return self.head.read(_inside(path, self.folder) or "")

    def exists(self, path: str) -> bool:
        """Whether the head holds such a file."""
        return self.head.has(_inside(path, self.folder) or "")

    @property
    def rebuilt(self) -> frozenset[str]:
        """The files whose diff was worked out here."""
        return frozenset(path for path, diff in self.diffs.items() if diff.rebuilt)


def review(pull: Pull, wishes: Wishes, checkout: Path | None) -> Reviewed:
    """Read and judge a pull request; what GitHub lists is compared with the checkout, never trusted to be it.

    Raises:
        UserError: a release is unknown, the configuration is malformed, or nothing names the framework.
        GitHubError: something cannot be read.
    """
    files = pull.files()
    blobs = Blobs(pull.blob, checkout)
    tree = pull.tree(pull.request.head_sha)
    head = CommitFiles(tree, blobs, folder=wishes.folder)
    base = CommitFiles(pull.tree(pull.merge_base()), blobs, folder=wishes.folder)
    changed = {path for file in files if (path := _inside(file.filename, wishes.folder))}
    _load(head, base, changed, wishes)
    judgement = judge_pull_request(
        head,
        base,
        changed,
        installed_release=wishes.installed,
        target=wishes.target,
        name=pull.request.repository,
        new_only=wishes.new_only,
        supply=wishes.supply,
    )
    judgement = _compared(judgement, files, head, base, wishes.folder)
    brought = {item.fingerprint for item in judgement.brought}
    report = _in_repository(judgement.report, wishes.folder)
    if tree.is_cut or len(files) >= pull.max_files:
        cut = Unanalysed(".", "GitHub lists only part of so many files; what it leaves out was not judged")
        report = replace(report, unanalysed=(*report.unanalysed, cut))
    told = {finding.path for finding in report.findings}
    diffs = {file.filename: _diff(file, head, base, wishes.folder, told) for file in files}
    deciding = tuple(item for item in report.findings if item.fingerprint in brought)
    notes = (*_notes(judgement, head), *_shares(judgement, report, deciding))
    move = moved(judgement, head, diffs, wishes.folder)
    return Reviewed(judgement, report, deciding, diffs, notes, head, wishes.folder, move)


def _load(head: CommitFiles, base: CommitFiles, changed: set[str], wishes: Wishes) -> None:
    """Have everything ready that will be read: settings and manifests first, since they decide what else."""
    for files in (base, head):
        files.load(_decides)
    new_only = load_config(lambda path: readable(base, path)).new_only
    whole = not (new_only if wishes.new_only is None else wishes.new_only) or changes_release(
        installed(read_dependencies(base)), installed(read_dependencies(head))
    )
    head.load(lambda path: is_judged(path) and path in changed)
    if whole:
        head.load(lambda path: is_judged(path) or is_evidence(path))


def _compared(
    judgement: Judgement, files: Iterable[ChangedFile], head: CommitFiles, base: CommitFiles, folder: str
) -> Judgement:
    """Compared with the base, whose texts are worked out from the new ones where that is exact."""
    inside = {path: file for file in files if (path := _inside(file.filename, folder))}
    renamed = {
        path: before
        for path, file in inside.items()
        if file.previous_filename and (before := _inside(file.previous_filename, folder))
    }
    wanted = old_paths(judgement, base, renamed)
    for path, file in inside.items() if wanted else ():
        if is_judged(path) and (old := _before(file, head, path)) is not None:
            base.give(old)
    base.load(lambda path: path in wanted)
    return compared(judgement, base, renamed)


def _before(file: ChangedFile, head: CommitFiles, path: str) -> bytes | None:
    """The old text of a file as its diff has it."""
    try:
        return undo(file.patch or "", b"" if file.status == "removed" else head.read(path))
    except UnreadableFileError:
        return None


def _shares(judgement: Judgement, report: Report, brought: tuple[Finding, ...]) -> Iterator[str]:
    """Which part of the findings decides, where it is not all of them."""
    if judgement.is_whole or len(brought) == len(report.findings):
        return
    told = f"brings in {verdict(brought)}; the rest" if brought else "brings none of this in; it"
    yield f"This pull request {told} was there before, and does not decide whether the job fails."


def _decides(path: str) -> bool:
    return is_manifest(path) or path in CONFIGURATION


def _inside(path: str, folder: str) -> str | None:
    """A path of the repository as one of the folder; None where it is not in there."""
    if not folder:
        return path
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else None


def _in_repository(report: Report, folder: str) -> Report:
    """A report on a folder with the paths of the repository."""
    if not folder:
        return report
    return replace(
        report,
        findings=tuple(replace(item, path=f"{folder}/{item.path}") for item in report.findings),
        unanalysed=tuple(replace(item, path=f"{folder}/{item.path}") for item in report.unanalysed),
        rewritten={f"{folder}/{path}": text for path, text in report.rewritten.items()},
        created=frozenset(f"{folder}/{path}" for path in report.created),
    )


def _diff(file: ChangedFile, head: CommitFiles, base: CommitFiles, folder: str, told: set[str]) -> FileDiff:
    """A file's diff; worked out from its two texts where GitHub gives none and there is something to say."""
    diff = read_diff(file)
    if diff.known or file.filename not in told:
        return diff
    before = _inside(file.previous_filename or file.filename, folder)
    after = _inside(file.filename, folder)
    try:
        base.load(lambda path: path == before)
        old = base.read(before or "") if file.status != "added" else b""
        return rebuild_diff(file, old, head.read(after or ""))
    except UnreadableFileError:
        return diff


def _notes(judgement: Judgement, head: CommitFiles) -> Iterator[str]:
    before, after = judgement.before, judgement.workspace.believed
    if judgement.raises_release and before and after:
        yield (
            f"This pull request moves orchestrator-core from {code(before.release)} to {code(after.release)}, "
            "so the whole project was judged."
        )
    yield from map(prose, judgement.report.names.notes)
    yield from proposed(head, judgement.workspace.config, judgement.report)
