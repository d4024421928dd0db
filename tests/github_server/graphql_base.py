"""What every GraphQL object here is made with: who asks, errors, lists in pages, parts made on demand."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.github_server.hub import Hub
    from tests.github_server.state import Json, Token

LARGEST_PAGE = 100


class Failure(Exception):
    """An error of the kind that GitHub puts beside the data."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def no_node(node_id: str) -> Failure:
    return Failure("NOT_FOUND", f"Could not resolve to a node with the global id of '{node_id}'")


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, and where."""

    hub: Hub
    token: Token


def lazy(make: Callable[[], Any]) -> Callable[..., Any]:
    return lambda _info, **_arguments: make()


def connection(items: Callable[[], Sequence[Any]], shape: Callable[[Any], Any]) -> Callable[..., Json]:
    """A page of a list, by `first`/`after` or `last`/`before`; without a size GitHub refuses."""

    def resolve(info: Any, **arguments: Any) -> Json:
        found = items()
        chosen = _chosen(info.field_name, len(found), arguments)
        nodes = [shape(found[index]) for index in chosen]
        edges = [{"node": node, "cursor": _cursor(i + 1)} for node, i in zip(nodes, chosen, strict=True)]
        page = {
            "hasNextPage": chosen.stop < len(found),
            "hasPreviousPage": chosen.start > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        }
        return {"nodes": nodes, "edges": edges, "totalCount": len(found), "pageInfo": page}

    return resolve


def _chosen(name: str, total: int, arguments: dict[str, Any]) -> range:
    first, last = arguments.get("first"), arguments.get("last")
    size = first if first is not None else last
    if size is None:
        message = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
        raise Failure("MISSING_PAGINATION_BOUNDARIES", message)
    if size > LARGEST_PAGE:
        message = f"Requesting {size} records on the `{name}` connection exceeds the limit of 100 records."
        raise Failure("EXCESSIVE_PAGINATION", message)
    start = _place(arguments["after"]) if arguments.get("after") else 0
    stop = _place(arguments["before"]) - 1 if arguments.get("before") else total
    if first is not None:
        return range(start, max(start, min(start + size, stop)))
    return range(max(start, stop - size), max(start, stop))


def _cursor(place: int) -> str:
    return base64.b64encode(f"cursor:v2:{place}".encode()).decode()


def _place(cursor: str) -> int:
    return int(base64.b64decode(cursor).decode().rpartition(":")[2])
