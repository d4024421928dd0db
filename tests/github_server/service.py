"""From a request to an answer: who speaks, which route, what they may, and what the description says of both."""

from __future__ import annotations

import json
import pkgutil
import re
import time
import traceback
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from tests.github_server import archive, canaries, graphql, permissions
from tests.github_server.calls import ROUTES, Call, Refusal, Reply, Request, Route
from tests.github_server.description import Violation
from tests.github_server.faults import Faults, Reset
from tests.github_server.journal import Exchange, Journal

if TYPE_CHECKING:
    from tests.github_server.description import Description
    from tests.github_server.hub import Hub
    from tests.github_server.state import Token

GENERAL = "https://docs.github.com/rest"
DOCUMENTED = re.compile(r"\{\w+\}")


for found in pkgutil.iter_modules([str(Path(__file__).parent)], "tests.github_server."):
    if found.name.rpartition(".")[2].startswith("routes_"):
        import_module(found.name)


# Where GitHub sends a client that knows a repository by a former name.
BY_ID = re.compile(r"^/repositories/(\d+)(?=/|$)")

# An address from before the API was described, which still works and which PyGithub still uses.
OLD_STATUSES = re.compile(r"^(/repos/[^/]+/[^/]+)/statuses/([^/]+)$")


def by_precision(route: Route) -> tuple[int, int]:
    """Longest fixed part first, so that `{ref}/check-runs` is tried before `{ref}`."""
    return -len(DOCUMENTED.sub("", route.template)), len(route.template)


