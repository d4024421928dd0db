"""GitHub's GraphQL API: its own schema validates every query, then resolves it over the same state as REST."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from tests.github_server import graphql_mutations, graphql_nodes, packages, permissions
from tests.github_server.calls import Refusal, Reply
from tests.github_server.description import PUBLIC
from tests.github_server.graphql_base import Context, Failure, connection, no_node

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.github_server.calls import Request
    from tests.github_server.hub import Hub
    from tests.github_server.state import Json, Token

DOCUMENTATION = "https://docs.github.com/graphql"
CLIENT_FAULTS = ("MISSING_PAGINATION_BOUNDARIES", "EXCESSIVE_PAGINATION")


@cache
def schema(package: str = packages.GRAPHQL_SCHEMA) -> GraphQLSchema:
    return build_schema(packages.text_member(package, packages.GRAPHQL_MEMBER), assume_valid=True)


def _invalid(document: DocumentNode, flavour: str) -> list[GraphQLError]:
    """What the schema does not allow; none is published for an Enterprise Server, so two bracket it."""
    older = [] if flavour == PUBLIC else validate(schema(packages.OLD_GRAPHQL_SCHEMA), document)
    return [*validate(schema(), document), *older]


def answer(hub: Hub, request: Request, token: Token | None, flavour: str = PUBLIC) -> tuple[Reply, list[str]]:
    """The answer and what was wrong with the query, if it was the query."""
    if token is None:
        return Refusal(401, "This endpoint requires you to be authenticated.").reply(
            "https://docs.github.com/graphql"
        ), []
    body = request.json or {}
    try:
        document = parse(body.get("query", ""))
    except GraphQLSyntaxError as error:
        return _errors([error], None), [str(error)]
    if wrong := _invalid(document, flavour):
        return _errors(wrong, None), [error.message for error in wrong]
    context = Context(hub, token)
    root = _queries(context) | graphql_mutations.root(context)
    variables: Json = body.get("variables") or {}
    result = execute_sync(
        schema(), document, root, variable_values=variables, operation_name=body.get("operationName")
    )
    if not result.errors:
        return Reply(200, {"data": result.data}), []
    return _errors(result.errors, result.data), [e.message for e in result.errors if _is_client_fault(e)]


def _is_client_fault(error: GraphQLError) -> bool:
    original = error.original_error
    return original is None or (isinstance(original, Failure) and original.kind in CLIENT_FAULTS)


def _errors(errors: Iterable[GraphQLError], data: Any) -> Reply:
    """GitHub answers 200 all the same."""
    return Reply(200, {"data": data, "errors": [_formatted(error) for error in errors]})


def _formatted(error: GraphQLError) -> Json:
    shape: Json = dict(error.formatted)
    original = error.original_error
    if isinstance(original, Failure):
        shape = {"type": original.kind} | shape
    elif isinstance(original, Refusal):
        shape = {"type": "FORBIDDEN" if original.status == 403 else "UNPROCESSABLE"} | shape
    elif original is not None:
        raise original
    return shape


def _queries(context: Context) -> Json:
    def named(_info: Any, owner: str, name: str, **_: Any) -> Json:
        try:
            return graphql_nodes.repository(
                context, context.hub.visible_repository(owner, name, context.token)
            )
        except Refusal:
            message = f"Could not resolve to a Repository with the name '{owner}/{name}'."
            raise Failure("NOT_FOUND", message) from None

    def node(_info: Any, **arguments: str) -> Json:
        found = graphql_nodes.of_node(context, context.hub.nodes.get(arguments["id"]))
        if found is None:
            raise no_node(arguments["id"])
        return found

    viewer = graphql_nodes.actor(context, context.token.user) | {
        "__typename": "User",
        "login": context.token.user.login,
    }

    def owner(_info: Any, login: str, **_: Any) -> Json | None:
        owned = [repo for repo in context.hub.repositories.values() if repo.owner.login == login]
        seen = [repo for repo in owned if not repo.private or permissions.may_see(repo, context.token)]
        ordered = sorted(seen, key=lambda repo: (repo.created_at, repo.id))
        listed = connection(lambda: ordered, lambda repo: graphql_nodes.repository(context, repo))
        return {"__typename": "Organization", "login": login, "repositories": listed} if owned else None

    limit: Json = {"limit": 5000, "cost": 1, "remaining": 4999, "used": 1, "nodeCount": 1}
    limit["resetAt"] = "2026-01-01T01:00:00Z"
    return {
        "repository": named,
        "node": node,
        "repositoryOwner": owner,
        "viewer": viewer,
        "rateLimit": limit,
    }
