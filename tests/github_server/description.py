"""GitHub's OpenAPI description, cut down to the operations in use, and the checks that it makes possible.

The checks are stricter than the description: a query parameter or a body field that it does not name is a
violation, because GitHub ignores such things silently and a client would never learn that it asked for nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from tests.github_server import packages
from tests.github_server.openapi import close, convert, or_null, trim

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DOCUMENT = "urn:github"
PUBLIC = "api.github.com"
FLAVOURS = (PUBLIC, "ghes-3.17", "ghes-3.19")

# Any call answers so when its repository has a new name; the description says it of a few.
REDIRECTS = (301, 307)

MOST_COMMENTS = 100

# PyGithub asks for pages of every list, also of the few that come whole.
PAGES = ("page", "per_page")

# GitHub answers null here, for outdated comments and deleted forks; the description forgot to say so.
NULL_ALL_THE_SAME = (
    "pull-request-review-comment.position",
    "pull-request-review-comment.line",
    "review-comment.line",
    "pull-request.head.repo",
    "pull-request-simple.head.repo",
    "pull-request-simple.labels[].description",
)


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that GitHub's description does not allow, said by the client or by this server."""

    side: str
    call: str
    message: str

    def __str__(self) -> str:
        return f"{self.side} of {self.call}: {self.message}"


@dataclass
class Description:
    """One flavour of GitHub's REST API, ready to check requests and responses."""

    document: dict[str, Any]
    flavour: str = PUBLIC
    _validators: dict[str, jsonschema_rs.Draft202012Validator] = field(default_factory=dict)
    _registry: Any = None

    def __post_init__(self) -> None:
        self._registry = jsonschema_rs.Registry([(DOCUMENT, {"components": self.document["components"]})])

    def operation(self, method: str, template: str) -> dict[str, Any]:
        found: dict[str, Any] = self.document["paths"][template][method.lower()]
        return found

    def documentation_url(self, method: str, template: str) -> str:
        return str(self.operation(method, template)["externalDocs"]["url"])

    def request_problems(self, method: str, template: str, query: dict[str, str], body: Any) -> Iterator[str]:
        operation = self.operation(method, template)
        yield from self._query_problems(operation, query)
        schema = _json_schema(operation.get("requestBody"))
        if body is None:
            if operation.get("requestBody", {}).get("required"):
                yield "the request body is missing"
        elif schema is None:
            yield "this call takes no request body"
        elif not self._is_label_list(template, body):
            yield from self._problems(f"request {method} {template}", close(schema), body)
            yield from _too_many_comments(template, body)

    def response_problems(self, method: str, template: str, status: int, body: Any) -> Iterator[str]:
        responses = self.operation(method, template)["responses"]
        response = responses.get(str(status))
        if response is None and status in REDIRECTS:
            return
        if response is None and status < 400:
            yield f"the description knows no answer {status}, only {', '.join(responses)}"
            return
        schema = _json_schema(response) or (_SCHEMA_OF_ERRORS if status >= 400 else None)
        if status >= 400 and schema and "oneOf" in schema:
            schema = {"anyOf": schema["oneOf"]}
        if schema is None:
            if body is not None:
                yield f"an answer {status} has no body"
            return
        yield from self._problems(f"response {status} {method} {template}", schema, body)

    def event_problems(self, name: str, payload: Any) -> Iterator[str]:
        """`name` as in the description: `pull-request-opened`, `push`."""
        schema = _json_schema(self.document["x-webhooks"][name]["post"]["requestBody"])
        yield from self._problems(f"event {name}", schema or {}, payload)

    def _query_problems(self, operation: dict[str, Any], query: dict[str, str]) -> Iterator[str]:
        known = {item["name"]: item["schema"] for item in operation["parameters"] if item["in"] == "query"}
        for name, value in query.items():
            if name not in known:
                if name not in PAGES:
                    yield f"unknown query parameter {name!r}"
                continue
            typed = _typed(value, known[name])
            yield from self._problems(f"query {name} {known[name]}", known[name], typed)
            if name == "per_page" and isinstance(typed, int) and typed > 100:
                yield f"per_page is {typed}, but GitHub gives 100 at most"

    @staticmethod
    def _is_label_list(template: str, body: Any) -> bool:
        """Documented in prose only: a bare list of labels does as well."""
        return (
            template.endswith("/labels") and isinstance(body, list) and all(isinstance(x, str) for x in body)
        )

    def _problems(self, key: str, schema: dict[str, Any], instance: Any) -> Iterator[str]:
        if key not in self._validators:
            self._validators[key] = jsonschema_rs.Draft202012Validator(
                schema, registry=self._registry, validate_formats=True
            )
        for error in self._validators[key].iter_errors(instance):
            where = "/".join(map(str, error.instance_path))
            yield f"{where or 'the body'}: {error.message[:400]}"


_SCHEMA_OF_ERRORS = {
    "type": "object",
    "required": ["message", "documentation_url", "status"],
    "properties": {name: {"type": "string"} for name in ("message", "documentation_url", "status")},
}


def _too_many_comments(template: str, body: Any) -> Iterator[str]:
    """GitHub documents no bound; users report this one."""
    comments = body.get("comments") if template.endswith("/reviews") and isinstance(body, dict) else None
    if isinstance(comments, list) and len(comments) > MOST_COMMENTS:
        yield f"a review of {len(comments)} comments, more than {MOST_COMMENTS}"


def _json_schema(holder: dict[str, Any] | None) -> dict[str, Any] | None:
    content = (holder or {}).get("content", {})
    chosen = content.get("application/json")
    return chosen["schema"] if chosen else None


def _typed(value: str, schema: dict[str, Any]) -> Any:
    if schema.get("type") == "integer" and value.lstrip("-").isdigit():
        return int(value)
    if schema.get("type") == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def load(flavour: str, operations: Iterable[tuple[str, str]], events: Iterable[str]) -> Description:
    """The description of one flavour; the cut is made once and kept."""
    wanted = sorted(operations), sorted(events)
    recipe = json.dumps([packages.OPENAPI, flavour, wanted, NULL_ALL_THE_SAME, 1])
    name = f"{flavour}-{hashlib.sha256(recipe.encode()).hexdigest()[:16]}.json"
    kept = packages.cache_folder() / name
    if not kept.exists():
        whole = packages.json_member(packages.OPENAPI, f"generated/{flavour}.json")
        cut = convert(trim(whole, *wanted))
        for place in NULL_ALL_THE_SAME:
            _allow_null(cut["components"]["schemas"], place)
        packages.replace_atomically(kept, json.dumps(cut).encode())
    return Description(json.loads(kept.read_text(encoding="utf-8")), flavour)


def _allow_null(schemas: dict[str, Any], place: str) -> None:
    name, *fields, last = place.replace("[]", ".[]").split(".")
    schema = schemas.get(name, {"properties": {}})
    for field_name in fields:
        schema = (
            schema["items"]
            if field_name == "[]"
            else schema["properties"].get(field_name, {"properties": {}})
        )
    if last in schema["properties"]:
        schema["properties"][last] = or_null(schema["properties"][last])
