"""What one review comment says: what is wrong, since when, and what the suggestion under it may be trusted with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import Struct

from concertmaster.findings import Finding, Safety
from concertmaster.project.masking import masked
from concertmaster.report.markdown import code, count, fenced, joined, listing, prose, suggestion

#: Where this many characters are told of findings, the others at the same place are counted.
MAX_TOLD = 20_000
#: Sentences of one rule at one place; the suggestion under them shows the rest.
MAX_SENTENCES = 4


class Remark(Struct, frozen=True):
    """The findings of one place and their cure.

    `lines` replace those that the comment stands at; None makes no suggestion. `together` are the first
    lines of other suggestions without which this one must not be committed. `elsewhere` is None where
    there is no rewrite at all, else the lines outside the diff that it also changes.
    """

    findings: tuple[Finding, ...]
    lines: tuple[str, ...] | None = None
    together: tuple[int, ...] = ()
    elsewhere: tuple[int, ...] | None = None


def comment(remark: Remark, *, hidden: str = "", follow_up: str | None = None) -> str:
    """The body of a review comment; `hidden` is its mark, `follow_up` the pull request that mends the rest."""
    return joined((hidden, *_told(remark.findings), *_cure(remark, follow_up)))


def finding_text(finding: Finding) -> str:
    """A finding in two or three sentences."""
    title = f"**{prose(finding.title)}.** " if finding.title else ""
    return joined((f"{title}{sentence(finding.message)}\n{source(finding)}", difference(finding)))


def difference(finding: Finding) -> str:
    """Before and after, where that is no text of a file."""
    text = masked("\n".join(finding.difference), finding.path)
    return fenced(text, "diff") if finding.difference else ""


def sentence(message: str) -> str:
    text = prose(message)
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def source(finding: Finding) -> str:
    """How much it matters, since which release, by which rule."""
    return f"{finding.severity.value.capitalize()} since {code(finding.since)}, {rule_link(finding)}"


def rule_link(finding: Finding) -> str:
    return f"[{code(finding.rule)}]({finding.url})" if finding.url else code(finding.rule)


def _told(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings of one place, a paragraph a rule."""
    ordered = sorted(findings, key=lambda finding: (-finding.severity.rank, finding.rule, finding.place))
    length = left_out = 0
    for _, group in groupby(ordered, key=lambda finding: (finding.rule, finding.severity, finding.since)):
        same = list(group)
        text = _paragraph(same)
        if length and length + len(text) > MAX_TOLD:
            left_out += len(same)
            continue
        length += len(text)
        yield text
    if left_out:
        yield f"{count(left_out, 'more finding')} on these lines."


def _paragraph(findings: list[Finding]) -> str:
    """What one rule says of a place: a sentence, or a list where it says more than one thing."""
    sentences = list(dict.fromkeys(sentence(finding.message) for finding in findings))
    if len(sentences) == 1:
        return finding_text(findings[0])
    title = f"**{prose(findings[0].title or findings[0].rule)}**, {count(len(findings), 'time')} here:"
    shown = [f"- {text}" for text in sentences[:MAX_SENTENCES]]
    more = len(sentences) - MAX_SENTENCES
    rest = [f"- and {count(more, 'more like it', 'more like it')}"] if more > 0 else []
    told = "\n".join((title, *shown, *rest, "", source(findings[0])))
    return joined((told, *(difference(finding) for finding in findings[:MAX_SENTENCES])))


def _cure(remark: Remark, follow_up: str | None) -> Iterator[str]:
    if remark.lines is not None:
        if not remark.findings:
            yield f"Needed along with the suggestion{_on_lines(remark.together)}."
        yield suggestion(remark.lines)
        yield " ".join(_trust(remark))
    elif remark.elsewhere is not None:
        yield _without_suggestion(remark, follow_up)


def _trust(remark: Remark) -> Iterator[str]:
    if any(finding.safety is Safety.SUGGESTED for finding in remark.findings):
        yield "Check this suggestion before you commit it: it depends on code elsewhere whether it means the same."
    elif remark.findings:
        yield "This suggestion is safe: the code means the same afterwards."
    if remark.together and remark.findings:
        yield f"It goes with the suggestion{_on_lines(remark.together)}: commit them in one batch."


def _on_lines(lines: tuple[int, ...]) -> str:
    return f"{'' if len(lines) == 1 else 's'} on {_lines(lines)}"


def _lines(lines: tuple[int, ...]) -> str:
    return f"line{'' if len(lines) == 1 else 's'} {listing(lines)}"


def _without_suggestion(remark: Remark, follow_up: str | None) -> str:
    if remark.elsewhere:
        why = f"The cure also changes {_lines(remark.elsewhere)}, outside the diff, so there is no suggestion here."
    else:
        why = "No suggestion can write the cure exactly."
    unsafe = any(finding.safety is Safety.SUGGESTED for finding in remark.findings)
    command = "concertmaster fix --unsafe" if unsafe else "concertmaster fix"
    how = f"[A follow-up pull request]({follow_up}) makes it" if follow_up else f"`{command}` makes it"
    return f"{why} {how}."
