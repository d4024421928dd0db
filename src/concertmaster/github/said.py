"""All that we have said on a pull request, and how its threads stand, read in as few questions as there are pages."""

from __future__ import annotations

from msgspec import Struct, field

from concertmaster.github.answers import Json, objects, text, truth
from concertmaster.github.asked import Request
from concertmaster.github.client import Client

#: Replies that are looked at; a longer conversation is one of people.
REPLIES = 30
MAX_PAGES = 50
#: Ids are longer than the plain numbers of GraphQL.
NUMBER = "fullDatabaseId"
_AUTHOR = "author { __typename login }"
_PAGE = "pageInfo { hasNextPage endCursor }"
QUERY = f"""
query(
  $owner: String!, $name: String!, $number: Int!,
  $inThreads: Boolean!, $threads: String, $inComments: Boolean!, $comments: String
) {{
  viewer {{ login }}
  repository(owner: $owner, name: $name) {{
    pullRequest(number: $number) {{
      reviewThreads(first: 100, after: $threads) @include(if: $inThreads) {{
        {_PAGE}
        nodes {{
          id isResolved path line originalLine viewerCanResolve resolvedBy {{ login }}
          comments(first: {REPLIES}) {{
            totalCount
            nodes {{ id {NUMBER} body isMinimized {_AUTHOR} }}
          }}
        }}
      }}
      comments(first: 100, after: $comments) @include(if: $inComments) {{
        {_PAGE}
        nodes {{ {NUMBER} body {_AUTHOR} }}
      }}
    }}
  }}
}}
"""


class _List(Struct):
    """A list while it is read: where its next page begins, and whether there is one."""

    name: str
    is_wanted: bool = True
    after: str | None = None
    found: list[Json] = field(default_factory=list)


class Said(Struct, frozen=True):
    """Who asks, by the name that GraphQL gives, and the threads and comments of a pull request as answered."""

    login: str
    threads: tuple[Json, ...] = ()
    comments: tuple[Json, ...] = ()


def read_said(client: Client, request: Request, *, comments: bool = True) -> Said:
    """What is said on a pull request, its `comments` too if wanted.

    Raises:
        GitHubError: it cannot be read.
    """
    lists = (_List("reviewThreads"), _List("comments", comments))
    login = ""
    for _ in range(MAX_PAGES):
        login, pages = client.query(QUERY, _variables(request, *lists), lambda data: _answer(data, lists))
        for one, page in zip(lists, pages, strict=True):
            if page is not None:
                one.found += page[0]
                one.is_wanted, one.after = page[1] is not None, page[1]
        if not any(one.is_wanted for one in lists):
            break
    return Said(login, *(tuple(one.found) for one in lists))


def _variables(request: Request, threads: _List, comments: _List) -> Json:
    where = {"owner": request.owner, "name": request.name, "number": request.number}
    wanted = {"inThreads": threads.is_wanted, "inComments": comments.is_wanted}
    return where | wanted | {"threads": threads.after, "comments": comments.after}


_Page = tuple[list[Json], str | None]


def _answer(data: Json, lists: tuple[_List, ...]) -> tuple[str, list[_Page | None]]:
    """Who asks, and a page of each list that was wanted."""
    return text(data, "viewer", "login"), [_page(data, one.name) if one.is_wanted else None for one in lists]


def _page(data: Json, name: str) -> _Page:
    """The nodes of a page, and where the next one begins."""
    where = ("repository", "pullRequest", name)
    more = truth(data, *where, "pageInfo", "hasNextPage")
    return objects(data, *where, "nodes"), text(data, *where, "pageInfo", "endCursor") if more else None
