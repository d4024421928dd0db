"""Contents of a repository by object id: many in one call where GitHub gives them so, else one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from msgspec import Struct, field

from concertmaster.github.answers import Json
from concertmaster.github.archive import ArchiveError, read_archive
from concertmaster.github.client import Client
from concertmaster.github.refusals import GitHubError
from concertmaster.github.shapes import checked, content, object_id

#: Objects and bytes in one question; GitHub gives up on what takes longer than ten seconds.
MAX_OBJECTS, MAX_BYTES = 100, 4 * 1024 * 1024


class RemoteFiles(Struct, frozen=True):
    """The files of a repository on GitHub. Nothing that is returned differs from the object that it is named by."""

    client: Client
    repository: str
    _reasons: list[str] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """Why the last archive could not be read; empty where all went well."""
        return self._reasons[-1] if self._reasons else ""

    def blob(self, sha: str) -> bytes:
        """The bytes of one file.

        Raises:
            GitHubError: it cannot be had.
        """
        address = f"/repos/{self.repository}/git/blobs/{checked(sha)}"
        return self.client.get(address, lambda found: content(found, sha))

    def texts(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
        """Those of some files that are text, by object id, a hundred a call; `sizes` tells how long each is.

        Raises:
            GitHubError: GitHub does not answer.
        """
        for batch in _batches(sizes):
            found = self.client.query(_document(batch), self._variables(), _objects)
            for index, sha in enumerate(batch):
                text = (found.get(f"o{index}") or {}).get("text")
                data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else None
                if data is not None and object_id(data) == sha:
                    yield sha, data

    def archive(
        self, commit: str, wanted: Mapping[str, str], most: int, found: MutableMapping[str, bytes]
    ) -> None:
        """Put wanted files of a commit (paths to object ids) into `found`, as many as its archive gives.

        It may give less than all: attributes of the repository decide what is in it, and how.
        """
        address = f"/repos/{self.repository}/tarball/{checked(commit)}"
        try:
            self.client.download(address, lambda stream: read_archive(stream, wanted, most, found))
        except (ArchiveError, GitHubError) as error:
            self._reasons.append(str(error))

    def _variables(self) -> Json:
        owner, _, name = self.repository.partition("/")
        return {"owner": owner, "name": name}


def _batches(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    batch: list[str] = []
    total = 0
    for sha, size in sizes.items():
        if batch and (len(batch) == MAX_OBJECTS or total + size > MAX_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(checked(sha))
        total += size
    if batch:
        yield batch


def _document(batch: Sequence[str]) -> str:
    wanted = " ".join(
        f'o{index}: object(oid: "{sha}") {{ ... on Blob {{ text }} }}' for index, sha in enumerate(batch)
    )
    return (
        f"query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ {wanted} }} }}"
    )


def _objects(data: Json) -> dict[str, Any]:
    found = data.get("repository")
    return found if isinstance(found, dict) else {}
