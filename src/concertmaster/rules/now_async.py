"""A function of the framework is called without `await` that has become a coroutine.

Descriptions for customers became asynchronous in orchestrator-core 2.3, the endpoints of the REST API and their
helpers in 5.4, where many also need a session. Without `await` nothing happens and nothing fails.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.4/>

```python reported
from orchestrator.core.domain.customer_description import create_subscription_customer_description

create_subscription_customer_description(customer_id, subscription_id, "Line")
```

Calls that are awaited or handed to a loop, and other functions, are left alone:

```python
import asyncio

from network.descriptions import update_subscription_customer_description
from orchestrator.core.api.helpers import add_response_range
from orchestrator.core.domain.customer_description import create_subscription_customer_description


async def describe(customer_id, subscription_id, statement, range_, response, session):
    await create_subscription_customer_description(customer_id, subscription_id, "Line", session)
    task = asyncio.create_task(add_response_range(statement, range_, response, session))
    update_subscription_customer_description(customer_id)
    return task
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("23-07", "54-06"),
    section="5.4#1",
    change=Change(works_from="5.4.0", removed="5.4.0"),
    safety=Safety.MANUAL,
    triggers=(b"customer_description", b"endpoints", b"add_response_range"),
    context=(b"orchestrator",),
)

_DESCRIPTIONS = "orchestrator.core.domain.customer_description"
_ENDPOINTS = "orchestrator.core.api.api_v1.endpoints"
SINCE_2_3 = Change(works_from="2.3.0", removed="2.3.0")
_OLD = """
    create_subscription_customer_description delete_subscription_customer_description_by_customer_subscription
    update_subscription_customer_description
"""
_NEW = """
    mcp_tools.list_recent_processes_endpoint processes.abort_process_endpoint
    processes.continue_awaiting_process_endpoint processes.delete processes.processes_filterable processes.show
    processes.status_counts processes.update_progress_on_awaiting_process_endpoint
    product_blocks.get_product_block_description products.fetch products.product_by_id
    resource_types.get_resource_type_description settings.get_cache_names settings.get_exposed_settings
    settings.get_global_status settings.get_worker_status
    subscription_customer_descriptions.delete_subscription_customer_descriptions
    subscription_customer_descriptions.get_subscription_customer_description_by_customer_subscription
    subscription_customer_descriptions.get_subscription_customer_descriptions
    subscriptions.subscription_set_in_sync subscriptions.subscription_workflows_by_id
    subscriptions.subscriptions_search translations.get_translations user.log_error user.log_user_info
    workflows.get_workflow_description
"""
FUNCTIONS = {
    **{f"{_DESCRIPTIONS}.{name}": ("23-07", SINCE_2_3) for name in _OLD.split()},
    **{f"{_ENDPOINTS}.{name}": ("54-06", rule.change) for name in _NEW.split()},
    f"{_DESCRIPTIONS}.get_customer_description_by_customer_subscription": ("54-06", rule.change),
    "orchestrator.core.api.helpers.add_response_range": ("54-06", rule.change),
}


@rule.on_imported(ast.Call)
def call(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    known = FUNCTIONS.get(file.qualified(node.func) or "")
    if known is None or isinstance(file.parent(node), (ast.Await, ast.Call, ast.keyword)):
        return
    row, change = known
    since = (change.removed or "").removesuffix(".0")
    name = file.text(node.func)
    message = f"`{name}` is a coroutine since {since}: await it, with the session that it may need"
    yield Hit(node, message, rows=(row,), change=change)
