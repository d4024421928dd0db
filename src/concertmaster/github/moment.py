"""A pull request right before something is written on it: where its head is, and whether another run was quicker."""

from __future__ import annotations

from msgspec import Struct

from concertmaster.github.answers import Json, integer, long_integer, objects, text
from concertmaster.github.asked import Request
from concertmaster.github.client import Client
from concertmaster.github.posted import Posted, posted_summary, starts_with
from concertmaster.github.refusals import NotFoundError, ReadOnlyTokenError, UnsupportedError

#: The newest reviews and comments; another run at work is among them.
LATEST = 50
_QUERY = f"""
query($owner: String!, $name: String!, $number: Int!) {{
  repository(owner: $owner, name: $name) {{
    pullRequest(number: $number) {{
      headRefOid
      reviewThreads(first: 1) {{ totalCount }}
      reviews(last: {LATEST}) {{ nodes {{ body author {{ __typename login }} }} }}
      comments(last: {LATEST}) {{ nodes {{ fullDatabaseId body author {{ __typename login }} }} }}
    }}
  }}
}}
"""


class Moment(Struct, frozen=True):
    """The head, the newest texts of ours, of reviews and of summary comments, and how many threads there are."""

    head: str
    reviews: tuple[str, ...] = ()
    summaries: tuple[tuple[int, str], ...] = ()
    threads: int = 0

    def is_overtaken(self, posted: Posted, review: str) -> bool:
        """Whether a run at the same time has said what `review` begins with, or written a summary since.

        Neither is the list of comments to be believed that is empty where threads are.
        """
        known = {(item.id, item.digest) for item in (posted.summary, *posted.doubles) if item}
        told = {(one.id, one.digest) for one in (posted_summary(*item) for item in self.summaries) if one}
        is_said = any(starts_with(body, review) for body in self.reviews)
        return is_said or bool(told - known) or (self.threads > 0 and not posted.listed)


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
        tuple((long_integer(item, "fullDatabaseId"), text(item, "body")) for item in comments),
        integer(data, *where, "reviewThreads", "totalCount"),
    )


def author_of(item: Json) -> str | None:
    """Whom a text is by, as REST names them; None where the account is gone."""
    author = item.get("author") or {}
    login = author.get("login")
    return f"{login}[bot]" if author.get("__typename") == "Bot" else login
