"""Reads a pull request from GitHub and has it judged: its files, its diffs, and the report on each project in it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.config import FILES, Config, FailOn, load_config
from concertmaster.findings import Finding, Unanalysed
from concertmaster.github import job
from concertmaster.github.asked import Request
from concertmaster.github.contents import Blobs, CommitFiles
from concertmaster.github.diff import FileDiff
from concertmaster.github.files import RemoteFiles
from concertmaster.github.parts import Part, part_of
from concertmaster.github.pull import Pull
from concertmaster.github.recalling import Reports
from concertmaster.github.texts import beyond, diffs_of, old_text
from concertmaster.github.wishes import Wishes
from concertmaster.messages import UserError
from concertmaster.outcome import NOT_ANALYSED
from concertmaster.plan import is_evidence
from concertmaster.project.dependencies import is_manifest
from concertmaster.projects import (
    config_of,
    folders,
    inside,
    is_left_over,
    of_both,
    oldest,
    within,
)
from concertmaster.report.markdown import Links
from concertmaster.report.several import Chapter, render_all
from concertmaster.reports import in_repository, merged
from concertmaster.reviewing import Judge, Judgement, compared, judge_pull_request, old_paths
from concertmaster.runner import Report, is_modelled, run
from concertmaster.subjects import is_judged
from concertmaster.workspace import readable


class Reviewed(Struct, frozen=True):
    """A pull request read and judged, project by project. Paths are those of the repository.

    `report` and `brought` are those of all projects. `failed` are projects that could not be judged at all.
    """

    parts: tuple[Part, ...]
    report: Report
    brought: tuple[Finding, ...]
    diffs: dict[str, FileDiff]
    head: CommitFiles
    failed: tuple[Unanalysed, ...] = ()

    def read(self, path: str) -> bytes:
        """The bytes of a file at the head."""
        return self.head.read(path)

    def exists(self, path: str) -> bool:
        """Whether the head holds such a file."""
        return self.head.has(path)

    def ended(self, fail_on: FailOn | None) -> int:
        """How the run ends by what was found: as badly as for its worst project."""
        codes = (part.ended(fail_on) for part in self.parts)
        return NOT_ANALYSED if self.failed else max(codes)

    def text(self, links: Links, *, limit: int, notes: tuple[str, ...] = ()) -> str:
        """Everything that was found, also what has comments of its own."""
        chapters = [Chapter(part.folder, part.summary(part.report.findings)) for part in self.parts]
        return render_all(chapters, links, notes=notes, failed=self.failed, limit=limit)

    @property
    def rebuilt(self) -> frozenset[str]:
        """The files whose diff was worked out here."""
        return frozenset(path for path, diff in self.diffs.items() if diff.rebuilt)


class _Reading:
    """A pull request while it is read."""

    def __init__(self, pull: Pull, wishes: Wishes, checkout: Path | None) -> None:
        self.pull, self.wishes = pull, wishes
        self.files = pull.files()
        self._blobs = Blobs(RemoteFiles(pull.client, pull.request.repository), checkout)
        base = pull.merge_base()
        self.trees = (pull.tree(pull.request.head_sha), pull.tree(base))
        if pull.is_cut(self.files):
            self.files += beyond(self.files, *self.trees)
        self.head, self.base = (CommitFiles(tree, self._blobs) for tree in self.trees)
        self._load()
        self.root = load_config(lambda path: readable(self.base, path))
        self.judge: Judge = run
        if wishes.kept is not None and is_believed(pull.request):
            self.judge = Reports(wishes.kept, partial(job.annotate, "warning")).run
        self.folders = self._folders()

    def _load(self) -> None:
        """Have everything ready that will be read; of the base what the diff does not give by itself."""
        self.head.load(lambda path: self._concerns(path) and _is_read(path))
        for file in self.files:
            path = file.previous_filename or file.filename
            if self._concerns(path) and is_judged(path) and self.base.has(path):
                old = old_text(file, self.head)
                if old is not None:
                    self.base.give(path, old)
        self.base.load(lambda path: self._concerns(path) and (_decides(path) or is_modelled(path)))

    def _concerns(self, path: str) -> bool:
        return path in FILES or inside(path, self.wishes.folder) is not None

    def _folders(self) -> tuple[str, ...]:
        """The projects: as the workflow names them, else as the base does, else where either side holds several."""
        if self.wishes.folder:
            return (self.wishes.folder,)
        if self.wishes.projects:
            return folders(self.wishes.projects)
        return of_both(self.head, self.base, self.root)

    @property
    def has_left_over(self) -> bool:
        """Whether something changes that belongs to none of the projects, where nobody has said which those are."""
        if self.wishes.folder or self.wishes.projects or self.root.projects:
            return False
        paths = (file.filename for file in self.files)
        return any(is_left_over(path, self.folders) and _is_read(path) for path in paths)

    def sides(self, folder: str) -> tuple[CommitFiles, CommitFiles]:
        """A project at the head and at the base."""
        others = within(folder, self.folders)
        head, base = (CommitFiles(tree, self._blobs, folder=folder, others=others) for tree in self.trees)
        return head, base

    def settings(self, folder: str) -> Config:
        """Those of the base: the pull request's own could switch off its review."""
        return config_of(self.base, folder, self.root)

    def proposed(self, folder: str) -> Config:
        """Those that the pull request brings."""
        return config_of(self.head, folder, load_config(lambda path: readable(self.head, path)))


