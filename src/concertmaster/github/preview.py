"""Shows a planned review: as text, or as the page that people will see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from concertmaster.github.review import ReviewPlan
from concertmaster.github.upkeep import Resolve
from concertmaster.report.html import ShownComment, render_review
from concertmaster.report.terminal import visible


def write_preview(path: Path, plan: ReviewPlan, read: Callable[[str], bytes], *, title: str) -> None:
    """Write the review as one HTML file: what is new and what stands already."""
    path.write_text(page_of(plan, read, title=title), encoding="utf-8")


def page_of(plan: ReviewPlan, read: Callable[[str], bytes], *, title: str) -> str:
    """The review as one HTML file."""
    return render_review(
        title=title, verdict=plan.verdict, summary=plan.summary or "", comments=list(shown(plan, read))
    )


def shown(plan: ReviewPlan, read: Callable[[str], bytes]) -> Iterator[ShownComment]:
    """The comments of a plan with the lines that they stand at, in the order of the files."""
    comments = sorted((*plan.comments, *plan.kept), key=lambda comment: (comment.path, comment.line))
    for comment in comments:
        lines = read(comment.path).decode("utf-8", "replace").split("\n")
        yield ShownComment(
            comment.path,
            comment.start_line or comment.line,
            comment.line,
            comment.body,
            [line.removesuffix("\r") for line in lines],
        )


def describe(plan: ReviewPlan, *, heading: str = "--- ") -> Iterator[str]:
    """The plan as text: each comment under its place, then the summary."""
    yield plan.verdict
    for comment in plan.comments:
        first = comment.start_line or comment.line
        yield ""
        yield f"{heading}{visible(comment.path)}:{first}" + (
            f"-{comment.line}" if first != comment.line else ""
        )
        yield comment.body.partition("\n")[2] if comment.body.startswith("<!--") else comment.body
    for step in plan.upkeep:
        yield ""
        deed = "resolve" if isinstance(step, Resolve) else "open again"
        yield f"{heading}{deed} the thread on {visible(step.comment.path)}:{step.comment.line or '(outdated)'}"
        yield step.reply.partition("\n")[2]
    if plan.summary:
        yield ""
        yield f"{heading}summary comment"
        yield plan.summary
