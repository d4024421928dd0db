"""Check runs with their annotations, and commit statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.github_server import payloads_checks
from tests.github_server.calls import Call, Refusal, Reply, custom, invalid, not_found, route
from tests.github_server.payloads import instant
from tests.github_server.state import CheckRun, Status

if TYPE_CHECKING:
    from tests.github_server.state import Json, Repository

REPO = "/repos/{owner}/{repo}"
RUNS = REPO + "/check-runs"
RUN = RUNS + "/{check_run_id}"
COMMIT = REPO + "/commits/{ref}"
LONGEST_DESCRIPTION = 140
LONGEST_TEXT = 65535
FIELDS = ("name", "details_url", "external_id", "started_at", "completed_at", "actions")


def _run(call: Call) -> CheckRun:
    wanted = call.number("check_run_id")
    found = next((run for run in call.repository.check_runs if run.id == wanted), None)
    if found is None:
        raise not_found()
    return found


def _app(call: Call) -> None:
    if call.user.type != "Bot":
        raise Refusal(403, "You must authenticate via a GitHub App.")


def _commit(repo: Repository, sha: str) -> str:
    commit = repo.git.commit(sha)
    if commit is None:
        raise Refusal(422, f"No commit found for SHA: {sha}")
    return commit.sha


@route("POST", RUNS, "checks:write")
def create_check_run(call: Call) -> Reply:
    _app(call)
    repo = call.repository
    head = _commit(repo, call.body["head_sha"])
    suite = next((run.suite for run in repo.check_runs if run.head_sha == head), None)
    run = CheckRun(*call.hub.identity("CR"), repo, "", head, call.user, suite or next(call.hub.numbers))
    _change(call, run)
    repo.check_runs.append(call.hub.known(run))
    return Reply(201, payloads_checks.check_run(call.hub.urls, run))


@route("PATCH", RUN, "checks:write")
def update_check_run(call: Call) -> Reply:
    """Annotations are added to those that are there; all else is replaced."""
    _app(call)
    run = _run(call)
    _change(call, run)
    return Reply(200, payloads_checks.check_run(call.hub.urls, run))


def _change(call: Call, run: CheckRun) -> None:
    body = call.body
    _check_output(body.get("output", {}))
    for name in FIELDS:
        if name in body:
            setattr(run, name, body[name])
    now = instant(call.hub.clock.tick())
    run.status = "completed" if body.get("conclusion") else body.get("status", run.status)
    run.conclusion = body.get("conclusion", run.conclusion)
    run.started_at = run.started_at or now
    if run.status == "completed":
        run.completed_at = run.completed_at or now
        if run.conclusion is None:
            raise invalid(custom("CheckRun", "conclusion is required when status is completed"))
    output = dict(body.get("output", {}))
    run.annotations += output.pop("annotations", [])
    run.output |= output


def _check_output(output: Json) -> None:
    for name in ("summary", "text"):
        if len(output.get(name) or "") > LONGEST_TEXT:
            raise invalid(custom("CheckRun", f"{name} exceeds a maximum bytesize of 65535", field=name))
    for annotation in output.get("annotations", []):
        _check_annotation(annotation)


def _check_annotation(annotation: Json) -> None:
    first, last = annotation["start_line"], annotation["end_line"]
    if last < first:
        raise invalid(custom("CheckAnnotation", "end_line must not be before start_line", field="end_line"))
    if first != last and ("start_column" in annotation or "end_column" in annotation):
        message = "start_column and end_column are only allowed on a single line"
        raise invalid(custom("CheckAnnotation", message, field="start_column"))


@route("GET", RUN, "checks:read")
def get_check_run(call: Call) -> Reply:
    return Reply(200, payloads_checks.check_run(call.hub.urls, _run(call)))


@route("GET", RUN + "/annotations", "checks:read")
def list_annotations(call: Call) -> Reply:
    run = _run(call)
    return call.page(run.annotations, lambda item: payloads_checks.annotation(call.hub.urls, run, item))


@route("GET", COMMIT + "/check-runs", "checks:read")
def list_check_runs(call: Call) -> Reply:
    """The newest of each name, unless all are asked for."""
    repo, query = call.repository, call.query
    sha = repo.git.resolve(call.arguments["ref"])
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {call.arguments['ref']}")
    runs = [run for run in repo.check_runs if run.head_sha == sha]
    runs = [run for run in runs if query.get("check_name") in (None, run.name)]
    if query.get("filter", "latest") == "latest":
        runs = list({run.name: run for run in runs}.values())
    runs = [run for run in runs if query.get("status") in (None, run.status)]
    return call.page(runs, lambda run: payloads_checks.check_run(call.hub.urls, run), "check_runs")


@route("POST", REPO + "/statuses/{sha}", "statuses:write")
def create_status(call: Call) -> Reply:
    repo, body = call.repository, call.body
    sha = _commit(repo, call.arguments["sha"])
    description = body.get("description")
    if description and len(description) > LONGEST_DESCRIPTION:
        message = f"description is too long (maximum is {LONGEST_DESCRIPTION} characters)"
        raise invalid(custom("Status", message, field="description"))
    context = body.get("context", "default")
    status = Status(
        *call.hub.identity("SC"),
        sha,
        body["state"],
        context,
        description,
        body.get("target_url"),
        call.user,
        call.hub.clock.tick(),
    )
    repo.statuses.append(call.hub.known(status))
    return Reply(201, payloads_checks.status(call.hub.urls, repo, status))


def _statuses(call: Call) -> list[Status]:
    """Newest first."""
    repo = call.repository
    sha = repo.git.resolve(call.arguments["ref"])
    if sha is None:
        raise not_found()
    return [status for status in reversed(repo.statuses) if status.sha == sha]


@route("GET", COMMIT + "/statuses", "statuses:read")
def list_statuses(call: Call) -> Reply:
    repo = call.repository
    return call.page(_statuses(call), lambda status: payloads_checks.status(call.hub.urls, repo, status))


@route("GET", COMMIT + "/status", "statuses:read")
def get_combined_status(call: Call) -> Reply:
    """The newest of each context, and the worst of them."""
    repo = call.repository
    latest = list({status.context: status for status in reversed(_statuses(call))}.values())
    sha: Any = repo.git.resolve(call.arguments["ref"])
    return Reply(200, payloads_checks.combined_status(call.hub.urls, repo, sha, latest))
