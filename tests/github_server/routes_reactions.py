"""Reactions to issues, issue comments and review comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server import payloads
from tests.github_server.calls import Call, Reply, not_found, route
from tests.github_server.routes_issues import COMMENT, ISSUE, READ, WRITE, find_comment
from tests.github_server.routes_reviews import COMMENT as REVIEW_COMMENT
from tests.github_server.routes_reviews import find_review_comment
from tests.github_server.state import Reaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.github_server.state import Comment

TARGETS: dict[str, Callable[[Call], Comment]] = {
    ISSUE: lambda call: call.issue,
    COMMENT: find_comment,
    REVIEW_COMMENT: find_review_comment,
}


def _add(call: Call, target: Comment) -> Reply:
    """A second reaction of the same kind gives the first one back."""
    content = call.body["content"]
    for given in target.reactions:
        if given.user is call.user and given.content == content:
            return Reply(200, payloads.reaction(call.hub.urls, given))
    given = Reaction(*call.hub.identity("REA"), call.user, content, call.hub.clock.tick())
    target.reactions.append(given)
    return Reply(201, payloads.reaction(call.hub.urls, given))


def _list(call: Call, target: Comment) -> Reply:
    content = call.query.get("content")
    found = [item for item in target.reactions if content in (None, item.content)]
    return call.page(found, lambda item: payloads.reaction(call.hub.urls, item))


def _remove(call: Call, target: Comment) -> Reply:
    wanted = call.number("reaction_id")
    given = next((item for item in target.reactions if item.id == wanted), None)
    if given is None:
        raise not_found()
    target.reactions.remove(given)
    return Reply(204)


def _register(template: str, find: Callable[[Call], Comment]) -> None:
    route("GET", template + "/reactions", *READ)(lambda call: _list(call, find(call)))
    route("POST", template + "/reactions", *WRITE)(lambda call: _add(call, find(call)))
    route("DELETE", template + "/reactions/{reaction_id}", *WRITE)(lambda call: _remove(call, find(call)))


for _template, _find in TARGETS.items():
    _register(_template, _find)