def review(pull: Pull, wishes: Wishes, checkout: Path | None) -> Reviewed:
    """Read and judge a pull request; what GitHub lists is compared with the checkout, never trusted to be it.

    Raises:
        UserError: a release is unknown, the configuration is malformed, or nothing names the framework.
        GitHubError: something cannot be read.
    """
    reading = _Reading(pull, wishes, checkout)
    is_one = len(reading.folders) == 1
    judged, failed = _judged(reading)
    told = {
        finding.path
        for folder, judgement in judged
        for finding in in_repository(judgement.report, folder, is_one=True).findings
    }
    diffs = dict(diffs_of(reading.files, reading.head, reading.base, told))
    parts = tuple(
        part_of(
            judgement,
            reading.sides(folder)[0],
            folder,
            diffs,
            new=partial(reading.proposed, folder),
            is_one=is_one,
        )
        for folder, judgement in judged
    )
    parts = (_cut(parts[0], any(tree.is_cut for tree in reading.trees)), *parts[1:])
    brought = tuple(item for part in parts for item in part.brought)
    report = merged([part.report for part in parts], failed)
    return Reviewed(parts, report, brought, diffs, reading.head, failed)


def _judged(reading: _Reading) -> tuple[list[tuple[str, Judgement]], tuple[Unanalysed, ...]]:
    """Each project by itself; one of several that cannot be judged costs itself alone, unless none can."""
    judged: list[tuple[str, Judgement]] = []
    failed: list[Unanalysed] = []
    errors: list[UserError] = []
    for folder in reading.folders:
        try:
            judged.append((folder, _judge(reading, folder)))
        except UserError as error:
            errors.append(error)
            failed.append(Unanalysed(folder or ".", f"{error.what} {error.why}"))
    if not judged:
        raise errors[0]
    release = oldest(reading.head, reading.folders) if reading.has_left_over else None
    if release is not None:
        judged.append(("", _judge(reading, "", release=release)))
    return judged, tuple(failed)


def _judge(reading: _Reading, folder: str, *, release: str | None = None) -> Judgement:
    """One project, judged and compared with its base."""
    wishes = reading.wishes
    head, base = reading.sides(folder)
    others = within(folder, reading.folders)
    files = [(inside(file.filename, folder, others), file) for file in reading.files]
    changed = {path: file for path, file in files if path is not None}
    renamed = {
        path: before
        for path, file in changed.items()
        if file.previous_filename and (before := inside(file.previous_filename, folder, others))
    }
    judgement = judge_pull_request(
        head,
        base,
        changed,
        installed_release=wishes.installed or release,
        target=wishes.target,
        name=f"{reading.pull.request.repository}/{folder}".rstrip("/"),
        new_only=wishes.new_only,
        supply=wishes.supply,
        config=reading.settings(folder),
        judge=reading.judge,
    )
    wanted = old_paths(judgement, base, renamed)
    base.load(lambda path: path in wanted)
    return compared(judgement, base, renamed, {*renamed.values(), *changed}, judge=reading.judge)


def _cut(part: Part, is_cut: bool) -> Part:
    """The first project answers for what GitHub did not list."""
    if not is_cut:
        return part
    cut = Unanalysed(".", "GitHub lists only part of so many files; what it leaves out was not judged")
    return replace(part, report=replace(part.report, unanalysed=(*part.report.unanalysed, cut)))


def is_believed(request: Request) -> bool:
    """Whether nobody but who may write to the repository can have filled the folder of kept reports."""
    return not request.is_fork


def _is_read(path: str) -> bool:
    return _decides(path) or is_judged(path) or is_modelled(path) or is_evidence(path)


def _decides(path: str) -> bool:
    return is_manifest(path) or path.rpartition("/")[2] in FILES
