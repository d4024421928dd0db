"""What people see of findings: excerpt, caret, cure, tables; in colour, without, and with hostile text."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from concertmaster.cli import run
from concertmaster.cli.watching import changes
from concertmaster.findings import Edit, Finding, Safety, Severity, Unanalysed
from concertmaster.report.excerpts import MOST_ROWS, Row, Source, rows
from concertmaster.report.screen import Screen, can_link, console, print_difference, print_markdown
from concertmaster.report.statistics import by_release, by_rule
from concertmaster.versions import Window

WINDOW = Window("4.8.2", "5.5.0")
PIN = '[project]\nname = "network"\nversion = "1"\ndependencies = ["orchestrator-core==4.8.2"]\n'


def finding(source: bytes, line: int = 1, column: int = 1, *edits: Edit, **other: object) -> Finding:
    known: dict[str, object] = {
        "rule": "old-name",
        "rows": (),
        "path": "main.py",
        "line": line,
        "end_line": line,
        "column": column,
        "severity": Severity.ERROR,
        "safety": Safety.SAFE if edits else Safety.MANUAL,
        "message": "`old` is `new`",
        "since": "5.0.0",
        "url": "https://example.org/guide",
        "edits": edits,
    }
    return Finding(**{**known, **other})  # type: ignore[arg-type]


def shown(
    content: bytes, *findings: Finding, colour: bool = False, links: bool = False, quiet: bool = False
) -> str:
    out = io.StringIO()
    system = "standard" if colour else None
    on = Console(file=out, width=80, force_terminal=True, color_system=system, highlight=False)  # type: ignore[arg-type]
    Screen(on, links=links, quiet=quiet).report(WINDOW, findings, (), lambda path: content)
    return out.getvalue()


def test_nothing_found_is_one_sentence() -> None:
    assert shown(b"") == "Nothing to change for orchestrator-core 4.8.2 to 5.5.0.\n"


def test_a_finding_by_hand_points_at_its_name() -> None:
    found, left = rows(finding(b"", 2, 5), Source(b"first\nx = old.name(1)\n"))
    assert (found, left) == ([Row(" ", 2, "x = old.name(1)", (4, 12))], 0)


def test_a_cure_points_at_what_it_takes_away() -> None:
    content = b"first\ncall('old', 1)\n"
    found, _ = rows(finding(content, 2, 1, Edit(11, 18, b"")), Source(content))
    assert found == [Row("-", 2, "call('old', 1)", (5, 11)), Row("+", None, "call(1)")]


def test_an_insertion_points_at_the_name_around_it() -> None:
    content = b"from orchestrator.types import X\n"
    found, _ = rows(finding(content, 1, 1, Edit(17, 17, b".core")), Source(content))
    assert found[0].caret == (5, 23)
    assert found[1].text == "from orchestrator.core.types import X"


def test_a_cure_elsewhere_leaves_the_line_itself() -> None:
    content = b"import old\n\nold.run()\n"
    found, _ = rows(finding(content, 3, 1, Edit(7, 10, b"new")), Source(content))
    assert [(row.sign, row.number) for row in found] == [(" ", 3), ("-", 1), ("+", None)]


def test_edits_of_one_line_are_one_change() -> None:
    content = b"a, b\n"
    found, _ = rows(finding(content, 1, 1, Edit(0, 1, b"x"), Edit(3, 4, b"y")), Source(content))
    assert [row.text for row in found] == ["a, b", "x, y"]


def test_a_long_cure_is_cut_and_the_rest_counted() -> None:
    content = b"one\n"
    found, left = rows(finding(content, 1, 1, Edit(0, 3, b"more\n" * 30)), Source(content))
    assert (len(found), left) == (MOST_ROWS, 22)


def test_the_password_of_an_address_is_not_shown() -> None:
    content = b"URI=postgresql://me:secret@host/x\n"
    found, _ = rows(finding(content, 1, 1, Edit(14, 14, b"+psycopg")), Source(content))
    assert [row.text for row in found] == [
        "URI=postgresql://me:\N{HORIZONTAL ELLIPSIS}@host/x",
        "URI=postgresql+psycopg://me:\N{HORIZONTAL ELLIPSIS}@host/x",
    ]
    assert found[0].caret == (4, 14)


@pytest.mark.parametrize("line", [0, 99])
def test_a_line_that_is_not_there_is_not_shown(line: int) -> None:
    assert rows(finding(b"", line), Source(b"one\n")) == ([], 0)


def test_all_of_it_without_colour() -> None:
    content = b"from orchestrator.types import X\n"
    found = finding(content, 1, 1, Edit(17, 17, b".core"), works_from="4.0.0")
    assert shown(content, found, quiet=True) == (
        "error[old-name] `old` is `new`\n"
        "  main.py:1:1  since 5.0.0 · safe fix · can be changed today\n"
        "  1 - from orchestrator.types import X\n"
        "           ^^^^^^^^^^^^^^^^^^\n"
        "    + from orchestrator.core.types import X\n"
        "\n"
    )


def test_carets_stand_below_wide_characters_and_tabs() -> None:
    lines = shown("\t日本 = old\n".encode(), finding(b"", 1, 7), quiet=True).split("\n")
    assert cell_len(lines[2][: lines[2].index("old")]) == lines[3].index("^")


def test_a_place_far_to_the_right_is_still_pointed_at() -> None:
    lines = shown(b"x" * 300 + b" old\n", finding(b"", 1, 302), quiet=True).split("\n")
    assert lines[2].index("old") == lines[3].index("^")
    assert all(cell_len(line) <= 80 for line in lines[2:])


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    evil = finding(b"", 1, 1, path="\x1b]0;x\x07.py", message="\x1b[2J [red]::error::")
    told = shown(b"\x1b[31mred\r\x9b\n", evil)
    assert "\x1b" not in told
    assert "\x9b" not in told
    assert "[red]" in told
    assert "::error" not in told


def test_links_only_where_asked_for_and_only_https() -> None:
    assert "\x1b]8;" not in shown(b"old\n", finding(b""), colour=True)
    assert "https://example.org/guide" in shown(b"old\n", finding(b""), colour=True, links=True)
    assert "javascript" not in shown(b"", finding(b"", url="javascript:0"), colour=True, links=True)


@pytest.mark.parametrize(
    ("environment", "can"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"VTE_VERSION": "4999"}, False),
        ({"TERM_PROGRAM": "vscode", "FORCE_HYPERLINK": "0"}, False),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"TERM": "xterm-kitty"}, True),
        ({"VTE_VERSION": "7600"}, True),
        ({"WT_SESSION": "1"}, True),
        ({"FORCE_HYPERLINK": "1"}, True),
    ],
)
def test_hyperlinks_where_the_terminal_is_known_to_show_them(
    environment: dict[str, str], *, can: bool
) -> None:
    assert can_link(environment) is can


def test_no_color_means_no_control_sequences() -> None:
    assert console({"NO_COLOR": "1"}).color_system is None


def test_tables_count_by_rule_and_by_release() -> None:
    many = [
        finding(b"", rule="rare", since="5.0.0"),
        *(finding(b"", rule="often", severity=Severity.WARNING, since="4.5.0") for _ in range(3)),
    ]
    assert [(one.name, one.total, one.errors, one.manual) for one in by_rule(many, WINDOW)] == [
        ("rare", 1, 1, 1),
        ("often", 3, 0, 3),
    ]
    assert [(one.name, one.total) for one in by_release(many, WINDOW)] == [("4.5.0", 3), ("5.0.0", 1)]
    told = shown(b"", *many)
    assert "Since release" in told
    assert max(map(len, told.splitlines())) <= 80


def test_few_findings_have_no_tables() -> None:
    assert "Since release" not in shown(b"", finding(b""))


def test_what_could_not_be_analysed_is_told_even_quietly() -> None:
    out = io.StringIO()
    on = Console(file=out, width=80, color_system=None)
    Screen(on, quiet=True).report(WINDOW, (), [Unanalysed("a.py", "too large")], lambda path: b"")
    assert out.getvalue() == "a.py could not be analysed: too large\n"


def test_a_difference_on_a_terminal_is_harmless() -> None:
    out = io.StringIO()
    print_difference(Console(file=out, width=20, color_system=None), "--- a/x\n+\x1b[2J" + "x" * 40 + "\n")
    assert out.getvalue() == "--- a/x\n+\\x1b[2J" + "x" * 40 + "\n"


def test_the_text_of_a_pull_request_is_shown_as_it_will_look() -> None:
    out = io.StringIO()
    text = "### Left\n\n- [ ] `a.py:1` \x1b[2J <!-- concertmaster:item,1 -->\n"
    print_markdown(Console(file=out, width=40, color_system=None), text, links=False)
    assert "concertmaster:item" not in out.getvalue()
    assert "\x1b" not in out.getvalue()
    assert "• [ ] a.py:1 \\x1b[2J" in out.getvalue()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text(PIN)
    (tmp_path / "main.py").write_text("from orchestrator.types import SubscriptionLifecycle\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONCERTMASTER_OFFLINE", "1")
    return tmp_path


def test_quiet_plain_lines_are_findings_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--quiet", "--no-cache"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("main.py:1:1: error old-namespace: ")


def test_statistics_are_columns_for_a_pipe(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--statistics", "--no-cache"]) == 1
    table = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert table[0][:4] == ["by", "name", "total", "error"]
    assert table[1][:4] == ["rule", "old-namespace", "1", "1"]
    assert {len(row) for row in table} == {10}


def test_fix_tells_what_it_did_and_nothing_where_quiet(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["fix", "--diff"]) == 0
    assert capsys.readouterr().err == "1 file would change.\n"
    assert run(["fix", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


class Terminal(io.StringIO):
    """A standard output that somebody looks at."""

    def isatty(self) -> bool:
        return True


def looked_at(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> list[str]:
    """What a terminal of 80 columns without colour gets."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    run(list(arguments))
    assert "\x1b" not in screen.getvalue()
    return screen.getvalue().splitlines()