@dataclass
class Service:
    """One GitHub behind its API."""

    hub: Hub
    description: Description
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    violations: list[Violation] = field(default_factory=list)
    lock: Any = field(default_factory=RLock)

    def __post_init__(self) -> None:
        self.routes = sorted(ROUTES, key=by_precision)

    @property
    def prefix(self) -> str:
        """Where the API begins: an Enterprise Server has it below its pages."""
        return self.hub.urls.api.removeprefix(self.hub.urls.web)

    def answer(self, request: Request) -> tuple[Reply, bool]:
        """The answer and whether to cut it short; raises Reset."""
        done: list[Reply] = []

        def carry_out() -> Reply:
            with self.lock:
                try:
                    done.append(self._carry_out(request))
                except Exception:
                    self._violated("server", request, traceback.format_exc())
                    done.append(Refusal(500, "Server Error").reply(GENERAL))
            return done[0]

        try:
            reply, cut = self.faults.wrap(request, carry_out)
        except Reset:
            self._note(request, None, carried_out=bool(done))
            raise
        self._note(request, reply.status, carried_out=bool(done))
        return reply, cut

    def _note(self, request: Request, status: int | None, *, carried_out: bool) -> None:
        hidden = {name: value for name, value in request.headers.items() if name != "authorization"}
        said: tuple[str | bytes, ...] = (request.target, request.data, *hidden.values())
        for text in said:
            for form in canaries.found(text):
                self._violated("request", request, f"a token where none belongs: {form}")
        body = _json_or_none(request)
        path = request.path.removeprefix(self.prefix)
        exchange = Exchange(request.method, path, request.query, hidden, body, status, carried_out)
        self.journal.exchanges.append(exchange)

    def _carry_out(self, request: Request) -> Reply:
        try:
            token = self._token(request)
        except Refusal as refusal:
            return refusal.reply(GENERAL)
        if request.path == self.hub.urls.graphql_path and request.method == "POST":
            reply, problems = graphql.answer(self.hub, request, token, self.description.flavour)
            for problem in problems:
                self._violated("request", request, problem)
            return reply
        if found := archive.PATH.fullmatch(request.path):
            if "authorization" in request.headers:
                self._violated("request", request, "a token where none belongs")
            return archive.answer(self.hub, request.query.get("token"), *found.groups())
        if request.path.startswith(f"{self.prefix}/"):
            return self._rest(request, token)
        self._violated("request", request, "no such page on this server")
        return Reply(404, b"Not Found", {"Content-Type": "text/plain"})

    def _token(self, request: Request) -> Token | None:
        header = request.headers.get("authorization")
        if header is None:
            return None
        token = self.hub.tokens.get(header.partition(" ")[2])
        if token is None:
            raise Refusal(401, "Bad credentials")
        return token

    def _rest(self, request: Request, token: Token | None) -> Reply:
        path = self._described_path(request)
        found = ((route, route.match(request.method, path)) for route in self.routes)
        route, arguments = next(((r, a) for r, a in found if a is not None), (None, None))
        if route is None or arguments is None:
            self._violated("request", request, "this server knows no such call")
            return Refusal(404, "Not Found").reply(GENERAL)
        reply = self._checked(request, route, Call(self.hub, request, token, arguments))
        for problem in self._problems(route, reply):
            self._violated("response", request, f"status {reply.status}: {problem}")
        return Reply(reply.status, reply.body, _limits(request) | reply.headers)

    def _described_path(self, request: Request) -> str:
        path = request.path.removeprefix(self.prefix)
        if by_id := BY_ID.match(path):
            names = (r.full_name for r in self.hub.repositories.values() if r.id == int(by_id[1]))
            path = f"/repos/{next(names, '')}{path[by_id.end() :]}"
        return OLD_STATUSES.sub(r"\1/commits/\2/statuses", path) if request.method == "GET" else path

    def _problems(self, route: Route, reply: Reply) -> list[str]:
        return list(
            self.description.response_problems(route.method, route.template, reply.status, reply.body)
        )

    def _checked(self, request: Request, route: Route, call: Call) -> Reply:
        documentation = self.description.documentation_url(route.method, route.template)
        try:
            body = request.json
        except ValueError:
            return Refusal(400, "Problems parsing JSON").reply(documentation)
        problems = list(self.description.request_problems(route.method, route.template, request.query, body))
        for problem in problems:
            self._violated("request", request, problem)
        refused = [
            problem for problem in problems if "unknown query" not in problem and "nevaluated" not in problem
        ]
        if refused:
            return Refusal(422, f"Invalid request.\n\n{refused[0]}").reply(documentation)
        try:
            if "owner" in call.arguments:
                if moved := self._moved(call):
                    return moved
                permissions.demand(call.repository, call.token, route.needs)
            return route.handler(call)
        except Refusal as refusal:
            return refusal.reply(documentation)

    def _moved(self, call: Call) -> Reply | None:
        """A renamed repository answers with the way to its new address."""
        old = f"{call.arguments['owner']}/{call.arguments['repo']}"
        for repository in self.hub.repositories.values():
            if repository.renamed_from == old:
                tail = call.request.target.partition(f"/repos/{old}")[2]
                url = f"{self.hub.urls.api}/repositories/{repository.id}{tail}"
                code, word = (301, "Permanently") if call.request.method == "GET" else (307, "Temporarily")
                body = {
                    "message": f"Moved {word}",
                    "url": url,
                    "documentation_url": GENERAL,
                    "status": str(code),
                }
                return Reply(code, body, {"Location": url})
        return None

    def _violated(self, side: str, request: Request, problem: str) -> None:
        self.violations.append(Violation(side, f"{request.method} {request.target}", problem))


def _limits(request: Request) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "4999",
        "X-RateLimit-Used": "1",
        "X-RateLimit-Reset": str(int(time.time()) + 3600),
        "X-RateLimit-Resource": "core",
        "X-GitHub-Api-Version-Selected": request.headers.get("x-github-api-version", "2022-11-28"),
        "X-GitHub-Request-Id": "0000:000000:0000000:0000000:00000000",
    }


def _json_or_none(request: Request) -> Any:
    try:
        return request.json
    except ValueError:
        return json.loads("null")
