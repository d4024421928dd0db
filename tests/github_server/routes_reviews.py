"""Reviews, review comments and replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server import conversation, payloads_pulls, permissions
from tests.github_server.calls import Call, Refusal, Reply, not_found, route
from tests.github_server.routes_pulls import PULL, PULLS, READ, WRITE

if TYPE_CHECKING:
    from tests.github_server.state import Json, Review, ReviewComment

REVIEWS = PULL + "/reviews"
REVIEW = REVIEWS + "/{review_id}"
COMMENT = PULLS + "/comments/{comment_id}"


def _review(call: Call) -> Review:
    wanted = call.number("review_id")
    found = next((review for review in _visible(call) if review.id == wanted), None)
    if found is None:
        raise not_found()
    return found


def _visible(call: Call) -> list[Review]:
    """A pending review is seen by its author alone."""
    reader = call.token.user if call.token else None
    return [review for review in call.pull.reviews if review.state != "PENDING" or review.user is reader]


def find_review_comment(call: Call) -> ReviewComment:
    wanted = call.number("comment_id")
    found = (c for pull in call.repository.pulls for c in pull.review_comments if c.id == wanted)
    comment = next(found, None)
    if comment is None:
        raise not_found()
    return comment


def _shape(call: Call, comment: ReviewComment) -> Json:
    return payloads_pulls.review_comment(call.hub.urls, comment)


@route("GET", REVIEWS, READ)
def list_reviews(call: Call) -> Reply:
    return call.page(_visible(call), lambda review: payloads_pulls.review(call.hub.urls, review))


@route("GET", REVIEW, READ)
def get_review(call: Call) -> Reply:
    return Reply(200, payloads_pulls.review(call.hub.urls, _review(call)))


@route("POST", REVIEWS, WRITE)
def create_review(call: Call) -> Reply:
    review = conversation.add_review(call.hub, call.pull, call.user, call.body)
    return Reply(200, payloads_pulls.review(call.hub.urls, review))


@route("PUT", REVIEW, WRITE)
def update_review(call: Call) -> Reply:
    review = _review(call)
    review.body = call.body["body"]
    review.updated_at = call.hub.clock.tick()
    return Reply(200, payloads_pulls.review(call.hub.urls, review))


@route("DELETE", REVIEW, WRITE)
def delete_pending_review(call: Call) -> Reply:
    review = _review(call)
    if review.state != "PENDING":
        raise conversation.unprocessable("Can not delete a non-pending pull request review")
    shape = payloads_pulls.review(call.hub.urls, review)
    for comment in review.comments:
        conversation.delete_comment(call.hub, comment)
    review.pull.reviews.remove(review)
    return Reply(200, shape)


@route("POST", REVIEW + "/events", WRITE)
def submit_review(call: Call) -> Reply:
    review = _review(call)
    conversation.submit(call.hub, review, call.body["event"], call.body.get("body"))
    return Reply(200, payloads_pulls.review(call.hub.urls, review))


@route("PUT", REVIEW + "/dismissals", WRITE)
def dismiss_review(call: Call) -> Reply:
    review = _review(call)
    if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
        raise conversation.unprocessable("Can not dismiss a commented pull request review")
    review.state = "DISMISSED"
    return Reply(200, payloads_pulls.review(call.hub.urls, review))


@route("GET", REVIEW + "/comments", READ)
def list_comments_of_review(call: Call) -> Reply:
    return call.page(_review(call).comments, lambda comment: _shape(call, comment))


@route("GET", PULL + "/comments", READ)
def list_review_comments(call: Call) -> Reply:
    comments = list(call.pull.review_comments)
    if call.query.get("sort") == "updated":
        comments.sort(key=lambda comment: comment.updated_at)
    if call.query.get("direction") == "desc":
        comments.reverse()
    return call.page(comments, lambda comment: _shape(call, comment))


@route("GET", PULLS + "/comments", READ)
def list_review_comments_of_repository(call: Call) -> Reply:
    comments = [comment for pull in call.repository.pulls for comment in pull.review_comments]
    return call.page(comments, lambda comment: _shape(call, comment))


@route("POST", PULL + "/comments", WRITE)
def create_review_comment(call: Call) -> Reply:
    return Reply(
        201, _shape(call, conversation.add_single_comment(call.hub, call.pull, call.user, call.body))
    )


@route("POST", PULL + "/comments/{comment_id}/replies", WRITE)
def create_reply(call: Call) -> Reply:
    wanted = call.number("comment_id")
    parent = next((comment for comment in call.pull.review_comments if comment.id == wanted), None)
    if parent is None or parent.in_reply_to:
        raise not_found()
    return Reply(201, _shape(call, conversation.reply(call.hub, parent.thread, call.user, call.body["body"])))


@route("GET", COMMENT, READ)
def get_review_comment(call: Call) -> Reply:
    return Reply(200, _shape(call, find_review_comment(call)))


@route("PATCH", COMMENT, WRITE)
def update_review_comment(call: Call) -> Reply:
    comment = find_review_comment(call)
    _own(call, comment)
    conversation.check_body("PullRequestReviewComment", call.body["body"])
    comment.body, comment.updated_at = call.body["body"], call.hub.clock.tick()
    return Reply(200, _shape(call, comment))


@route("DELETE", COMMENT, WRITE)
def delete_review_comment(call: Call) -> Reply:
    comment = find_review_comment(call)
    _own(call, comment)
    conversation.delete_comment(call.hub, comment)
    return Reply(204)


def _own(call: Call, comment: ReviewComment) -> None:
    """A person changes their own comments, or any with write access; so does an app with the permission."""
    if call.user.type != "Bot" and comment.user is not call.user:
        repository = comment.review.pull.repository
        if not permissions.may_write(repository, call.user):
            raise Refusal(403, "Must have admin rights to Repository.")
