"""What a review says of workflows whose steps change, and of those whose steps only seem to."""

from __future__ import annotations

import re

import pytest

from concertmaster.documentation import documentation
from concertmaster.findings import Finding, Severity
from concertmaster.project.files import MemoryTree, UnreadableFileError
from concertmaster.reviewing import judge_pull_request
from concertmaster.rule import load_rules

PYPROJECT = '[project]\nname = "network"\ndependencies = ["orchestrator-core==5.5.0"]\n'
STEPS = """from orchestrator.core.workflow import (
    StepList, begin, callback_step, conditional, done, focussteps, init, inputstep, retrystep, step, step_group,
)
from orchestrator.core.workflows.utils import create_workflow, modify_workflow


@step("Reserve address")
def reserve(): return {"reserved": True}


@retrystep("Configure node")
def configure(): return {"configured": True}


@step("Tell customer")
def tell(): return {"told": True}


@inputstep("Confirm", assignee="SYSTEM")
def confirm(): return None
"""
PREAMBLE = f"{STEPS}\n\n"
PLAIN = "return begin >> configure >> tell"
WITH = "return begin >> reserve >> configure >> tell"


def workflow(
    body: str, *, steps: str = STEPS, more: str = "", decorator: str = "@modify_workflow()"
) -> dict[str, str]:
    inner = "\n    ".join(body.splitlines())
    text = f"{steps}\n\n{more}\n\n{decorator}\ndef modify_node() -> StepList:\n    {inner}\n"
    return {"pyproject.toml": PYPROJECT, "workflows/node.py": text}


def told(before: dict[str, str], after: dict[str, str]) -> tuple[Finding, ...]:
    head, base = (MemoryTree({path: text.encode() for path, text in one.items()}) for one in (after, before))
    changed = [path for path in after if after[path] != before.get(path)]
    found = judge_pull_request(head, base, changed).report.findings
    return tuple(one for one in found if one.rule == "changed-step-list")


MOVED = {
    "pyproject.toml": PYPROJECT,
    "workflows/node.py": "from workflows.steps import begin, configure, modify_workflow, tell\n\n\n"
    "@modify_workflow()\ndef modify_node():\n    return begin >> configure >> tell\n",
    "workflows/steps.py": STEPS,
}
ALIKE: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "nothing changes": (workflow(PLAIN), workflow(PLAIN)),
    "a comment and other lines": (
        workflow(PLAIN),
        workflow("# soon more\nreturn (\n    begin\n    >> configure\n    >> tell\n)"),
    ),
    "through a variable": (
        workflow(PLAIN),
        workflow("steps = begin >> configure\nsteps = steps >> tell\nreturn steps"),
    ),
    "through an assignment that adds": (
        workflow(PLAIN),
        workflow("steps = begin >> configure\nsteps >>= tell\nreturn steps"),
    ),
    "through a list of the module": (
        workflow(PLAIN),
        workflow("return begin >> common", more="common = configure >> tell"),
    ),
    "through a function": (
        workflow(PLAIN),
        workflow(
            "return common(configure)",
            more="def common(first, last=tell):\n    return begin >> first >> last",
        ),
    ),
    "steps move to another module": (workflow(PLAIN), MOVED),
    "a step's code changes": (
        workflow(PLAIN),
        workflow(PLAIN, steps=STEPS.replace('"told": True', '"told": 1')),
    ),
    "a function has another name": (
        workflow(PLAIN),
        workflow(PLAIN.replace("tell", "inform"), steps=STEPS.replace("def tell", "def inform")),
    ),
    "a workflow is new": ({"pyproject.toml": PYPROJECT}, workflow(PLAIN)),
    "a workflow is gone": (workflow(PLAIN), {"pyproject.toml": PYPROJECT, "workflows/node.py": STEPS}),
    "steps become conditional": (
        workflow(PLAIN),
        workflow("return begin >> configure >> conditional(lambda state: state['told'])(tell)"),
    ),
    "steps see a part of the state": (
        workflow(PLAIN),
        workflow('return begin >> configure >> focussteps("node")(tell)'),
    ),
    "a name of what is not known": (
        workflow("return begin >> steps_of(kind) >> tell"),
        workflow("return begin >> steps_for(kind) >> tell"),
    ),
    "a loop that is not followed": (
        workflow("steps = begin\nfor one in found():\n    steps = steps >> one\nreturn steps"),
        workflow("steps = begin\nfor one in searched():\n    steps = steps >> one\nreturn steps"),
    ),
    "ways that are not followed": (
        workflow("match KIND:\n    case 1:\n        return begin >> configure\nreturn begin >> tell"),
        workflow("match KIND:\n    case 2:\n        return begin >> tell\nreturn begin >> reserve >> tell"),
    ),
    "another condition": (
        workflow("steps = begin >> configure\nif slow():\n    steps = steps >> tell\nreturn steps"),
        workflow("if slow():\n    return begin >> configure >> tell\nreturn begin >> configure"),
    ),
    "a list instead of a chain": (workflow(PLAIN), workflow("return StepList([configure, tell])")),
    "steps are made in place": (
        workflow(PLAIN),
        workflow('return begin >> configure >> step("Tell customer")(tell)'),
    ),
    "an argument that is not used for steps": (
        workflow("return begin >> configure >> tell", decorator='@modify_workflow("Old")'),
        workflow("return begin >> configure >> tell", decorator='@modify_workflow("New")'),
    ),
}


