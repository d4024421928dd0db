"""The archive of a commit: read in memory, believed by its bytes, fetched without the token."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from concertmaster.github.archive import MAX_HEADER, ArchiveError, read_archive
from concertmaster.github.client import Client, connect
from concertmaster.github.download import keeps_archives
from concertmaster.github.files import RemoteFiles
from concertmaster.github.retry import Retry
from concertmaster.github.shapes import object_id
from concertmaster.project.python import MAX_BYTES
from tests.github_server import GitHub
from tests.github_server.calls import Reply
from tests.github_server.faults import Effect, connection_reset, page, redirect, status, truncated
from tests.github_server.git import Blob
from tests.jobs import NEW, OLD, Open

MOST = 1_000
LINK = "120000"


def archive(*entries: tuple[tarfile.TarInfo, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.PAX_FORMAT) as made:
        for info, data in entries:
            made.addfile(info, io.BytesIO(data))
    return io.BytesIO(packed.getvalue())


def entry(
    name: str, data: bytes, kind: bytes = tarfile.REGTYPE, target: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(data), kind, target
    return info, data


def read(stream: io.BytesIO, wanted: dict[str, str], most: int = MOST) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    read_archive(stream, wanted, most, found)
    return found


def wanting(**files: bytes) -> dict[str, str]:
    return {f"{name}.py": object_id(data) for name, data in files.items()}


# -- what is in there ------------------------------------------------------------------------------------


def test_what_is_not_wanted_is_not_kept() -> None:
    assert read(archive(entry("top/a.py", b"1"), entry("top/b.py", b"2")), wanting(a=b"1")) == {
        object_id(b"1"): b"1"
    }


def test_other_bytes_under_a_wanted_name_are_not_believed() -> None:
    assert read(archive(entry("top/a.py", b"expanded $Id$")), wanting(a=b"$Id$")) == {}


def test_line_endings_that_attributes_have_changed_are_changed_back() -> None:
    assert read(archive(entry("top/a.py", b"1\r\n2\r\n")), wanting(a=b"1\n2\n")) == {
        object_id(b"1\n2\n"): b"1\n2\n"
    }


def test_line_endings_of_the_file_itself_stay() -> None:
    assert list(read(archive(entry("top/a.py", b"1\r\n")), wanting(a=b"1\r\n")).values()) == [b"1\r\n"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_no_files(kind: bytes) -> None:
    assert read(archive(entry("top/a.py", b"", kind, "/etc/passwd")), wanting(a=b"")) == {}


@pytest.mark.parametrize("name", ["../../a.py", "/a.py", "a.py", "top/../a.py", "top//a.py", "top/./a.py"])
def test_names_that_lead_elsewhere_lead_nowhere(name: str, tmp_path: Path) -> None:
    assert read(archive(entry(name, b"1")), {"b.py": object_id(b"1")}) == {}


def test_a_file_that_is_too_long_is_passed_over() -> None:
    assert read(archive(entry("top/a.py", b"x" * 11)), wanting(a=b"x" * 11), most=10) == {}


# -- what is none, or too much ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!DOCTYPE html>",
        gzip.compress(b"no archive" * 100, mtime=0),
        b"\x1f\x8b\x08\x00" + b"\xff" * 40,
    ],
)
def test_what_is_no_archive_is_told(data: bytes) -> None:
    with pytest.raises(ArchiveError, match="no archive"):
        read(io.BytesIO(data), wanting(a=b"1"))


def test_what_came_before_a_break_is_kept() -> None:
    whole = archive(entry("top/a.py", b"1"), entry("top/b.py", bytes(range(256)) * 2_000)).getvalue()
    found: dict[str, bytes] = {}
    with pytest.raises(ArchiveError):
        read_archive(io.BytesIO(whole[:-600]), wanting(a=b"1", b=b"2"), MOST, found)
    assert found == {object_id(b"1"): b"1"}


def test_reading_ends_where_everything_is_there() -> None:
    whole = archive(entry("top/a.py", b"1"), entry("top/b.py", b"x" * 30_000)).getvalue()
    assert read(io.BytesIO(whole[: len(whole) - 20]), wanting(a=b"1")) == {object_id(b"1"): b"1"}


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ("MAX_COMPRESSED", "compressed"),
        ("MAX_EXPANDED", "expanded"),
        ("MAX_KEPT", "can be kept"),
        ("MAX_MEMBERS", "entries"),
    ],
)
def test_more_than_may_be_read_is_told(limit: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"concertmaster.github.archive.{limit}", 1)
    with pytest.raises(ArchiveError, match=told):
        read(archive(entry("top/a.py", b"12"), entry("top/b.py", b"34")), wanting(a=b"12", b=b"34", c=b"5"))


@pytest.mark.parametrize("kind", [tarfile.XGLTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_is_of_bounded_length(kind: bytes) -> None:
    long = tarfile.TarInfo("pax_global_header")
    long.type, long.size = kind, MAX_HEADER + 1
    packed = gzip.compress(long.tobuf(tarfile.USTAR_FORMAT) + b"\0" * (MAX_HEADER + 1_024))
    with pytest.raises(ArchiveError, match="header that is too long"):
        read(io.BytesIO(packed), wanting(a=b"1"))


# -- where it is fetched ----------------------------------------------------------------------------------

PUBLIC, SERVER, TENANT = (
    "https://api.github.com",
    "https://git.example.org/api/v3",
    "https://api.octo.ghe.com",
)


@pytest.mark.parametrize(
    ("api", "location"),
    [
        (PUBLIC, "https://codeload.github.com/o/r/legacy.tar.gz/main?token=ABC"),
        (TENANT, "https://codeload.octo.ghe.com/o/r/legacy.tar.gz/main"),
        (SERVER, "https://git.example.org/_codeload/o/r/legacy.tar.gz/main?token=ABC"),
        (SERVER, "https://codeload.git.example.org/o/r/legacy.tar.gz/main"),
        ("http://127.0.0.1:80/api/v3", "http://127.0.0.1/_codeload/o/r/legacy.tar.gz/main"),
    ],
)
def test_archives_are_where_github_keeps_them(api: str, location: str) -> None:
    assert keeps_archives(location, api)


@pytest.mark.parametrize(
    ("api", "location"),
    [
        (PUBLIC, ""),
        (PUBLIC, "/o/r/legacy.tar.gz/main"),
        (PUBLIC, "http://codeload.github.com/o/r"),
        (PUBLIC, "https://codeload.github.com:8443/o/r"),
        (PUBLIC, "https://codeload.github.com.example.org/o/r"),
        (PUBLIC, "https://codeload.github.com@example.org/o/r"),
        (PUBLIC, "https://user:word@codeload.github.com/o/r"),
        (PUBLIC, "https://example.org\\@codeload.github.com/o/r"),
        (PUBLIC, "https://api.github.com/user"),
        (PUBLIC, "https://codeload.github.com:bad/o/r"),
        (SERVER, "https://git.example.org/api/v3/user"),
        (SERVER, "https://git.example.org/_codeload/../api/v3/user"),
        (SERVER, "https://169.254.169.254/_codeload/latest"),
        (SERVER, "file:///_codeload/etc/passwd"),
    ],
)
def test_no_other_address_is_asked(api: str, location: str) -> None:
    assert not keeps_archives(location, api)


FILES = {"a.py": "1\n", "b.py": "2\n"}
Connect = Callable[[], Client]


@pytest.fixture
def client(github: GitHub) -> Connect:
    return lambda: connect(github.token(), github.api_url, retry=Retry(sleep=lambda _: None), pause=0)


def archived(github: GitHub, made: Client) -> tuple[dict[str, bytes], str]:
    """What comes out of the archive, and why not more."""
    remote = github.hub.repositories["octo-org/network"]
    source = RemoteFiles(made, "octo-org/network")
    sha = remote.git.resolve("main") or ""
    found: dict[str, bytes] = {}
    source.archive(sha, {path: object_id(text.encode()) for path, text in FILES.items()}, MOST, found)
    made.close()
    return found, source.reason


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_the_archive_holds_the_files_and_sees_no_token(
    github: GitHub, client: Connect, private: bool
) -> None:
    github.create_repository("octo-org/network", FILES).state.private = private
    found, reason = archived(github, client())
    assert (set(found.values()), reason) == ({b"1\n", b"2\n"}, "")
    assert [call.status for call in github.journal.calls("GET")] == [302, 200]


@pytest.mark.parametrize(
    "elsewhere", ["http://127.0.0.2:9/_codeload/x", "https://example.org/", "/api/v3/user"]
)
def test_an_archive_elsewhere_is_not_fetched(github: GitHub, client: Connect, elsewhere: str) -> None:
    github.create_repository("octo-org/network", FILES)
    github.faults.add("GET", "/tarball/", redirect(302, elsewhere), times=9)
    found, reason = archived(github, client())
    assert (found, len(github.journal)) == ({}, 1)
    assert "not its own" in reason


def test_a_redirect_of_the_archive_is_not_followed(github: GitHub, client: Connect) -> None:
    github.create_repository("octo-org/network", FILES)
    github.faults.add("GET", "/_codeload/", redirect(302, f"{github.url}/_codeload/elsewhere"), times=9)
    assert archived(github, client())[0] == {}
    assert not github.journal.calls("GET", "elsewhere")


SPOILT = {
    "reset": connection_reset(),
    "cut": truncated(),
    "502": status(502),
    "429": status(429, retry_after="1"),
}


@pytest.mark.parametrize("effect", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_download_is_made_again(github: GitHub, client: Connect, effect: Effect) -> None:
    github.create_repository("octo-org/network", FILES)
    github.faults.add("GET", "/_codeload/", effect)
    found, reason = archived(github, client())
    assert (len(found), reason) == (2, "")


@pytest.mark.parametrize(
    "effect", [page(), Effect(Reply(404, b"404: Not Found")), status(403), status(502)], ids=lambda _: "x"
)
def test_a_download_that_comes_to_nothing_says_why(github: GitHub, client: Connect, effect: Effect) -> None:
    github.create_repository("octo-org/network", FILES)
    github.faults.add("GET", "/_codeload/", effect, times=99)
    found, reason = archived(github, client())
    assert found == {}
    assert reason


# -- a review without a checkout --------------------------------------------------------------------------

MANY = {f"pkg/m{number:03}.py": f"NUMBER = {number}\n" for number in range(200)}


@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
@pytest.mark.parametrize("files", [1, 90])
def test_a_review_is_a_dozen_calls_with_and_without_a_checkout(
    github: GitHub, job: Open, files: int, checkout: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    old = dict(list(MANY.items())[:files])
    made = job(MANY, {path: f"{text}import orchestrator.db\n" for path, text in old.items()})
    made.checkout = checkout
    assert made.run()[0] == 1
    assert len(made.pull.review_comments) == files
    calls = len(github.journal) - len(github.journal.calls("GET", "/_codeload/"))
    assert calls <= 12
    assert f"{calls} calls to GitHub" in capsys.readouterr().out


def test_files_that_the_archive_leaves_out_or_changes_are_read_all_the_same(
    github: GitHub, job: Open
) -> None:
    attributes = "m00* export-ignore\nm01*.py text eol=crlf\nm02* export-subst\n"
    named = {
        "pkg/m020.py": "'''$Format:%H$'''\nimport orchestrator.db\n",
        "pkg/m010.py": "import orchestrator.db\n",
    }
    made = job(
        {**MANY, "pkg/.gitattributes": attributes}, {**named, "pkg/m001.py": "import orchestrator.db\n"}
    )
    made.checkout = False
    assert made.run()[1]["errors"] == "3"
    assert len(github.journal) <= 13


@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
def test_what_only_the_whole_project_shows_is_seen_without_a_checkout(job: Open, checkout: bool) -> None:
    head = "from orchestrator.core.workflows.utils import create_workflow\n\n\n"
    lazy = "from orchestrator.core.workflows import LazyWorkflowInstance"
    registry = f"{lazy}\n\nLazyWorkflowInstance('x.gone', 'gone')\n"
    migration = "revision = 'a'\ndown_revision = None\n\n\ndef upgrade():\n    pass\n"
    base = {**MANY, "workflows/__init__.py": registry, "migrations/versions/schema/x.py": migration}
    made = job(base, {"workflows/node.py": f"{head}@create_workflow()\ndef create_node():\n    pass\n"})
    made.checkout = checkout
    code, told = made.run()
    assert (code, told["errors"]) == (1, "1")
    assert "unregistered-workflow" in made.pull.review_comments[0].body


def test_without_an_archive_the_review_goes_on_with_questions(github: GitHub, job: Open) -> None:
    made = job(MANY, {"new.py": OLD, "more.py": NEW})
    made.checkout = False
    github.faults.add("GET", "/tarball/", status(403, "Forbidden"), times=9)
    assert made.run()[1]["errors"] == "2"
    assert len(github.journal) <= 15


def test_links_are_no_files_of_the_project(job: Open) -> None:
    made = job(MANY, {"link.py": Blob(b"/etc/passwd", LINK), "new.py": OLD})
    made.checkout = False
    assert made.run()[1]["errors"] == "2"


def test_a_project_that_cannot_be_read_whole_is_told(job: Open) -> None:
    filler = "".join(f"LINE_{number} = {number}\n" for number in range(40))
    made = job(
        {"huge.py": "x" * (MAX_BYTES + 1), "main.py": OLD + filler}, {"main.py": OLD + filler + "# more\n"}
    )
    made.checkout = False
    made.run()
    assert "not looked for, since `huge.py` could not be read" in made.summaries()[0]
