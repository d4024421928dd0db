"""The steps that reading code finds are those that the framework itself counts."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from tools.generated import Unavailable, environment
from tools.generated.environments import interpreter, variables

from concertmaster.project.model import models_of
from concertmaster.versions import Window

pytestmark = [
    pytest.mark.generated,
    pytest.mark.skipif(
        not os.environ.get("CONCERTMASTER_SLOW"), reason="set CONCERTMASTER_SLOW=1 to ask the framework"
    ),
]
RELEASES = ("4.8.2", "5.5.0")
WORKFLOWS = """from orchestrator.core.workflow import (
    StepList, begin, callback_step, conditional, focussteps, inputstep, retrystep, step, step_group, steplens,
)
from orchestrator.core.workflows.steps import resync, unsync
from orchestrator.core.workflows.utils import modify_workflow

FAST = True
PREFIX = "Tell"


@step("Reserve address")
def reserve() -> None: ...


@retrystep("Configure node")
def configure() -> None: ...


@step(f"{PREFIX} customer")
def tell() -> None: ...


def plain() -> None: ...


def maker(kind: str):
    @step(f"Make {kind}")
    def made() -> None: ...

    return made


def both(first, last=tell):
    return begin >> first >> last


def guarded(steps):
    return conditional(lambda state: True)(steps)


maybe = conditional(lambda state: False)
common = configure >> tell if False else begin >> configure >> tell


@modify_workflow()
def chained() -> StepList:
    return begin >> reserve >> configure >> tell


@modify_workflow()
def through_variables() -> StepList:
    steps = begin >> reserve
    if FAST:
        steps = steps >> configure
    else:
        steps = steps >> tell >> tell
    steps >>= tell
    return steps


@modify_workflow()
def through_functions() -> StepList:
    return both(configure) >> both(last=reserve, first=maker("one")) >> maker("two") >> guarded(begin >> tell)


@modify_workflow()
def through_wrappers() -> StepList:
    return (
        begin
        >> maybe(reserve)
        >> conditional(lambda state: True)(begin >> configure >> tell)
        >> focussteps("node")(begin >> reserve >> tell)
        >> steplens(lambda state: state, lambda state: lambda inner: inner)(configure)
        >> step("Made here")(plain)
        >> (begin >> tell if not FAST else begin >> reserve)
    )


@modify_workflow()
def through_groups() -> StepList:
    return (
        begin
        >> unsync
        >> step_group("Build", begin >> configure >> tell)
        >> callback_step("Wait", action_step=reserve, validate_step=tell)
        >> StepList([configure, tell])
        >> common
        >> resync
    )
"""
ASK = """import json, sys
import many
names = [name for name in vars(many) if name.startswith(("chained", "through_"))]
json.dump({name: [step.name for step in getattr(many, name).steps] for name in names}, sys.stdout)
"""


def _before_5(text: str) -> str:
    return text.replace("orchestrator.core.", "orchestrator.").replace("_workflow()", '_workflow("Modify")')


#: What the framework calls its own steps.
TITLES = {"unsync": "Lock subscription", "resync": "Unlock subscription"}


@pytest.mark.parametrize("release", RELEASES)
def test_steps_are_those_of_the_framework(release: str, tmp_path: Path) -> None:
    try:
        place = environment(release)
    except Unavailable as error:
        pytest.skip(f"orchestrator-core {release} cannot be had here: {error}")
    text = WORKFLOWS if release >= "5" else _before_5(WORKFLOWS)
    (tmp_path / "many.py").write_text(text)
    ended = subprocess.run(
        [interpreter(place), "-c", ASK],
        cwd=tmp_path,
        env=variables(place),
        capture_output=True,
        text=True,
        check=True,
    )
    real = json.loads(ended.stdout[ended.stdout.index('{"') :])
    [model] = models_of(("many.py",), {"many.py": text.encode()}.get, Window(release, release))
    assert len(model.functions) == len(real) == 5
    for function in model.functions:
        steps = [TITLES.get(step.name, step.name) for step in model.steps_of(function) or ()]
        counted = real[function.name]
        assert any(counted[index : index + len(steps)] == steps for index in range(len(counted))), (
            steps,
            counted,
        )
