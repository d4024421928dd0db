"""The attacks that were tried: what stands against each, the test that tries it, and how to take the guard out.

As a pytest plugin (`-p tests.threats`) with THREAT_WITHOUT=NAME it takes one guard out; the test has to fail then.
`python -m tests.threats` writes docs/threats.md.
"""

from __future__ import annotations

import importlib
import os
import pickle
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "threats.md"
VARIABLE = "THREAT_WITHOUT"


@dataclass(frozen=True, slots=True)
class Threat:
    """An attack by its number; `guard` is a dotted name, and `without` what stands there when it is taken out."""

    number: int
    attack: str
    guard: str
    test: str
    without: Any
    why: str

    @property
    def name(self) -> str:
        return f"{self.number}-{self.guard}"


def take_out(threat: Threat) -> None:
    """Put `without` in the place of the guard, wherever it has been imported to."""
    owner, attribute = _owner(threat.guard)
    original = vars(owner).get(attribute) or getattr(owner, attribute)
    setattr(owner, attribute, threat.without)
    for name, module in list(sys.modules.items()):
        if name.startswith(("concertmaster", "tools", "tests")) and vars(module).get(attribute) is original:
            setattr(module, attribute, threat.without)


def _owner(dotted: str) -> tuple[Any, str]:
    """What holds the last part of a dotted name: a module, or a class in one."""
    parent, _, attribute = dotted.rpartition(".")
    try:
        return importlib.import_module(parent), attribute
    except ModuleNotFoundError:
        module, _, name = parent.rpartition(".")
        return getattr(importlib.import_module(module), name), attribute


def pytest_load_initial_conftests() -> None:
    """Before anything of the product is imported."""
    wanted = os.environ.get(VARIABLE)
    if wanted:
        take_out(next(threat for threat in THREATS if threat.name == wanted))


# -- what a careless program would do ------------------------------------------------------------------------


def _inline(
    work: Callable[[int], object], batches: Sequence[Sequence[int]], **_: object
) -> Iterator[list[object]]:
    for batch in batches:
        yield [result for result in map(work, batch) if result is not None]


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _name_is_value(environment: dict[str, str], values: dict[str, object]) -> None:
    with Path(environment["GITHUB_OUTPUT"]).open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())


def _again(self: Any, call: Callable[[], object], find: object) -> object:
    from concertmaster.github.retry import is_limited, is_lost

    return self._again(call, lambda error: is_limited(error) or is_lost(error))


def _first_of_the_branch(client: Any, run: Any) -> object:
    from concertmaster.github.lookup import _request

    head = f"{run.head_owner}:{run.head_branch}"
    return client.pages(f"/repos/{run.repository}/pulls", _request, state="open", head=head)[0]


def _as_it_was(pull: Any) -> object:
    from concertmaster.github.moment import Moment

    return Moment(pull.request.head_sha)


def _unpickled(body: bytes | memoryview, _: object) -> object:
    return pickle.loads(body)


