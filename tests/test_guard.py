"""The guard over all tests sees tokens and commands for the runner, in whatever disguise and wherever they are."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.github_server import GitHub, canaries
from tests.github_server.fixtures import Connect
from tests.guard import complaints

TOKEN = canaries.issue("ghs", 1_000)


def test_an_ordinary_log_is_not_complained_of(tmp_path: Path) -> None:
    commands = tmp_path / "file_commands"
    commands.mkdir()
    (commands / "set_output_0").write_text("result<<end-1\nposted\nend-1\n")
    (commands / "set_env_0").touch()
    log = "1 call.\n::error file=a.py::x\n::stop-commands::w0\n::set-output name=a::b\n::w0::\n"
    assert list(complaints([log, "ghs_ is how tokens begin"], [tmp_path])) == []


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: token {TOKEN}",
        TOKEN[::-1],
        TOKEN.encode().hex(),
        encoded(TOKEN),
        encoded(f"{TOKEN}:x-oauth-basic"),
        encoded(f"x-access-token:{TOKEN}"),
        encoded(f"octo-cat:{TOKEN}"),
        base64.urlsafe_b64encode(f"\xff\xfe{TOKEN}\xff".encode()).decode(),
    ],
)
def test_a_token_is_known_in_every_disguise(tmp_path: Path, text: str) -> None:
    (tmp_path / "artifact").write_bytes(b"\0" + text.encode())
    assert len(list(complaints([f"before {text} after"], []))) == 1
    assert len(list(complaints([], [tmp_path]))) == 1


@pytest.mark.parametrize(
    "line", ["::set-output name=a::b", "  ::add-mask::x", "text ##[add-path]/tmp", "::group::x", "::w0::"]
)
def test_a_command_that_nobody_means_is_seen(line: str) -> None:
    assert len(list(complaints([f"before\n{line}\n"], []))) == 1


@pytest.mark.parametrize(
    ("name", "text"), [("set_env_0", "A=b\n"), ("add_path_0", "/tmp\n"), ("set_output_0", "token=x\n")]
)
def test_what_reaches_into_later_steps_is_seen(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "file_commands").mkdir()
    (tmp_path / "file_commands" / name).write_text(text)
    assert len(list(complaints([], [tmp_path]))) == 1


def test_the_local_github_takes_no_token_but_as_authorization(github: GitHub, connect: Connect) -> None:
    github.create_repository("octo-org/network", {"a": "b"})
    repository = connect("octo-org").get_repo("octo-org/network")
    repository.create_issue("Told", f"by {encoded(f'x-access-token:{github.token()}')}")
    assert any("a token where none belongs" in violation for violation in github.take_violations())
