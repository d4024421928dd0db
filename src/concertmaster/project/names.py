"""The framework's names: one spelling for `orchestrator.X` of before 5.0 and `orchestrator.core.X` of since."""

from __future__ import annotations

#: Top-level modules that orchestrator-core itself shipped in any release up to 5.x (guard rule G-02);
#: any other segment after `orchestrator.` is a namespace sibling such as `orchestrator.optical`.
CORE_MODULES = frozenset(
    """
    agent_tags agentic_app api app cli config db devtools distlock domain exception_handlers forms graphql
    llm_settings log_config mcp metrics migrations schedules schemas search security services settings
    targets types utils version websocket workflow workflows
    """.split()
)
#: What `orchestrator/__init__.py` exported before 5.0, and `orchestrator.core` since, by the place of definition.
ROOT_EXPORTS = {
    "OrchestratorCore": "app.OrchestratorCore",
    "app_settings": "settings.app_settings",
    "llm_settings": "llm_settings.llm_settings",
    "begin": "workflow.begin",
    "conditional": "workflow.conditional",
    "done": "workflow.done",
    "focussteps": "workflow.focussteps",
    "inputstep": "workflow.inputstep",
    "retrystep": "workflow.retrystep",
    "step": "workflow.step",
    "steplens": "workflow.steplens",
    "workflow": "workflow.workflow",
}
CORE_ATTRIBUTES = frozenset(ROOT_EXPORTS) | {"__version__", "__file__", "__path__"}
ROOT = "orchestrator"
CORE = "orchestrator.core"


def is_core_segment(segment: str) -> bool:
    """Whether `orchestrator.<segment>` belonged to the framework before 5.0."""
    return segment in CORE_MODULES or segment in CORE_ATTRIBUTES


def is_framework(name: str) -> bool:
    """Whether a name is the framework's in the layout of 5.0 and later, which is also the canonical one."""
    return name == CORE or name.startswith(f"{CORE}.")


def canonical(dotted: str, *, module: bool = False) -> str:
    """The spelling of 5.0 and later for a dotted name; names that are not the framework's stay as they are.

    `orchestrator.workflow` is both a module and a function that the package exports: `module` decides.
    """
    root, _, rest = dotted.partition(".")
    if root != ROOT:
        return dotted
    first = rest.partition(".")[0]
    if not rest:
        return CORE
    if first != "core" and not is_core_segment(first):
        return dotted
    inner = rest.removeprefix("core").removeprefix(".") if first == "core" else rest
    if not inner:
        return CORE
    return f"{CORE}.{inner if module else ROOT_EXPORTS.get(inner, inner)}"


def old_spelling(name: str) -> str:
    """`orchestrator.X` for the canonical `orchestrator.core.X`."""
    return ROOT + name.removeprefix(CORE)