@pytest.mark.parametrize("name", ALIKE)
def test_what_leaves_the_steps_alone_is_left_alone(name: str) -> None:
    assert told(*ALIKE[name]) == ()


GROUP = 'return begin >> step_group("Build", begin >> configure >> tell)'
CHANGES: dict[str, tuple[dict[str, str], dict[str, str], str, tuple[str, ...]]] = {
    "a step is added": (workflow(PLAIN), workflow(WITH), "has done `Configure node`", ("+Reserve address",)),
    "a step is removed": (
        workflow(WITH),
        workflow(PLAIN),
        "has done `Reserve address`",
        ("-Reserve address",),
    ),
    "the last step is removed": (
        workflow(PLAIN),
        workflow("return begin >> configure"),
        "has done `Tell customer`",
        ("-Tell customer",),
    ),
    "a step is added at the end": (
        workflow("return begin >> configure"),
        workflow(PLAIN),
        "has done all of these steps",
        ("+Tell customer",),
    ),
    "steps change places": (
        workflow(WITH),
        workflow("return begin >> configure >> reserve >> tell"),
        "leaves steps out and does others again",
        ("+Configure node", "-Configure node"),
    ),
    "a step takes the place of another": (
        workflow(WITH),
        workflow("return begin >> confirm >> configure >> tell"),
        "never does what stands there now",
        ("-Reserve address", "+Confirm"),
    ),
    "a step in a list of the module": (
        workflow("return begin >> common", more="common = configure >> tell"),
        workflow("return begin >> common", more="common = configure >> confirm >> tell"),
        "The steps of `modify_node` change",
        ("+Confirm",),
    ),
    "a step in a function": (
        workflow("return common()", more="def common():\n    return begin >> configure >> tell"),
        workflow("return common()", more="def common():\n    return begin >> reserve >> configure >> tell"),
        "has done `Configure node`",
        ("+Reserve address",),
    ),
    "a step that the decorator adds": (
        workflow(PLAIN),
        workflow(PLAIN, decorator="@modify_workflow(additional_steps=begin >> confirm)"),
        "has done all of these steps",
        ("+Confirm",),
    ),
    "a step on a condition": (
        workflow(PLAIN),
        workflow(
            "steps = begin >> configure\nif slow():\n    steps = steps >> reserve\nreturn steps >> tell"
        ),
        "has done `Tell customer`",
        ("+Reserve address (if slow())",),
    ),
    "a step is no longer on a condition": (
        workflow(
            "steps = begin >> configure\nif slow():\n    steps = steps >> reserve\nreturn steps >> tell"
        ),
        workflow("return begin >> configure >> reserve >> tell"),
        "has done `Reserve address`",
        ("-Reserve address (if slow())", "+Reserve address"),
    ),
    "a step of a module in a folder": (
        workflow("return begin >> more.confirmed", more="from workflows import more")
        | {"workflows/more.py": STEPS + "\n\n@step('Confirmed')\ndef confirmed(): ...\n"},
        workflow("return begin >> more.confirmed >> more.tell", more="from workflows import more")
        | {"workflows/more.py": STEPS + "\n\n@step('Confirmed')\ndef confirmed(): ...\n"},
        "has done all of these steps",
        ("+Tell customer",),
    ),
    "a name in an expression": (
        workflow("return (steps := begin >> configure)"),
        workflow("return (steps := begin >> reserve >> configure)"),
        "has done `Configure node`",
        ("+Reserve address",),
    ),
    "a step of one way": (
        workflow(PLAIN),
        workflow("return (begin >> reserve >> configure if slow() else begin >> configure) >> tell"),
        "has done `Configure node`",
        ("+Reserve address (if slow())",),
    ),
    "a conditional step": (
        workflow(PLAIN),
        workflow("return begin >> conditional(lambda state: False)(reserve >> confirm) >> configure >> tell"),
        "has done `Configure node`",
        ("+Reserve address (conditional)", "+Confirm (conditional)"),
    ),
    "a conditional step by a name": (
        workflow(PLAIN),
        workflow(
            "return begin >> maybe(reserve) >> configure >> tell",
            more="maybe = conditional(lambda state: False)",
        ),
        "has done `Configure node`",
        ("+Reserve address (conditional)",),
    ),
    "a step of the framework": (
        workflow("return init >> configure >> done"),
        workflow("return init >> configure >> tell >> done"),
        "has done `Done`",
        ("+Tell customer",),
    ),
    "a group": (
        workflow(PLAIN),
        workflow(GROUP),
        "has done `Configure node`",
        ("-Configure node", "-Tell customer", "+Build", "+  Configure node", "+  Tell customer"),
    ),
    "a step in a group": (
        workflow(GROUP),
        workflow(GROUP.replace("configure", "configure >> reserve")),
        "The steps in the group `Build` of `modify_node` change",
        ("+Reserve address",),
    ),
    "a name in a group": (
        workflow(GROUP),
        workflow(GROUP, steps=STEPS.replace("Configure node", "Set node up")),
        "would not find it",
        ("-Configure node", "+Set node up"),
    ),
    "a step of a callback": (
        workflow('return begin >> callback_step("Wait", configure, tell)'),
        workflow('return begin >> callback_step(name="Wait", action_step=configure, validate_step=confirm)'),
        "The steps in the group `Wait`",
        ("-Tell customer", "+Confirm"),
    ),
    "a function that makes a step": (
        workflow(
            "return begin >> made('a')",
            more="def made(kind):\n    @step(f'Make {kind}')\n    def inner(): ...\n    return inner",
        ),
        workflow(
            "return begin >> made('a') >> made('b')",
            more="def made(kind):\n    @step(f'Make {kind}')\n    def inner(): ...\n    return inner",
        ),
        "has done all of these steps",
        ("+Make b",),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_with_the_steps_before_and_after(name: str) -> None:
    before, after, words, lines = CHANGES[name]
    [finding] = told(before, after)
    assert finding.severity is Severity.WARNING
    assert words in finding.message
    assert tuple(line for line in finding.difference if line[0] in "+-") == lines


def test_a_step_with_another_name_is_only_noted() -> None:
    [finding] = told(workflow(PLAIN), workflow(PLAIN, steps=STEPS.replace("Configure node", "Set node up")))
    assert finding.severity is Severity.NOTICE
    assert (
        workflow(PLAIN, steps=STEPS)["workflows/node.py"].splitlines()[finding.line - 1]
        == 'def configure(): return {"configured": True}'
    )


def test_the_documentation_shows_a_change_and_none() -> None:
    [rule] = [one for one in load_rules() if one.comparisons]
    fences = re.findall(r"~~~diff\n(.*?)~~~", documentation(rule.module).body, re.DOTALL)
    sides = [
        [
            PREAMBLE + "".join(line[1:] for line in fence.splitlines(keepends=True) if line[0] != other)
            for other in "+-"
        ]
        for fence in fences
    ]
    found = [
        told(*({"pyproject.toml": PYPROJECT, "workflows/node.py": text} for text in texts)) for texts in sides
    ]
    assert [len(one) for one in found] == [1, 0]


def test_a_list_that_several_workflows_share_is_told_once() -> None:
    def shared(common: str) -> dict[str, str]:
        files = workflow("return begin >> common", more=f"common = {common}")
        files["workflows/port.py"] = (
            "from orchestrator.core.workflow import begin\n"
            "from orchestrator.core.workflows.utils import modify_workflow\n\n"
            "from workflows.node import common\n\n\n"
            "@modify_workflow()\ndef modify_port():\n    return begin >> common\n"
        )
        return files

    [finding] = told(shared("configure >> tell"), shared("configure >> confirm >> tell"))
    assert "`modify_node` and `modify_port`" in finding.message
    assert finding.path == "workflows/node.py"


def test_a_comment_says_that_processes_have_ended() -> None:
    after = workflow(WITH + "  # concertmaster: ignore[changed-step-list] none is under way")
    assert told(workflow(PLAIN), after) == ()


def test_the_place_is_the_new_step() -> None:
    after = workflow("return (\n    begin\n    >> reserve\n    >> configure\n    >> tell\n)")
    [finding] = told(workflow(PLAIN), after)
    assert after["workflows/node.py"].splitlines()[finding.line - 1].strip() == ">> reserve"


@pytest.mark.parametrize(
    "body",
    [
        "a0 = configure >> configure\n"
        + "".join(f"a{n + 1} = a{n} >> a{n}\n" for n in range(40))
        + "return a40",
        "".join(f"if f{n}():\n    x = begin\n" for n in range(60)) + "return begin >> configure",
        "return begin" + " >> configure" * 3_000,
    ],
)
def test_hostile_lists_end(body: str) -> None:
    assert told(workflow(body), workflow(body.replace("begin", "begin >> reserve"))) is not None


def test_a_function_that_calls_itself_ends() -> None:
    again = "def again():\n    return begin >> configure >> again()"
    assert (
        told(workflow("return again()", more=again), workflow("return again() >> tell", more=again))
        is not None
    )


class Partly(MemoryTree, frozen=True):
    """A tree of which one file cannot be had."""

    def read(self, path: str) -> bytes:
        if path == "workflows/node.py":
            raise UnreadableFileError("not to be had")
        return super().read(path)


def test_where_the_base_cannot_be_read_that_is_said() -> None:
    head, base = (
        {path: text.encode() for path, text in one.items()} for one in (workflow(WITH), workflow(PLAIN))
    )
    report = judge_pull_request(MemoryTree(head), Partly(base), ["workflows/node.py"]).report
    assert report.findings == ()
    assert "could not compare" in report.unread
    assert judge_pull_request(MemoryTree(head), MemoryTree(base), ["workflows/node.py"]).report.unread == ""
