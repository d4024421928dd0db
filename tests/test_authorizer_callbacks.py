"""Callbacks change twice on the way to 5.0: into coroutines, then to another argument."""

from __future__ import annotations

import pytest

from concertmaster.engine import analyse_python
from concertmaster.project.python import Surroundings
from concertmaster.rules import authorizer_call, authorizer_callback
from concertmaster.versions import Mode, Window

RULES = [authorizer_callback.rule, authorizer_call.rule]
USE = "\n\n@workflow(authorize_callback=check)\ndef sync(): ...\n"


def rewritten(text: str, window: Window) -> str | None:
    source = f"from orchestrator.workflow import workflow\n\n\n{text}{USE}"
    result = analyse_python("example.py", source.encode(), Surroundings(window), RULES, unsafe=True)
    assert result.unanalysed is None
    return (
        None
        if result.rewritten is None
        else result.rewritten.decode().partition("\n\n\n")[2].removesuffix(USE)
    )


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("def check(user):\n    return user", Window("4.1.0", "4.6.5")),
        ("async def check(user):\n    return user", Window("4.6.5", "4.8.2")),
        ("async def check(user):\n    return user", Window("4.8.2", "5.5.0", Mode.REVIEW)),
        ("async def check(context):\n    return context.user", Window("4.8.2", "5.5.0")),
        ("async def check(user):\n    return user", Window("5.1.0", "5.5.0", Mode.REVIEW)),
    ],
    ids=["before both", "coroutine already", "not yet", "context already", "written for 5"],
)
def test_a_callback_of_its_time_stays(text: str, window: Window) -> None:
    assert rewritten(text, window) is None


def test_on_the_way_to_4_7_it_becomes_a_coroutine() -> None:
    text = "def check(user):\n    return user.active"
    assert rewritten(text, Window("4.1.0", "4.8.2")) == f"async {text}"


def test_a_plain_function_on_a_context_becomes_a_coroutine() -> None:
    text = 'def check(context: "AuthContext | None"):\n    return context.user'
    assert rewritten(text, Window("4.8.2", "5.5.0")) == f"async {text}"


def test_a_callback_that_asks_another_passes_the_context_on() -> None:
    text = "async def check(user):\n    return await get_authorizers().authorize_callback(user)"
    new = "async def check(context: AuthContext):\n    return await get_authorizers().authorize_callback(context)"
    assert rewritten(text, Window("4.8.2", "5.5.0")) == new
