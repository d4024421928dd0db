"""Reads a pull request from GitHub and has it judged: its files, its diffs, and the report on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from concertmaster.findings import Finding, Unanalysed
from concertmaster.github.contents import Blobs, CommitFiles
from concertmaster.github.diff import ChangedFile, FileDiff, read_diff, rebuild_diff, undo
from concertmaster.github.files import RemoteFiles
from concertmaster.github.moving import Move, moved
from concertmaster.github.proposed import proposed
from concertmaster.github.pull import Pull
from concertmaster.index.supply import Supply
from concertmaster.plan import is_evidence
from concertmaster.project.dependencies import is_manifest
from concertmaster.project.files import UnreadableFileError
from concertmaster.report.markdown import code, listing, prose
from concertmaster.report.summary import verdict
from concertmaster.reviewing import Judgement, compared, judge_pull_request, old_paths
from concertmaster.runner import Report, is_modelled
from concertmaster.subjects import is_judged

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
    blobs = Blobs(RemoteFiles(pull.client, pull.request.repository), checkout)
    tree = pull.tree(pull.request.head_sha)
    head = CommitFiles(tree, blobs, folder=wishes.folder)
    base = CommitFiles(pull.tree(pull.merge_base()), blobs, folder=wishes.folder)
    inside = {path: file for file in files if (path := _inside(file.filename, wishes.folder))}
    renamed = dict(_renamed(inside, wishes.folder))
    _load(head, base, inside, renamed)
    judgement = judge_pull_request(
        head,
        base,
        inside,
        installed_release=wishes.installed,
        target=wishes.target,
        name=pull.request.repository,
        new_only=wishes.new_only,
        supply=wishes.supply,
    )
    wanted = old_paths(judgement, base, renamed)
    base.load(lambda path: path in wanted)
    judgement = compared(judgement, base, renamed)
    brought = {item.fingerprint for item in judgement.brought}
    report = _in_repository(judgement.report, wishes.folder)
    if tree.is_cut or len(files) >= pull.max_files:
        cut = Unanalysed(".", "GitHub lists only part of so many files; what it leaves out was not judged")
        report = replace(report, unanalysed=(*report.unanalysed, cut))
    told = {finding.path for finding in report.findings}
    diffs = dict(_diffs(files, head, base, wishes.folder, told))
    deciding = tuple(item for item in report.findings if item.fingerprint in brought)
    notes = (*_notes(judgement, head), *_shares(judgement, report, deciding))
    move = moved(judgement, head, diffs, wishes.folder)
    return Reviewed(judgement, report, deciding, diffs, notes, head, wishes.folder, move)


def _load(
    head: CommitFiles, base: CommitFiles, inside: Mapping[str, ChangedFile], renamed: Mapping[str, str]
) -> None:
    """Have everything ready that will be read; of the base what the diff does not give by itself."""
    head.load(lambda path: _decides(path) or is_judged(path) or is_modelled(path) or is_evidence(path))
    for path, file in inside.items():
        before = renamed.get(path, path)
        if is_judged(before) and base.has(before) and (old := _before(file, head, path)) is not None:
            base.give(before, old)
    base.load(lambda path: _decides(path) or is_modelled(path))


def _renamed(inside: Mapping[str, ChangedFile], folder: str) -> Iterator[tuple[str, str]]:
    """The paths of the base for files that are elsewhere now."""
    for path, file in inside.items():
        if file.previous_filename and (before := _inside(file.previous_filename, folder)):
            yield path, before


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


def _diffs(
    files: Iterable[ChangedFile], head: CommitFiles, base: CommitFiles, folder: str, told: set[str]
) -> Iterator[tuple[str, FileDiff]]:
    """The diffs; worked out from the two texts where GitHub gives none and there is something to say."""
    unknown: list[tuple[ChangedFile, FileDiff]] = []
    for file in files:
        diff = read_diff(file)
        if diff.known or file.filename not in told:
            yield file.filename, diff
        else:
            unknown.append((file, diff))
    before = {_inside(file.previous_filename or file.filename, folder) for file, _ in unknown}
    base.load(lambda path: path in before)
    for file, diff in unknown:
        yield file.filename, _rebuilt(file, head, base, folder) or diff


def _rebuilt(file: ChangedFile, head: CommitFiles, base: CommitFiles, folder: str) -> FileDiff | None:
    before, after = (
        _inside(path, folder) for path in (file.previous_filename or file.filename, file.filename)
    )
    try:
        old = base.read(before or "") if file.status != "added" else b""
        return rebuild_diff(file, old, head.read(after or ""))
    except UnreadableFileError:
        return None


def _notes(judgement: Judgement, head: CommitFiles) -> Iterator[str]:
    before, after = judgement.before, judgement.workspace.believed
    if judgement.raises_release and before and after:
        yield (
            f"This pull request moves orchestrator-core from {code(before.release)} to {code(after.release)}, "
            "so the whole project was judged."
        )
    yield from map(prose, judgement.report.names.notes)
    yield from proposed(head, judgement.workspace.config, judgement.report)
    unread = [] if judgement.workspace.config.library else head.lacking(is_modelled)
    if unread:
        told = listing([code(path) for path in unread], limit=3)
        yield f"What only a whole project shows was not looked for, since {told} could not be read."
