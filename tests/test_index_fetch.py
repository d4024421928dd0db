"""The package index may answer slowly, wrongly or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from concertmaster.index import fetch
from concertmaster.index.fetch import PackageIndex, WheelFile, configured
from concertmaster.messages.index import IndexProblem
from tests import package_index, wheels
from tests.package_index import Answer, Server

CORE = "orchestrator-core"
CONTENT = wheels.wheel({"orchestrator/core/__init__.py": ""})


@pytest.fixture
def server() -> Iterator[Server]:
    with package_index.serving() as running:
        running.hold(orchestrator_core__5_0_0=CONTENT)
        yield running


@pytest.fixture
def source(server: Server) -> Iterator[PackageIndex]:
    with (found := PackageIndex(server.base, seconds=0.3, attempts=2, wait=0.001)).session:
        yield found


def test_wheels_are_listed_and_fetched(source: PackageIndex) -> None:
    (found,) = source.wheels(CORE)
    assert (found.distribution, found.release) == (CORE, "5.0.0")
    assert source.download(found) == CONTENT
    assert source.wheels("oauth2-lib") == ()


def test_only_universal_wheels_with_a_hash_are_of_use(server: Server, source: PackageIndex) -> None:
    names = (
        "orchestrator_core-1.0-py3-none-any.whl",
        "orchestrator_core-1.1-cp311-cp311-manylinux_2_28_x86_64.whl",
        "orchestrator-core-1.2.tar.gz",
        "other-1.3-py3-none-any.whl",
        "../orchestrator_core-1.4-py3-none-any.whl",
        "orchestrator_core-nonsense-py3-none-any.whl",
        "orchestrator_core-1.5-py3-none-any.whl",
    )
    files = [package_index.entry(name, b"") for name in names]
    files[-1]["hashes"] = {"md5": "0" * 32}
    server.answers[f"/simple/{CORE}/"] = package_index.listing(*files)
    assert [each.release for each in source.wheels(CORE)] == ["1.0"]


PASSING: dict[str, Answer] = {
    "unavailable": package_index.status(503),
    "too many requests": package_index.status(429),
    "hangs up": package_index.hang_up,
    "cut off": package_index.cut_off,
    "silent": package_index.silent,
    "dripping": package_index.dripping,
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_passing_fault_is_tried_again(server: Server, source: PackageIndex, fault: Answer) -> None:
    path = f"/simple/{CORE}/"
    good = server.answers[path]
    assert isinstance(good, bytes)
    server.answers[path] = package_index.once(fault, good)
    assert len(source.wheels(CORE)) == 1
    assert server.asked == [path, path]


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_lasting_fault_is_told(server: Server, source: PackageIndex, fault: Answer) -> None:
    server.answers[f"/simple/{CORE}/"] = fault
    with pytest.raises(IndexProblem, match=r"127\.0\.0\.1 gave no usable answer"):
        source.wheels(CORE)
    assert len(server.asked) == 2


LASTING: dict[str, Answer | bytes] = {
    "missing": package_index.status(404),
    "forbidden": package_index.status(403),
    "HTML": b"<!DOCTYPE html><title>Simple index</title>",
    "not a list": b'{"files": {}}',
    "no hashes": b'{"files": [{"filename": "a", "url": "b"}]}',
    "no JSON": b"[" * 100_000,
    "to a file": package_index.leading_to("file:///etc/passwd"),
    "in a circle": package_index.leading_to("/simple/orchestrator-core/"),
}


@pytest.mark.parametrize("answer", LASTING.values(), ids=LASTING)
def test_a_wrong_answer_is_told_and_not_asked_for_again(
    server: Server, source: PackageIndex, answer: Answer | bytes
) -> None:
    server.answers[f"/simple/{CORE}/"] = answer
    with pytest.raises(IndexProblem, match="no usable answer"):
        source.wheels(CORE)


def test_nobody_there_is_told() -> None:
    with package_index.serving() as gone:
        source = PackageIndex(gone.base, attempts=2, wait=0.001)
    with source.session, pytest.raises(IndexProblem, match="connection failed"):
        source.wheels(CORE)


def test_an_endless_answer_is_left(
    server: Server, source: PackageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "MAX_LISTING", 100_000)
    server.answers[f"/simple/{CORE}/"] = b" " * 1_000_000
    with pytest.raises(IndexProblem, match="larger than"):
        source.wheels(CORE)


def test_content_with_another_hash_is_refused(server: Server, source: PackageIndex) -> None:
    (found,) = source.wheels(CORE)
    server.answers[f"/files/{found.filename}"] = wheels.wheel({"orchestrator/core/__init__.py": "evil"})
    with pytest.raises(IndexProblem, match="hash"):
        source.download(found)


def test_wheels_are_kept_and_checked_again(server: Server, source: PackageIndex, tmp_path: Path) -> None:
    (found,) = source.wheels(CORE)
    keeping = replace(source, cache=tmp_path / "wheels")
    assert keeping.download(found) == keeping.download(found) == CONTENT
    assert server.asked.count(f"/files/{found.filename}") == 1
    (tmp_path / "wheels" / found.filename).write_bytes(b"changed")
    assert keeping.download(found) == CONTENT
    assert server.asked.count(f"/files/{found.filename}") == 2


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://127.0.0.1:1/x"])
def test_a_safe_index_does_not_lead_to_an_open_address(address: str) -> None:
    source = PackageIndex("https://127.0.0.1:1/simple", attempts=1)
    with source.session, pytest.raises(IndexProblem, match="begins with"):
        source.download(WheelFile(CORE, "1.0", "a.whl", address, "0" * 64))


def test_a_password_in_the_address_is_not_told(server: Server) -> None:
    source = PackageIndex(server.base.replace("//", "//user:secret@"), attempts=1)
    server.answers.clear()
    with source.session, pytest.raises(IndexProblem) as refused:
        source.wheels(CORE)
    assert "secret" not in str(refused.value)


ENVIRONMENTS = {
    "nothing": ({}, fetch.DEFAULT),
    "pip": ({"PIP_INDEX_URL": "https://a.example/simple"}, "https://a.example/simple"),
    "uv": ({"UV_INDEX_URL": "https://a.example/simple"}, "https://a.example/simple"),
    "uv before pip": (
        {"PIP_INDEX_URL": "https://b.example", "UV_DEFAULT_INDEX": "https://a.example"},
        "https://a.example",
    ),
    "named": ({"UV_DEFAULT_INDEX": "ours=https://a.example/simple"}, "https://a.example/simple"),
}


@pytest.mark.parametrize(("environment", "base"), ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_the_index_is_the_one_of_pip_and_uv(environment: dict[str, str], base: str, tmp_path: Path) -> None:
    environment = {"PIP_CONFIG_FILE": os.devnull, **environment}
    assert configured(environment, home=tmp_path).base == base


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("[global]\nindex-url = https://a.example/%40simple\n", "https://a.example/%40simple"),
        ("[global]\nindex-url =\n", fetch.DEFAULT),
        ("[global\n", fetch.DEFAULT),
    ],
)
def test_configuration_files_of_pip_are_read(text: str, base: str, tmp_path: Path) -> None:
    file = tmp_path / "pip.conf"
    file.write_text(text)
    assert configured({"PIP_CONFIG_FILE": str(file)}, home=tmp_path).base == base


def test_certificates_of_the_environment_are_used(tmp_path: Path) -> None:
    assert configured({"PIP_CERT": "/ca.pem"}, home=tmp_path).certificates == "/ca.pem"
    assert configured({}, home=tmp_path).certificates is True
