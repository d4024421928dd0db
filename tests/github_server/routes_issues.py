"""Issues, the comments of issues and pull requests, labels and reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server import conversation, payloads, permissions
from tests.github_server.calls import Call, Reply, custom, forbidden, invalid, not_found, route
from tests.github_server.state import Label

if TYPE_CHECKING:
    from tests.github_server.state import Issue, IssueComment, Repository

REPO = "/repos/{owner}/{repo}"
ISSUES = REPO + "/issues"
ISSUE = ISSUES + "/{issue_number}"
COMMENT = ISSUES + "/comments/{comment_id}"
LONGEST_TITLE = 256
READ = ("issues:read", "pull_requests:read")
WRITE = ("issues:write", "pull_requests:write")


def _issue(call: Call) -> Issue:
    """With the permission that this one needs: pull requests have a permission of their own."""
    issue = call.issue
    by_app = call.token is not None and call.token.is_app
    if by_app and issue.pull is None and call.token and not call.token.allows("issues", "write"):
        raise forbidden()
    return issue


def find_comment(call: Call) -> IssueComment:
    wanted = call.number("comment_id")
    found = (c for issue in call.repository.issues.values() for c in issue.comments if c.id == wanted)
    comment = next(found, None)
    if comment is None:
        raise not_found()
    return comment


@route("GET", ISSUES, "issues:read")
def list_issues(call: Call) -> Reply:
    query = call.query
    state, creator = query.get("state", "open"), query.get("creator")
    labels = set(filter(None, query.get("labels", "").split(",")))
    found = [
        issue
        for issue in call.repository.issues.values()
        if state in ("all", issue.state)
        and creator in (None, issue.user.login)
        and labels <= {label.name for label in issue.labels}
    ]
    found.sort(key=lambda issue: issue.number, reverse=query.get("direction", "desc") == "desc")
    return call.page(found, lambda issue: payloads.issue(call.hub.urls, issue))


@route("POST", ISSUES, "issues:write")
def create_issue(call: Call) -> Reply:
    title, body = str(call.body["title"]), call.body.get("body")
    if len(title) > LONGEST_TITLE:
        raise invalid(
            custom("Issue", f"title is too long (maximum is {LONGEST_TITLE} characters)", field="title")
        )
    if len(body or "") > conversation.LONGEST_BODY:
        raise invalid(custom("Issue", f"body {conversation.TOO_LONG}", field="body"))
    issue = call.hub.add_issue(call.repository, call.user, title, body)
    _set_labels(call, issue, call.body.get("labels", []))
    return Reply(201, payloads.issue(call.hub.urls, issue))


@route("GET", ISSUE, *READ)
def get_issue(call: Call) -> Reply:
    return Reply(200, payloads.issue(call.hub.urls, call.issue))


@route("PATCH", ISSUE, *WRITE)
def update_issue(call: Call) -> Reply:
    issue, body = _issue(call), call.body
    issue.title = body.get("title") or issue.title
    if body.get("body", issue.body) != issue.body:
        issue.editor = call.user
    issue.body = body.get("body", issue.body) or ""
    if body.get("state") == "closed" and issue.state == "open":
        call.hub.close(issue)
        issue.state_reason = body.get("state_reason") or (None if issue.pull else "completed")
    elif body.get("state") == "open":
        issue.state, issue.closed_at, issue.state_reason = "open", None, None if issue.pull else "reopened"
    if "labels" in body:
        issue.labels = []
        _set_labels(call, issue, body["labels"])
    issue.updated_at = call.hub.clock.tick()
    return Reply(200, payloads.issue(call.hub.urls, issue))


@route("GET", ISSUE + "/comments", *READ)
def list_comments(call: Call) -> Reply:
    return call.page(call.issue.comments, lambda comment: payloads.issue_comment(call.hub.urls, comment))


@route("POST", ISSUE + "/comments", *WRITE)
def create_comment(call: Call) -> Reply:
    comment = conversation.add_issue_comment(call.hub, _issue(call), call.user, call.body["body"])
    return Reply(201, payloads.issue_comment(call.hub.urls, comment))


@route("GET", COMMENT, *READ)
def get_comment(call: Call) -> Reply:
    return Reply(200, payloads.issue_comment(call.hub.urls, find_comment(call)))


@route("PATCH", COMMENT, *WRITE)
def update_comment(call: Call) -> Reply:
    comment = find_comment(call)
    conversation.check_body("IssueComment", call.body["body"])
    comment.body, comment.updated_at = call.body["body"], call.hub.clock.tick()
    return Reply(200, payloads.issue_comment(call.hub.urls, comment))


@route("DELETE", COMMENT, *WRITE)
def delete_comment(call: Call) -> Reply:
    comment = find_comment(call)
    comment.issue.comments.remove(comment)
    call.hub.nodes.pop(comment.node_id, None)
    return Reply(204)


def _find_label(repository: Repository, name: str) -> Label | None:
    return next((label for label in repository.labels.values() if label.name.lower() == name.lower()), None)


def _set_labels(call: Call, issue: Issue, wanted: list[object]) -> None:
    """Labels that the repository lacks are made, as GitHub does."""
    for item in wanted:
        name = item["name"] if isinstance(item, dict) else str(item)
        label = _find_label(issue.repository, name)
        if label is None:
            label = call.hub.known(Label(*call.hub.identity("LA"), name))
            issue.repository.labels[name] = label
        if label not in issue.labels:
            issue.labels.append(label)


def _labels(call: Call, issue: Issue) -> Reply:
    return Reply(200, [payloads.label(call.hub.urls, issue.repository, label) for label in issue.labels])


def _named(call: Call) -> list[object]:
    return list(call.body if isinstance(call.body, list) else call.body.get("labels", []))


@route("GET", ISSUE + "/labels", *READ)
def list_labels_of_issue(call: Call) -> Reply:
    return call.page(call.issue.labels, lambda label: payloads.label(call.hub.urls, call.repository, label))


@route("POST", ISSUE + "/labels", *WRITE)
def add_labels(call: Call) -> Reply:
    issue = _issue(call)
    _set_labels(call, issue, _named(call))
    return _labels(call, issue)


@route("PUT", ISSUE + "/labels", *WRITE)
def set_labels(call: Call) -> Reply:
    issue = _issue(call)
    issue.labels = []
    _set_labels(call, issue, _named(call))
    return _labels(call, issue)


@route("DELETE", ISSUE + "/labels/{name}", *WRITE)
def remove_label(call: Call) -> Reply:
    issue = _issue(call)
    label = next((label for label in issue.labels if label.name == call.arguments["name"]), None)
    if label is None:
        raise not_found()
    issue.labels.remove(label)
    return _labels(call, issue)


@route("DELETE", ISSUE + "/labels", *WRITE)
def remove_all_labels(call: Call) -> Reply:
    _issue(call).labels = []
    return Reply(204)


@route("POST", ISSUE + "/assignees", *WRITE)
def add_assignees(call: Call) -> Reply:
    """Whoever cannot be assigned is left out without a word."""
    issue = _issue(call)
    for login in call.body.get("assignees", []):
        person = call.hub.user(login)
        if permissions.may_write(issue.repository, person) and person not in issue.assignees:
            issue.assignees.append(person)
    return Reply(201, payloads.issue(call.hub.urls, issue))


@route("GET", REPO + "/labels", *READ)
def list_labels(call: Call) -> Reply:
    labels = list(call.repository.labels.values())
    return call.page(labels, lambda label: payloads.label(call.hub.urls, call.repository, label))


@route("GET", REPO + "/labels/{name}", *READ)
def get_label(call: Call) -> Reply:
    label = _find_label(call.repository, call.arguments["name"])
    if label is None:
        raise not_found()
    return Reply(200, payloads.label(call.hub.urls, call.repository, label))


@route("POST", REPO + "/labels", *WRITE)
def create_label(call: Call) -> Reply:
    repository, body = call.repository, call.body
    if _find_label(repository, body["name"]):
        raise invalid({"resource": "Label", "code": "already_exists", "field": "name"})
    label = Label(
        *call.hub.identity("LA"), body["name"], body.get("color", "ededed"), body.get("description")
    )
    repository.labels[label.name] = call.hub.known(label)
    return Reply(201, payloads.label(call.hub.urls, repository, label))