@pytest.mark.parametrize(
    ("arguments", "expected", "marks"),
    [
        (("plan", "--offline"), "Before the new release is deployed", "### "),
        (("explain", "old-namespace"), "+import orchestrator.core.db", "```"),
        (("rules",), "old-namespace", "\t"),
        (("doctor", "--offline"), "→ Write them with `concertmaster init`.", "->"),
        (("upgrade", "--offline"), "What was checked", "### "),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_what_is_markdown_for_a_pipe_is_laid_out_for_a_terminal(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    expected: str,
    marks: str,
) -> None:
    lines = looked_at(monkeypatch, *arguments)
    assert any(expected in line for line in lines)
    assert [line for line in lines if line.startswith(marks)] == []
    assert [line for line in lines if cell_len(line) > 80] == []


@pytest.mark.parametrize("command", [(), ("check",), ("upgrade",), ("fleet",), ("index",)])
def test_help_is_whole_sentences_on_80_columns(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*command, "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert [line for line in lines if line.endswith("...") and "[" not in line] == []
    assert max(map(cell_len, lines)) <= 80


def test_many_repositories_are_a_table_with_whole_names(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["check", "--format", "json"])
    results = project / "results" / "octo-org"
    results.mkdir(parents=True)
    (results / "orchestrator-of-the-network.json").write_text(capsys.readouterr().out)
    lines = looked_at(monkeypatch, "fleet", "report", "results")
    assert lines[0] == "1 repository: 0 at the target"
    shown = "".join(line[:22].strip() for line in lines[3:])
    assert "orchestrator-of-the-network" in shown
    assert [line for line in lines if cell_len(line) > 80 or "|" in line] == []


def test_an_upgrade_that_is_written_says_where_what_is_left_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["upgrade", "--offline"]) == 0
    assert capsys.readouterr().err == "2 files would change; with --write they do.\n"
    assert run(["upgrade", "--offline", "--write", "--target", "5.5.0"]) == 0
    told, plan, check = capsys.readouterr().err.splitlines()
    assert told == "2 files changed; nothing is committed. What is left for a person:"
    assert run(plan.split()[1:]) == 0
    assert "Before the new release is deployed" in capsys.readouterr().out
    assert run(check.split()[1:]) == 0


def test_a_page_is_named_to_somebody_and_not_where_quiet(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["check", "--no-cache", "--report", "page.html"])
    assert capsys.readouterr().err == "The page to open in a browser: page.html\n"
    run(["check", "--no-cache", "--quiet", "--report", "page.html"])
    assert capsys.readouterr().err == ""


def test_a_watch_sees_changed_new_and_removed_files(project: Path) -> None:
    acts: Iterator[Callable[[], object]] = iter(
        (
            lambda: None,
            lambda: os.utime(project / "main.py", (1, 1)),
            lambda: None,  # until the editor is done
            lambda: [(project / name).write_text("x = 1\n") for name in ("new.py", "other.py")],
            lambda: None,
            lambda: (project / "new.py").unlink(),
            lambda: None,
        )
    )

    def pause(seconds: float) -> None:
        next(acts)()

    assert list(islice(changes(project, pause), 4)) == ["", "main.py", "2 files", "new.py"]


def test_a_watch_goes_on_through_errors_until_it_is_stopped(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter((lambda: (project / "pyproject.toml").write_text("[project"), lambda: 0))

    def pause(seconds: float) -> None:
        act = next(looks, None)
        if act is None:
            raise KeyboardInterrupt
        act()

    monkeypatch.setattr(time, "sleep", pause)
    run(["check", "--watch", "--no-cache"])
    told = capsys.readouterr()
    assert "main.py:1:1: error old-namespace" in told.out
    assert told.err.count("waiting for changes") == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands(
    shell: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = {"COMP_WORDS": "concertmaster che", "COMP_CWORD": "che" if shell == "fish" else "1"}
    for name, value in {"_CONCERTMASTER_COMPLETE": f"{shell}_complete", **typed}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["concertmaster"])
    with pytest.raises(SystemExit):
        run()
    assert "check" in capfd.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_a_shell_is_to_read_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--show-completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_CONCERTMASTER_COMPLETE={shell}_complete" in script
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} to read it")
    assert subprocess.run([program, "-n"], input=script, text=True, check=False).returncode == 0


def test_an_unknown_shell_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--show-completion", "csh"]) == 2
    assert "'csh' is not one of 'bash', 'zsh', 'fish'" in capsys.readouterr().err
