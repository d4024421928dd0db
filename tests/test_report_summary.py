"""Comments and summaries as text: what they say, and that nothing from a repository comes to life in them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from concertmaster.findings import Edit, Finding, Safety, Severity, Suppressed, Unanalysed
from concertmaster.report.comment import MAX_TOLD, Remark, comment
from concertmaster.report.markdown import Links
from concertmaster.report.summary import MAX_COMMENT, Summary, render, verdict
from concertmaster.versions import Window
from tests.test_report_markdown import ALIVE, HOSTILE, Rendered

LINKS = Links("https://github.com", "octo-org/network", "a" * 40)
OURS = f"https://github.com/octo-org/network/blob/{'a' * 40}/"
WINDOW = Window("5.0.4", "5.5.0")
FINDING = Finding(
    rule="some-rule",
    rows=("1",),
    path="a.py",
    line=2,
    end_line=2,
    column=1,
    severity=Severity.ERROR,
    safety=Safety.SAFE,
    message="`old` is `new`",
    since="5.0.0",
    title="Old things are used",
    url="https://workfloworchestrator.org/guide/",
    edits=(Edit(0, 1, b"x"),),
    fingerprint="cafe",
)


def many(count: int, **changes: object) -> tuple[Finding, ...]:
    return tuple(replace(FINDING, line=number, **changes) for number in range(1, count + 1))


def test_nothing_is_a_verdict_too() -> None:
    assert verdict([]) == "nothing to mend"
    assert verdict([], [Unanalysed("a.py", "x")]) == "1 file could not be analysed"


def test_a_verdict_counts_by_severity_the_worst_first() -> None:
    findings = [replace(FINDING, severity=severity) for severity in (Severity.NOTICE, *[Severity.ERROR] * 2)]
    assert verdict(findings) == "2 errors and 1 notice"
    warning = replace(FINDING, severity=Severity.WARNING)
    assert verdict([*findings, warning], [Unanalysed("a.py", "x")] * 2) == (
        "2 errors, 1 warning and 1 notice; 2 files could not be analysed"
    )


def test_a_clean_summary_is_one_line() -> None:
    assert render(Summary(WINDOW), LINKS) == (
        "**Concertmaster: nothing to mend** for orchestrator-core `5.0.4`, looking ahead to `5.5.0`."
    )
    assert "looking ahead" not in render(Summary(Window("5.5.0", "5.5.0")), LINKS)


def test_few_places_are_listed_openly_and_many_are_folded() -> None:
    few = render(Summary(WINDOW, many(2), many(2)), LINKS)
    assert "<details>" not in few
    lot = render(Summary(WINDOW, many(9), many(9)), LINKS)
    assert lot.count("<details>") == lot.count("</details>") == 1
    shown = Rendered(lot)
    assert "details" in shown.tags
    assert shown.tags.count("a") == 9 + 1, "a link for each place, and the guide"


def test_rules_say_how_much_of_them_a_command_mends() -> None:
    mixed = (*many(2), *many(1, safety=Safety.SUGGESTED), *many(3, edits=(), safety=Safety.MANUAL))
    text = render(Summary(WINDOW, mixed, mixed), LINKS)
    assert "`concertmaster fix` mends 2" in text
    assert "`concertmaster fix --unsafe` mends 1, to be checked" in text


def test_files_that_could_not_be_analysed_are_named_until_there_are_too_many() -> None:
    missed = tuple(Unanalysed(f"{number}.py", "does not parse") for number in range(60))
    text = render(Summary(WINDOW, unanalysed=missed), LINKS)
    assert text.count("does not parse") == 50
    assert "and 10 more files" in text


@given(st.integers(1, 40), st.integers(400, 4_000), st.integers(0, 400))
def test_a_summary_keeps_to_its_limit_and_counts_what_it_leaves_out(
    size: int, limit: int, length: int
) -> None:
    findings = many(size, message="x" * length, edits=(), safety=Safety.MANUAL)
    text = render(Summary(WINDOW, findings, findings), LINKS, limit=limit)
    assert len(text) <= max(limit, 400)
    left_out = re.search(r"for want of room: (\d+) error", text)
    assert len(re.findall(r"^- \[", text, re.MULTILINE)) + int(left_out[1] if left_out else 0) == size


def test_a_comment_on_many_findings_counts_those_that_it_does_not_tell() -> None:
    findings = tuple(
        replace(FINDING, rule=f"rule-{number}", message=f"{number} {'#' * 590}") for number in range(200)
    )
    text = comment(Remark(findings, ("x",)))
    assert len(text) < MAX_TOLD + 2_000
    assert re.search(r"\d+ more findings on these lines\.", text)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_nothing_in_a_summary_or_a_comment_comes_to_life(path: str, message: str, reason: str) -> None:
    finding = replace(FINDING, path=path or "a", message=message)
    summary = Summary(WINDOW, (finding,), (finding,), (Unanalysed(path or "a", reason),))
    bodies = (
        (render(summary, LINKS), {"p", "strong", "code", "a", "ul", "li", "h3"}),
        (comment(Remark((finding,), elsewhere=(3,))), {"p", "strong", "code", "a"}),
        (comment(Remark((finding,), ("x = 1",), (9,))), {"p", "strong", "code", "a", "pre"}),
    )
    for text, allowed in bodies:
        text.encode()
        shown = Rendered(text)
        assert set(shown.tags) <= allowed
        assert not ALIVE.search(shown.text), shown.text
        assert all(address.startswith((FINDING.url, OURS)) for address in shown.addresses)
        assert len(text) <= MAX_COMMENT


def test_findings_of_several_releases_are_counted_by_release() -> None:
    findings = (
        FINDING,
        replace(FINDING, since="4.10.0"),
        replace(FINDING, since="4.9.0", severity=Severity.WARNING),
    )
    text = render(Summary(WINDOW, findings), LINKS)
    assert "| since | errors | warnings |\n|---|--:|--:|\n" in text
    assert text.index("| `4.9.0` |  | 1 |") < text.index("| `4.10.0` | 1 |  |")
    assert "| since |" not in render(Summary(WINDOW, (FINDING,)), LINKS)


def test_of_many_findings_the_summary_says_first_who_mends_them() -> None:
    safe, unsure = many(1_200), many(3, safety=Safety.SUGGESTED)
    by_hand = many(2, edits=(), safety=Safety.MANUAL)
    text = render(Summary(WINDOW, (*safe, *unsure, *by_hand), (*safe, *unsure)), LINKS)
    assert (
        "Of these, `concertmaster fix` mends 1,200, `concertmaster fix --unsafe` mends 3 that ask to be checked and "
        "2 need a person. 2 have comments beside the lines.\n" in text
    )
    alone = render(Summary(WINDOW, many(7), many(7)), LINKS)
    assert "Of these, `concertmaster fix` mends 7.\n" in alone
    assert "Of these" not in render(Summary(WINDOW, many(2), many(2)), LINKS)


def test_what_somebody_keeps_is_listed_with_the_reason() -> None:
    told = (Suppressed(FINDING, "read by 4.x, says @octocat"), Suppressed(FINDING, ""))
    text = render(Summary(WINDOW, suppressed=told), LINKS)
    assert "2 findings kept by comments" in text
    assert f"- [`a.py:2`]({OURS}a.py#L2) `some-rule`: read by 4.x, says `@octocat`" in text
    assert "without a reason" in text
    assert "- and 70 more" in render(Summary(WINDOW, suppressed=told * 50), LINKS)
