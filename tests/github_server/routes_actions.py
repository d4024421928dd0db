"""What a repository lets Actions do; only who administers it may ask."""

from __future__ import annotations

from tests.github_server.calls import Call, Reply, forbidden, route
from tests.github_server.permissions import role_of
from tests.github_server.routes_repository import REPO


def _administrators_only(call: Call) -> None:
    token = call.token
    if token is None or not (
        token.allows("administration", "read")
        if token.is_app
        else role_of(call.repository, token.user) == "admin"
    ):
        raise forbidden()


@route("GET", REPO + "/actions/permissions")
def get_permissions(call: Call) -> Reply:
    _administrators_only(call)
    enabled = call.repository.actions_enabled
    return Reply(200, {"enabled": enabled, "sha_pinning_required": False})


@route("GET", REPO + "/actions/permissions/workflow")
def get_workflow_permissions(call: Call) -> Reply:
    _administrators_only(call)
    allowed = call.repository.actions_may_open_pull_requests
    return Reply(200, {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": allowed})