class _Everybody(str):
    """Whoever is asked for."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, _: object) -> bool:
        return True

    def __ne__(self, _: object) -> bool:
        return False


def _whatever_is_kept(self: Any, filename: str, _: str) -> bytes | None:
    kept = self.cache / filename
    return kept.read_bytes() if kept.is_file() else None


def _to_the_end(_: object, answer: Any, __: int) -> bytes:
    content: bytes = answer.content
    return content


def _in_the_folder_itself(self: Any, _: str) -> object:
    return nullcontext(str(self.scratch))


def _all_of_it(_: str) -> dict[str, str]:
    return dict(os.environ)


def _whoever_wrote_it(path: str, _: object) -> bytes:
    return Path(path).read_bytes()


def _unpickled_report(body: bytes | None) -> object:
    return pickle.loads(body) if body and body.startswith(b"\x80") else None


def _anything(*_: object, **__: object) -> bool:
    return True


def _nothing(*_: object, **__: object) -> None:
    return None


def _as_it_is(text: str, *_: object, **__: object) -> str:
    return text


THREATS = (
    Threat(1, "Python that kills the parser", "concertmaster.workers.in_workers",
           "test_hostile_files.py::test_a_fault_that_a_file_sets_off_costs_that_file[crash-SIGABRT]", _inline,
           "files are parsed in processes of their own; one that dies costs the file that it was at"),
    Threat(2, "a small file that takes for ever", "concertmaster.confinement.allow",
           "test_workers.py::test_an_endless_loop_costs_one_item", _nothing,
           "seconds of a processor are counted for each file"),
    Threat(3, "a small file that eats memory", "concertmaster.confinement._address_space",
           "test_workers.py::test_memory_is_limited", lambda: 1 << 50, "a process has 1 GiB for what it parses"),
    Threat(4, "symbolic links, devices and FIFOs that are called like code",
           "concertmaster.project.files.WorkingTree._folder_problem",
           "test_git.py::test_a_file_behind_a_linked_folder_is_not_read", _nothing,
           "only regular files are read, and none behind a link"),
    Threat(5, "`..` and absolute paths", "concertmaster.github.paths.is_safe",
           "test_github_contents.py::test_a_path_that_leads_out_is_no_file_of_the_project", _anything,
           "one function judges each path before a file or an address is made of it"),
    Threat(6, "file names with line breaks, commands, HTML and letters that run backwards",
           "concertmaster.report.markdown.code", "test_github_action.py::test_hostile_names_stay_names", _as_it_is,
           "names are shown as code, on one line, without what cannot be seen"),
    Threat(7, "text that ends the block of a suggestion", "concertmaster.report.markdown._longest_run",
           "test_report_markdown.py::test_no_line_breaks_out_of_a_suggestion", lambda _: 0,
           "a fence is longer than any run of backticks in its text"),
    Threat(8, "mentions, closing words, HTML and images in quoted text", "concertmaster.report.markdown._word",
           "test_report_markdown.py::test_no_message_comes_to_life", _as_it_is,
           "every word that could come to life is code"),
    Threat(8, "our marks in a comment of somebody else", "concertmaster.github.moment.author_of",
           "test_github_action.py::test_a_strangers_mark_silences_nothing", lambda _: _Everybody(),
           "a mark counts only in comments by the same account"),
    Threat(9, "workflow commands in the log", "concertmaster.github.job.log",
           "test_github_job.py::test_a_line_of_the_log_is_no_command", _print,
           "one writer takes commands apart in every line"),
    Threat(10, "outputs that set other outputs", "concertmaster.github.job.write_outputs",
           "test_github_job.py::test_outputs_hold_what_was_put_there_and_nothing_else", _name_is_value,
           "each value stands between marks that nobody can guess"),
    Threat(11, "settings in the pull request that switch the review off",
           "concertmaster.github.reading._Reading.settings",
           "test_github_action.py::test_settings_are_those_of_the_base",
           lambda reading, folder: reading.proposed(folder), "settings are read from the base"),
    Threat(12, "settings files that are bombs", "concertmaster.project.settings.model.MAX_SETTINGS",
           "test_settings_reading.py::test_what_cannot_be_read_is_named", 1 << 40,
           "size, depth and number of settings are limited, and a file beyond that is named"),
    Threat(13, "programs in the git configuration, attributes and hooks", "concertmaster.project.git.GIT",
           "test_git.py::test_nothing_planted_in_the_repository_is_run", ("git",),
           "the image has no git; elsewhere its settings are overruled"),
    Threat(14, "modules in the workspace that are called like libraries", "tests.test_threats.FLAGS",
           "test_threats.py::test_nothing_of_the_workspace_is_imported", (), "Python starts in isolated mode"),
    Threat(15, "the token in the environment of what parses", "concertmaster.confinement.forget",
           "test_workers.py::test_nothing_of_the_environment_is_left", _nothing,
           "a worker forgets the environment before it looks at a file"),
    Threat(15, "the token in what others are shown of the process that has it", "concertmaster.sealing.hide_memory",
           "test_workers.py::test_who_has_a_secret_is_not_looked_into", _nothing,
           "nobody else may look into the memory of a process that keeps a secret"),
    Threat(1, "a parser that a file takes over, to reach others or to change files", "concertmaster.sealing.seal",
           "test_workers.py::test_a_worker_reaches_nobody_and_changes_nothing", _nothing,
           "the kernel refuses a worker network, programs, other processes' memory and changes of files"),
    Threat(1, "a parser that a file takes over, to send more than data", "concertmaster.receiving.received",
           "test_workers.py::test_an_answer_that_would_do_something_is_refused", _unpickled,
           "answers are read as plain values and records alone"),
    Threat(16, "addresses in answers that lead to another host", "concertmaster.github.download.keeps_archives",
           "test_github_archive.py::test_an_archive_elsewhere_is_not_fetched", _anything,
           "files come from where this GitHub keeps archives; no other address is followed"),
    Threat(17, "an earlier workflow that names a pull request", "concertmaster.github.lookup.find_request",
           "test_github_gate.py::test_the_second_workflow_leaves_alone_what_is_not_there_any_more",
           _first_of_the_branch, "GitHub is asked which open pull request is at the commit; no artifact is read"),
    Threat(18, "a push between reading and posting", "concertmaster.github.pull.Pull.now",
           "test_github_action.py::test_a_commit_that_is_outdated_is_not_reviewed", _as_it_was,
           "the head is read again just before anything is posted"),
    Threat(19, "writes that an outage doubles", "concertmaster.github.retry.Retry.write",
           "test_github_client.py::test_a_write_whose_answer_is_lost_happens_once", _again,
           "a write whose answer was lost is looked for before it is made again"),
    Threat(20, "a diff with more than anybody could read", "concertmaster.github.seen.MAX_COMMENTS",
           "test_github_review.py::test_the_most_important_comments_are_chosen_and_the_rest_is_in_the_summary",
           1 << 20, "the number of comments and the length of every text are limited; what is cut is counted"),
    Threat(21, "submodules, links and folders among the files", "concertmaster.github.shapes.REGULAR",
           "test_github_client.py::test_links_folders_and_submodules_are_no_files",
           ("100644", "100755", "120000"), "only regular files of a commit are files"),
    Threat(22, "a release that somebody moves", "tools.release.IMAGE",
           "test_release.py::test_nothing_but_a_digest_is_pinned", re.compile(r".*", re.DOTALL),
           "a release runs its image by digest, and every action of others by its commit"),
    Threat(23, "commands from strangers", "concertmaster.github.conversation.Conversation.may_write",
           "test_github_commands.py::test_a_stranger_is_refused_once", _anything,
           "GitHub is asked each time whether the author may write"),
    Threat(24, "branches and versions that are something else", "pydantic.AfterValidator",
           "test_found.py::test_what_was_found_is_mended[event-7bc1c24640.json]", _nothing,
           "names of branches, repositories and releases are held to their form"),
    Threat(25, "a package index that serves another program", "concertmaster.index.fetch._is",
           "test_upgrade_programs.py::test_a_list_that_promises_another_file_changes_nothing", _anything,
           "a program is fetched by a hash that is part of this one, whatever the index promises"),
    Threat(25, "a program planted in the cache of wheels", "concertmaster.index.fetch.PackageIndex.kept",
           "test_upgrade_programs.py::test_what_was_kept_is_checked_again", _whatever_is_kept,
           "what was kept has to have the hash as well, each time"),
    Threat(25, "a program planted in the runner's temporary folder",
           "concertmaster.upgrading.tools.Toolbox.temporary",
           "test_upgrade_programs.py::test_what_lies_in_the_runners_folder_is_neither_run_nor_written_through",
           _in_the_folder_itself, "a program is unpacked into a new folder of its own that nobody else may enter"),
    Threat(25, "a wheel that is a bomb", "concertmaster.upgrading.tools.MAX_PROGRAM",
           "test_upgrade_programs.py::test_a_program_larger_than_any_is_not_unpacked", 1 << 40,
           "nothing is opened before its hash is right, and of a wheel one file of limited size is read"),
    Threat(25, "an answer of the package index without an end", "concertmaster.index.fetch.PackageIndex._content",
           "test_upgrade_programs.py::test_a_wheel_larger_than_any_is_not_read", _to_the_end,
           "bytes and seconds of each answer are limited"),
    Threat(25, "a fetched program that looks for secrets", "concertmaster.upgrading.formatting._environment",
           "test_upgrade_programs.py::test_the_pinned_program_is_fetched_once_and_hears_no_secret", _all_of_it,
           "a program is started with an environment of its own"),
    Threat(26, "kept reports that a fork's workflow has filled", "concertmaster.github.reading.is_believed",
           "test_kept_reports.py::test_a_fork_is_judged_whatever_was_kept_for_it", _anything,
           "a run for a fork neither reads the kept reports nor adds to them"),
    Threat(26, "kept reports that others may write", "concertmaster.remembering.memory._read",
           "test_kept_reports.py::test_what_anybody_may_write_is_not_believed", _whoever_wrote_it,
           "only a regular file that its owner alone may write is read"),
    Threat(26, "kept reports that would do something", "concertmaster.github.recalling._decoded",
           "test_kept_reports.py::test_what_is_kept_is_never_run", _unpickled_report,
           "a kept report is read as plain data of its form alone"),
    Threat(27, "a password in a line that is shown", "concertmaster.project.masking.masked",
           "test_masking_everywhere.py::test_the_page_has_the_lines_without_it", _as_it_is,
           "lines are shown without passwords, in every report; only what is written to files has them"),
)  # fmt: skip


def document() -> str:
    """The table for people."""
    lines = [
        "# Threats",
        "",
        "What was tried against Concertmaster, what stands against it, and the test that tries it. Each test is",
        "shown to fail when its guard is taken out: `CONCERTMASTER_SLOW=1 pytest tests/test_threats.py`. This page is",
        "written by `python -m tests.threats`.",
        "",
        "| # | attack | what holds | guard | test |",
        "|---|---|---|---|---|",
    ]
    for one in THREATS:
        test = one.test.partition("[")[0].replace("::", "`, `")
        guard = one.guard if one.number != 24 else "concertmaster.github.payloads"
        lines.append(f"| {one.number} | {one.attack} | {one.why} | `{guard}` | `{test}` |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
