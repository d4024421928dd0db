"""Saying things: issue comments, reviews with their comments and threads, replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server import anchors, permissions
from tests.github_server.calls import Refusal, custom, invalid
from tests.github_server.state import Issue, IssueComment, PullRequest, Review, ReviewComment, Thread, User

if TYPE_CHECKING:
    from tests.github_server.hub import Hub
    from tests.github_server.state import Json

LONGEST_BODY = 65536
STATES = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
    None: "PENDING",
}
TOO_LONG = f"is too long (maximum is {LONGEST_BODY} characters)"


def check_body(resource: str, body: str) -> None:
    if len(body) > LONGEST_BODY:
        raise invalid(
            {"resource": resource, "code": "unprocessable", "field": "data", "message": f"Body {TOO_LONG}"}
        )
    if not body.strip():
        raise invalid(
            {
                "resource": resource,
                "code": "unprocessable",
                "field": "data",
                "message": "Body cannot be blank",
            }
        )


def add_issue_comment(hub: Hub, issue: Issue, author: User, body: str) -> IssueComment:
    if issue.locked and not permissions.may_write(issue.repository, author):
        raise Refusal(403, "Unable to create comment because issue is locked.")
    check_body("IssueComment", body)
    now = hub.clock.tick()
    comment = hub.known(IssueComment(*hub.identity("IC"), author, body, now, now, issue))
    issue.comments.append(comment)
    issue.updated_at = now
    return comment


def add_review(hub: Hub, pull: PullRequest, author: User, wanted: Json) -> Review:
    """All or nothing: one comment that cannot hang where it should loses the whole review."""
    event, body, comments = wanted.get("event"), wanted.get("body") or "", wanted.get("comments") or []
    commit_id = wanted.get("commit_id") or pull.head.sha
    _check_review(pull, author, event, body, comments)
    if not is_part_of(pull, commit_id):
        raise unprocessable("The commitOID is not part of the pull request")
    try:
        placed = [_placed(pull, commit_id, comment) for comment in comments]
    except Refusal:
        if hub.keeps_refused_reviews:
            _leave_behind(hub, pull, author, commit_id)
        raise
    now = hub.clock.tick()
    review = Review(*hub.identity("PRR"), author, body, now, now, pull, STATES[event], commit_id)
    pull.reviews.append(hub.known(review))
    for comment, (anchor, hunk) in zip(comments, placed, strict=True):
        start_thread(hub, review, anchor, hunk, comment["body"])
    if event:
        review.submitted_at = pull.issue.updated_at = now
    return review


def _leave_behind(hub: Hub, pull: PullRequest, author: User, commit_id: str) -> None:
    """Users report a pending review without comments after a refusal; GitHub is silent about it."""
    now = hub.clock.tick()
    pull.reviews.append(
        hub.known(Review(*hub.identity("PRR"), author, "", now, now, pull, "PENDING", commit_id))
    )


def _check_review(
    pull: PullRequest, author: User, event: str | None, body: str, comments: list[Json]
) -> None:
    if event in ("APPROVE", "REQUEST_CHANGES") and author is pull.issue.user:
        deed = "approve" if event == "APPROVE" else "request changes on"
        raise unprocessable(f"Review Can not {deed} your own pull request")
    if any(review.state == "PENDING" and review.user is author for review in pull.reviews):
        raise unprocessable("User can only have one pending review per pull request")
    if not body and (event == "REQUEST_CHANGES" or (event == "COMMENT" and not comments)):
        raise unprocessable("Could not create review: body can't be blank")
    if len(body) > LONGEST_BODY:
        raise unprocessable(f"Body {TOO_LONG}")
    if any(len(comment["body"]) > LONGEST_BODY for comment in comments):
        raise unprocessable(f"Pull request review comment body {TOO_LONG}")
    if any(not comment["body"].strip() for comment in comments):
        raise unprocessable("Pull request review comment body can't be blank")


def is_part_of(pull: PullRequest, commit_id: str) -> bool:
    git = pull.repository.git
    return git.commit(commit_id) is not None and commit_id in {
        pull.head.sha,
        *git.commits(f"{pull.base.sha}..{pull.head.sha}"),
        *(thread.anchor.head_sha for thread in pull.threads),
        *(review.commit_id for review in pull.reviews),
    }


def _placed(pull: PullRequest, commit_id: str, wanted: Json) -> tuple[anchors.Anchor, str]:
    try:
        return anchors.place(pull, commit_id, wanted)
    except anchors.AnchorError as error:
        raise unprocessable(_sentence(error)) from error


def _sentence(error: anchors.AnchorError) -> str:
    """As in answers about reviews: all reasons in one sentence, fields spelt out."""
    texts = [f"Pull request review thread {name.replace('_', ' ')} {text}" for name, text in error.problems]
    if ("path", "is invalid") in error.problems:
        return "Path could not be resolved"
    *first, last = texts
    return f"{', '.join(first)}{',' if len(first) > 1 else ''} and {last}" if first else last


def unprocessable(message: str) -> Refusal:
    return Refusal(422, "Unprocessable Entity", [message])


def start_thread(hub: Hub, review: Review, anchor: anchors.Anchor, hunk: str, body: str) -> ReviewComment:
    thread = hub.known(Thread(*hub.identity("PRRT"), review.pull, anchor, hunk))
    review.pull.threads.append(thread)
    return _append(hub, review, thread, body, None)


def _append(
    hub: Hub, review: Review, thread: Thread, body: str, parent: ReviewComment | None
) -> ReviewComment:
    now = hub.clock.tick()
    comment = ReviewComment(*hub.identity("PRRC"), review.user, body, now, now, review, thread, parent)
    thread.comments.append(hub.known(comment))
    return comment


def add_single_comment(hub: Hub, pull: PullRequest, author: User, wanted: Json) -> ReviewComment:
    """A review of one comment, as `POST /pulls/{n}/comments` makes one."""
    resource = "PullRequestReviewComment"
    if (parent_id := wanted.get("in_reply_to")) is not None:
        parent = next((c for c in pull.review_comments if c.id == parent_id), None)
        if parent is None:
            raise invalid({"resource": resource, "code": "invalid", "field": "in_reply_to"})
        return reply(hub, parent.thread, author, wanted["body"])
    check_body(resource, wanted["body"])
    if not is_part_of(pull, wanted["commit_id"]):
        message = "commit_id is not part of the pull request"
        raise invalid(custom(resource, message, field="commit_id"))
    try:
        anchor, hunk = anchors.place(pull, wanted["commit_id"], wanted)
    except anchors.AnchorError as error:
        raise invalid(*(_field_error(resource, *problem) for problem in error.problems)) from error
    review = _silent_review(hub, pull, author, wanted["commit_id"])
    return start_thread(hub, review, anchor, hunk, wanted["body"])


def _field_error(resource: str, name: str, text: str) -> Json:
    """As in answers about single comments: one object for each reason."""
    dotted = f"{anchors.THREAD}.{name}"
    if (name, text) == anchors.DIFF_HUNK:
        return {"resource": resource, "code": "missing_field", "field": dotted}
    if text == "is invalid":
        return {"resource": resource, "code": "invalid", "field": dotted}
    return custom(resource, f"{dotted} {text}", field=dotted)


def reply(hub: Hub, thread: Thread, author: User, body: str) -> ReviewComment:
    check_body("PullRequestReviewComment", body)
    review = _silent_review(hub, thread.pull, author, thread.pull.head.sha)
    return _append(hub, review, thread, body, thread.comments[0])


def _silent_review(hub: Hub, pull: PullRequest, author: User, commit_id: str) -> Review:
    now = hub.clock.tick()
    review = Review(*hub.identity("PRR"), author, "", now, now, pull, "COMMENTED", commit_id, now)
    pull.reviews.append(hub.known(review))
    return review


def submit(hub: Hub, review: Review, event: str, body: str | None) -> None:
    if review.state != "PENDING":
        raise unprocessable("Can not submit a review that is not pending")
    review.state = STATES[event]
    review.body = body or review.body
    review.submitted_at = hub.clock.tick()


def delete_comment(hub: Hub, comment: ReviewComment) -> None:
    thread = comment.thread
    thread.comments.remove(comment)
    hub.nodes.pop(comment.node_id, None)
    if not thread.comments:
        thread.pull.threads.remove(thread)
        hub.nodes.pop(thread.node_id, None)
