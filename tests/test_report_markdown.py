"""Whatever a repository writes stays text: held to GitHub's own Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import example, given
from hypothesis import strategies as st

from concertmaster.report.markdown import Links, code, count, listing, prose, suggestion, visible

HOSTILE_PIECES = (
    "`", "``", "```", "~~~", "@octocat", "#12", "GH-12", "o/r#1", "fixes", "<img src=x onerror=a()>", "<!--", "-->",
     "[a](http://x)", "![a](b)", "https://example.org", "www.example.org", "a@example.org", "*", "_", "|", "\\", "$",
     "\n", "\r", "\t", " ", "suggestion", "<details>", "&amp;", "&#64;", "0123456789abcdef0123456789abcdef01234567",
     "deadbeef", "\u202e", "\u2066", "\u200b", "\u2028", "\x85", "\x1b[31m", "\udcff", "a", "é", "1.", "- ", "# ",
     "===", "---", "> ", ":tada:", "'''", "``` suggestion\n",
)  # fmt: skip
PIECES = st.sampled_from(HOSTILE_PIECES)
HOSTILE = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=40))


class Rendered(HTMLParser):
    """The text outside code, the text inside it, and every tag."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.code, self.tags, self.addresses, self._depth = "", "", list[str](), list[str](), 0
        encoded = markdown.encode("utf-8", "strict").decode()
        self.feed(cmarkgfm.github_flavored_markdown_to_html(encoded, options=Options.CMARK_OPT_UNSAFE))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        self._depth += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "code"

    def handle_comment(self, data: str) -> None:
        self.tags.append("!--")

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.code += data
        else:
            self.text += data


ALIVE = re.compile(r"@\w|#\d|\bGH-\d|https?:/|www\.|\b[0-9a-f]{7,40}\b|[`*_<>|\[\]$\\~]|:\w+:", re.IGNORECASE)


def assert_inert(markdown: str) -> None:
    shown = Rendered(f"Before {markdown} after.")
    assert set(shown.tags) <= {"p", "code"}
    assert not ALIVE.search(shown.text), shown.text
    assert shown.text.startswith("Before")
    assert shown.text.rstrip().endswith("after.")


def test_plain_words_are_left_as_they_are() -> None:
    text = "It is ignored since 5.0: descriptions live in the database (and are edited there), don't they? And/or – so."
    assert prose(text) == text


def test_quoted_names_stay_quoted() -> None:
    assert prose("`a.b` is `a.c` since 5.0") == "`a.b` is `a.c` since 5.0"


def test_an_odd_backtick_quotes_nothing() -> None:
    assert prose("a `b") == "a b"
    assert_inert(prose("a ` @octocat"))


def test_spans_that_touch_are_kept_apart() -> None:
    assert prose("`a`<b") == "`a` `<b`"
    assert_inert(prose("a#1`@octocat`b_c"))


@given(HOSTILE)
@example("`a```x`@octocat")
@example("x`a`@octocat`b``c`@d`")
def test_no_message_comes_to_life(text: str) -> None:
    assert_inert(prose(text))


@given(HOSTILE)
def test_no_code_span_ends_early(text: str) -> None:
    assert_inert(code(text))


@given(HOSTILE)
def test_what_is_shown_can_be_seen_and_encoded(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]", shown)


@given(
    st.lists(
        HOSTILE.map(lambda text: re.sub(r"[\n\r\x00-\x08\x0b-\x1f]|[\ud800-\udfff]", "", text)), max_size=5
    )
)
@example(["```", "@octocat <b>"])
@example(["``````````"])
@example([""])
@example([])
def test_no_line_breaks_out_of_a_suggestion(lines: list[str]) -> None:
    shown = Rendered(f"Before\n\n{suggestion(lines)}\n\nAfter")
    assert set(shown.tags) == {"p", "pre", "code"}
    assert shown.text.split() == ["Before", "After"]
    assert shown.code == "".join(f"{line}\n" for line in lines)


def test_a_long_name_is_cut() -> None:
    assert code("a" * 1_000, limit=10) == "`aaaaaaaaa…`"


@pytest.mark.parametrize(
    "path", ["foo b/x.py", "a(b).py", "a#b?c.py", "naïve.py", "a%20b.py", "x\udcff.py", "`](http://x).py"]
)
def test_a_link_leads_to_the_file_whatever_its_name(path: str) -> None:
    place = Links("https://github.com", "o/r", "0" * 40).place(path, 3, 5)
    shown = Rendered(place)
    assert shown.tags == ["p", "a", "code"]
    address = place[place.rindex("](") + 2 : -1]
    assert re.fullmatch(rf"https://github\.com/o/r/blob/{'0' * 40}/[\w.~%/-]+#L3-L5", address)
    assert unquote(address.partition("#")[0], errors="surrogateescape").endswith(path)


def test_without_a_server_a_place_is_only_named() -> None:
    assert Links().place("a.py", 3) == "`a.py:3`"


def test_lists_and_counts_are_told_in_words() -> None:
    assert [listing(items) for items in ([], [1], [1, 2], [1, 2, 3])] == ["", "1", "1 and 2", "1, 2 and 3"]
    assert listing(range(1, 11), limit=2) == "1, 2 and 8 more"
    assert (count(1, "error"), count(1_200, "error"), count(2, "branch", "branches")) == (
        "1 error", "1,200 errors", "2 branches",
    )  # fmt: skip
