"""Carries out what people ask for in comments, and answers: a reaction, and words where there is something to say.

Whoever asks must be allowed to write to the repository, which GitHub is asked for each time. Nothing of the pull
request is run: its files are data here as everywhere.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from concertmaster.action_cancelled import marked_when_stopped
from concertmaster.action_review import ReviewRun
from concertmaster.action_stacked import address, finish, put
from concertmaster.github import job
from concertmaster.github.client import Client
from concertmaster.github.commands import Command, Misread, Name
from concertmaster.github.conversation import Conversation
from concertmaster.github.event import Request, Spoken
from concertmaster.github.following import follow_up, plain_line
from concertmaster.github.inputs import FixMode, Inputs
from concertmaster.github.lookup import find_pull
from concertmaster.github.pull import Pull
from concertmaster.github.reading import Reviewed, review
from concertmaster.github.refusals import GitHubError, OutageError, ReadOnlyTokenError
from concertmaster.github.writing import Declined, HeadBranch, chosen, keeping, rewritten
from concertmaster.keeping import is_reason
from concertmaster.messages import UserError
from concertmaster.outcome import CLEAN, NOT_ANALYSED
from concertmaster.report.explanation import as_markdown
from concertmaster.report.markdown import code, count, joined, listing, prose
from concertmaster.rule import Rule, load_rules

_STRANGER = "Only people who may write to this repository can give commands here."
_READ_ONLY = (
    "The command was not carried out, since the token may only read; on a fork's pull request write it into the "
    "conversation, not beside the lines."
)


def obey(client: Client, spoken: Spoken, inputs: Inputs, environment: Mapping[str, str]) -> int:
    """Carry out the commands of one comment and return the exit code.

    Raises:
        GitHubError: GitHub cannot be asked.
        UserError: the project cannot be judged.
    """
    conversation = Conversation(client, spoken)
    try:
        if not conversation.may_write():
            conversation.react("-1")
            conversation.reply(_STRANGER, key=f"stranger-{spoken.author}")
            job.log(f"Nothing was done: {spoken.author} may not write to the repository.")
            return CLEAN
        conversation.react("eyes")
    except ReadOnlyTokenError:
        job.annotate("warning", _READ_ONLY)
        return CLEAN
    run = _Commands(client, spoken, inputs, environment, conversation)
    return run.carry_out()


@dataclass
class _Commands:
    """The commands of one comment. `request` is the pull request as the last of them has left it."""

    client: Client
    spoken: Spoken
    inputs: Inputs
    environment: Mapping[str, str]
    conversation: Conversation
    declined: bool = False
    request: Request | None = None
    reviewed: Reviewed | None = None
    words: list[str] = field(default_factory=list)

    def carry_out(self) -> int:
        wants_review = False
        for command in self.spoken.commands:
            wants_review |= self._one(command)
        ended = CLEAN
        if wants_review and self.request is not None:
            with marked_when_stopped(self.request, self.inputs):
                ended = ReviewRun(self.client, self.request, self.inputs, self.environment).review()
        self.conversation.react("confused" if self.declined or ended == NOT_ANALYSED else "rocket")
        if self.words:
            self.conversation.reply(joined(self.words))
        return ended if ended == NOT_ANALYSED else CLEAN

    def _one(self, command: Command | Misread) -> bool:
        """Do one thing; whether the pull request is to be reviewed afterwards."""
        if isinstance(command, Misread):
            self._decline(code(f"/concertmaster {command.text}".strip()), f"not understood: {command.why}")
            return False
        try:
            told = self._do(command)
        except Declined as refused:
            self._decline(code(str(command)), f"not done: {refused}")
            return False
        except UserError as error:
            self._decline(code(str(command)), f"not done: {error.what} {error.why}")
            return False
        except GitHubError as error:
            if isinstance(error, OutageError):
                self._apologise()
                raise
            self._decline(code(str(command)), f"not done: {error}")
            return False
        if told:
            self.words.append(told)
        job.log(f"{self.spoken.author}: {command}")
        return command.name in (Name.RECHECK, Name.IGNORE) or self._has_pushed

    @property
    def _has_pushed(self) -> bool:
        return self.request is not None and self.reviewed is None

    def _decline(self, what: str, why: str) -> None:
        self.declined = True
        self.words.append(f"{what}: {prose(why.rstrip('.'))}.")

    def _apologise(self) -> None:
        """Where GitHub fails in the middle, at least a sign, if it takes one."""
        try:
            self.conversation.react("confused")
        except GitHubError:
            job.log("The comment could not be answered.")

    def _do(self, command: Command) -> str:
        if command.name is Name.EXPLAIN:
            return as_markdown(_rule(command.rule))
        rule = _rule(command.rule).id if command.name is Name.IGNORE else ""
        request = self._pull()
        if command.name is Name.RECHECK:
            return ""
        if command.name is Name.IGNORE:
            return self._ignore(request, rule, command.reason)
        return self._fix(request, unsafe=command.unsafe)

    def _pull(self) -> Request:
        if self.request is None:
            self.request = find_pull(self.client, self.spoken.repository, self.spoken.number)
        if not self.request.is_open:
            raise Declined("the pull request is not open")
        return self.request

    def _review(self, request: Request) -> Reviewed:
        if self.reviewed is None:
            self.reviewed = review(Pull(self.client, request), self.inputs.wishes, self.inputs.checkout)
        return self.reviewed

    def _pushed(self, request: Request, sha: str) -> None:
        """What follows is about the new head."""
        self.request, self.reviewed = replace(request, head_sha=sha), None

    def _fix(self, request: Request, *, unsafe: bool) -> str:
        if self.inputs.fix_mode is FixMode.PULL_REQUEST:
            return self._fix_on_top(request)
        branch = HeadBranch(self.client, request)
        branch.check()
        reviewed = self._review(request)
        done = finish(self.inputs, self.environment)
        texts, notes = rewritten(reviewed, done, unsafe=unsafe)
        if not texts:
            raise Declined(_nothing(reviewed, unsafe=unsafe))
        rules = sorted({item.rule for item in reviewed.report.findings if item.edits and item.path in texts})
        body = "\n".join(f"- {rule}" for rule in rules)
        sha = branch.push(
            f"Make the rewrites of Concertmaster\n\n{body}\n\nAsked for by {self.spoken.author}", texts
        )
        self._pushed(request, sha)
        told = (f"`fix`: {count(len(texts), 'file')} rewritten in {sha}.", *map(prose, notes), _ON_RUNS)
        return " ".join(told)

    def _fix_on_top(self, request: Request) -> str:
        if request.is_fork:
            raise Declined("a pull request cannot go on top of a branch in another repository")
        reviewed = self._review(request)
        cured = [item for item in reviewed.report.findings if item.edits]
        done = finish(self.inputs, self.environment)
        stack, told = follow_up(request, reviewed, cured, done)
        if not stack.files:
            raise Declined(_nothing(reviewed, unsafe=True))
        kept = put(self.client, self.inputs, request.repository, stack, told)
        if kept.number is None:
            raise Declined(kept.note)
        url = address(self.inputs, request.repository, kept.number)
        return f"`fix`: [#{kept.number}]({url}) brings {count(len(stack.files), 'file')}."

    def _ignore(self, request: Request, rule: str, reason: str) -> str:
        if not is_reason(reason):
            raise Declined(
                "the reason must be one line of at most 200 plain characters, since it goes into the code"
            )
        branch = HeadBranch(self.client, request)
        branch.check()
        reviewed = self._review(request)
        found = chosen(reviewed, rule, self.conversation.root())
        texts = keeping(reviewed, found, rule, reason)
        places = "\n".join(plain_line(f"- {path}") for path in texts)
        message = (
            f"Keep {count(len(found), 'finding')} of {rule}\n\n{places}\n\nAsked for by {self.spoken.author}"
        )
        sha = branch.push(message, texts)
        self._pushed(request, sha)
        return (
            f"`ignore`: kept by a comment in {listing([code(path) for path in texts])}, in {sha}. {_ON_RUNS}"
        )


_ON_RUNS = "GitHub starts no workflows for commits of a workflow's own token."


def _nothing(reviewed: Reviewed, *, unsafe: bool) -> str:
    more = sum(1 for item in reviewed.report.findings if item.edits)
    if more and not unsafe:
        return (
            f"no rewrite is safe here; `fix --unsafe` makes {count(more, 'rewrite')} that ask to be checked"
        )
    return "there is nothing to rewrite"


def _rule(name: str) -> Rule:
    known = {rule.id: rule for rule in load_rules()}
    if name not in known:
        close = listing([f"`{other}`" for other in difflib.get_close_matches(name, known, n=3)])
        raise Declined(f"there is no rule `{name[:60]}`{f', did you mean {close}' if close else ''}")
    return known[name]
