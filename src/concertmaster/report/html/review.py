"""The review as it will look on GitHub, as one HTML page that loads nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from concertmaster.project.masking import masked
from concertmaster.report.html import page

CONTEXT = 3
_SUGGESTION = re.compile(
    r"^(?P<fence>`{3,})suggestion\r?\n(?P<text>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL
)
_BOX = re.compile(r"<li>\[([ x])\] ")
_DIAGRAM = re.compile(r"^```mermaid\n.*?^```$", re.MULTILINE | re.DOTALL)
_HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)


class ShownComment(Struct, frozen=True):
    """A review comment with the lines of the file that it stands at; lines count from 1."""

    path: str
    start_line: int
    line: int
    body: str
    source: Sequence[str]


class Row(Struct, frozen=True):
    """One line of a diff table: its number on either side, its sign, and its text."""

    old: int | None
    new: int | None
    sign: str
    text: str


class Block(Struct, frozen=True):
    """A comment made ready for the template; `parts` are HTML or rows of a suggestion, in order."""

    path: str
    place: str
    context: list[Row]
    parts: list[tuple[str, str | list[Row]]]


def render_review(*, title: str, verdict: str, summary: str, comments: Iterable[ShownComment]) -> str:
    """The whole page: the summary comment, then each review comment under its lines."""
    blocks = [_block(comment) for comment in comments]
    summary_html = _markdown(_HIDDEN.sub("", summary)) if summary else ""
    return page.render("review.html.j2", title=title, verdict=verdict, summary=summary_html, blocks=blocks)


def _block(comment: ShownComment) -> Block:
    first, source = max(1, comment.start_line - CONTEXT), _shown(comment, comment.source)
    context = [
        Row(number, number, "!" if number >= comment.start_line else " ", source[number - 1])
        for number in range(first, min(comment.line, len(comment.source)) + 1)
    ]
    lines = "line" if comment.start_line == comment.line else "lines"
    span = str(comment.line) if lines == "line" else f"{comment.start_line} to {comment.line}"
    return Block(comment.path, f"Comment on {lines} {span}", context, list(_parts(comment)))


def _parts(comment: ShownComment) -> Iterable[tuple[str, str | list[Row]]]:
    """The body, divided at its suggestion."""
    body = _HIDDEN.sub("", comment.body)
    match = _SUGGESTION.search(body)
    if match is None:
        yield "html", _markdown(body)
        return
    yield "html", _markdown(body[: match.start()])
    yield "suggestion", _suggested(comment, match["text"])
    rest = body[match.end() :].strip()
    if rest:
        yield "html", _markdown(rest)


def _suggested(comment: ShownComment, text: str) -> list[Row]:
    old = _shown(comment, comment.source[comment.start_line - 1 : comment.line])
    new = _shown(comment, text.split("\n")[:-1])
    removed = [Row(comment.start_line + index, None, "-", line) for index, line in enumerate(old)]
    return removed + [Row(None, comment.start_line + index, "+", line) for index, line in enumerate(new)]


def _shown(comment: ShownComment, lines: Sequence[str]) -> list[str]:
    return [masked(line, comment.path) for line in lines]


def _markdown(text: str) -> str:
    """GitHub's Markdown as HTML; raw HTML but for folded details is shown as text."""
    from markdown_it import MarkdownIt

    html = (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .disable("image")
        .render(page.written_out(_DIAGRAM.sub("*A diagram, which GitHub draws.*", text)))
    )
    return _folds(_BOX.sub(lambda match: f"<li>{'☑' if match[1] == 'x' else '☐'} ", html))


def _folds(html: str) -> str:
    """Give back the tags of `<details>` that the summary itself writes."""
    for tag in ("details", "summary"):
        html = html.replace(f"&lt;{tag}&gt;", f"<{tag}>").replace(f"&lt;/{tag}&gt;", f"</{tag}>")
    html = re.sub(r"<p>(</?details>)</p>", r"\1", html)
    return re.sub(r"<p>\s*(<details>)\s*(<summary>.*?</summary>)\s*</p>", r"\1\2", html, flags=re.DOTALL)
