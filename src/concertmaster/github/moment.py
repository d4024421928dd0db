"""A pull request right before something is written on it: where its head is, and whether another run was quicker."""

from __future__ import annotations

from dataclasses import dataclass

from concertmaster.github.client import Client, Json, objects, text
from concertmaster.github.event import Request
from concertmaster.github.posted import Posted, posted_summary, starts_with
from concertmaster.github.refusals import NotFoundError, ReadOnlyTokenError, UnsupportedError

#: The newest reviews and comments; another run at work is among them.
LATEST = 50
_QUERY = f"""
query($owner: String!, $name: String!, $number: Int!) {{
  repository(owner: $owner, name: $name) {{
    pullRequest(number: $number) {{
      headRefOid
      reviews(last: {LATEST}) {{ nodes {{ body author {{ __typename login }} }} }}
      comments(last: {LATEST}) {{ nodes {{ databaseId body author {{ __typename login }} }} }}
    }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """The head, and the newest texts of ours: of reviews, and of summary comments."""

    head: str
    reviews: tuple[str, ...] = ()
    summaries: tuple[tuple[int, str], ...] = ()

    def is_overtaken(self, posted: Posted, review: str) -> bool:
        """Whether a run at the same time has said what `review` begins with, or written a summary since."""
        known = {(item.id, item.digest) for item in (posted.summary, *posted.doubles) if item}
        told = {(one.id, one.digest) for one in (posted_summary(*item) for item in self.summaries) if one}
        return any(starts_with(body, review) for body in self.reviews) or bool(told - known)


def read_moment(client: Client, request: Request, login: str) -> Moment:
    """The pull request as it is now; its head alone where the server does without GraphQL.

    Raises:
        GitHubError: it cannot be read.
    """
    variables = {"owner": request.owner, "name": request.name, "number": request.number}
    try:
        return client.query(_QUERY, variables, lambda data: _moment(data, login))
    except (NotFoundError, ReadOnlyTokenError, UnsupportedError):
        address = f"/repos/{request.repository}/pulls/{request.number}"
        return Moment(client.get(address, lambda found: text(found, "head", "sha")))


def _moment(data: Json, login: str) -> Moment:
    where = ("repository", "pullRequest")
    reviews = (item for item in objects(data, *where, "reviews", "nodes") if author_of(item) == login)
    comments = (item for item in objects(data, *where, "comments", "nodes") if author_of(item) == login)
    return Moment(
        text(data, *where, "headRefOid"),
        tuple(text(item, "body") for item in reviews),
        tuple((item.get("databaseId") or 0, text(item, "body")) for item in comments),
    )


def author_of(item: Json) -> str | None:
    """Whom a text is by, as REST names them; None where the account is gone."""
    author = item.get("author") or {}
    login = author.get("login")
    return f"{login}[bot]" if author.get("__typename") == "Bot" else login
