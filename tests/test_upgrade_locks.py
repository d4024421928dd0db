"""`uv.lock` is renewed where a package index is all that it takes; else its command is told, and why."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from concertmaster.cli import run as command
from concertmaster.project.files import MemoryTree
from concertmaster.upgrading import UpgradePlan, plan_upgrade
from concertmaster.upgrading.locking import Locksmith
from concertmaster.upgrading.tools import MissingToolError, Toolbox
from concertmaster.workspace import open_workspace
from tests import package_index, wheels
from tests.jobs import OLD
from tests.package_index import Server
from tests.programs import Own
from tests.upgrades import BRANCH, Start

CORE = "orchestrator-core"
MANIFEST = """\
[project]
name = "network"
version = "1"
requires-python = ">=3.11"
dependencies = ["orchestrator-core=={}", "oauth2-lib"]
"""


@pytest.fixture
def server() -> Iterator[Server]:
    """Two releases of the framework; the newer one wants a newer companion, of which there are three."""
    with package_index.serving() as running:
        running.hold(
            **{f"orchestrator_core__{n.replace('.', '_')}": core(n) for n in ("4.8.2", "5.5.0")},
            **{f"oauth2_lib__{n.replace('.', '_')}": wheels.wheel({}, distribution="oauth2-lib", release=n)
               for n in ("2.0.0", "3.0.0", "3.1.0")},
        )  # fmt: skip
        yield running


def core(number: str) -> bytes:
    wanted = "oauth2-lib<3" if number < "5" else "oauth2-lib>=3"
    return wheels.wheel({"orchestrator/core/__init__.py": ""}, release=number, requires=(wanted,))


Lock = Callable[[str], str]


@pytest.fixture
def lock(server: Server, tmp_path: Path) -> Lock:
    """Makes a lock as a person does."""
    try:
        program = Toolbox().uv(tmp_path)
    except MissingToolError:
        pytest.skip("uv is not installed beside the tests' interpreter")

    def made(manifest: str) -> str:
        home = tmp_path / "theirs"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        (home / "pyproject.toml").write_text(manifest)
        environment = {"UV_DEFAULT_INDEX": server.base, "HOME": str(tmp_path), "PATH": ""}
        subprocess.run(
            [program, "lock", "--quiet", "--python", sys.executable, "--cache-dir", tmp_path / "uv"],
            cwd=home, env=environment, check=True,
        )  # fmt: skip
        return (home / "uv.lock").read_text()

    return made


def plan(files: Mapping[str, str], locksmith: Locksmith | None) -> UpgradePlan:
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return plan_upgrade(open_workspace(tree, target="5.5.0"), jobs=1, locksmith=locksmith)


def smith(server: Server) -> Locksmith:
    return Locksmith(Toolbox(), server.base)


def held(text: bytes) -> dict[str, str]:
    return {item["name"]: item["version"] for item in tomllib.loads(text.decode())["package"]}


def told(found: UpgradePlan) -> str:
    assert "uv.lock" not in found.files
    (note,) = found.locks
    assert note.text.startswith("`uv lock --upgrade-package orchestrator-core`")
    return note.text


def test_a_lock_that_holds_the_release_is_left(server: Server, lock: Lock) -> None:
    files = {"pyproject.toml": MANIFEST.format("4.8.2"), "uv.lock": lock(MANIFEST.format("5.5.0"))}
    server.asked.clear()
    found = plan_upgrade(
        open_workspace(
            MemoryTree({path: text.encode() for path, text in files.items()}), installed_release="4.8.2"
        ),
        jobs=1, locksmith=smith(server),
    )  # fmt: skip
    assert "uv.lock" not in found.files
    assert server.asked == []


def test_a_lock_is_renewed_with_the_pin(server: Server, lock: Lock) -> None:
    old = lock(MANIFEST.format("4.8.2"))
    assert held(old.encode()) == {CORE: "4.8.2", "oauth2-lib": "2.0.0", "network": "1"}
    found = plan({"pyproject.toml": MANIFEST.format("4.8.2"), "uv.lock": old, "main.py": OLD}, smith(server))
    first = found.commits[0]
    assert set(first.files) == {"pyproject.toml", "uv.lock"}
    assert held(first.files["uv.lock"]) == {CORE: "5.5.0", "oauth2-lib": "3.1.0", "network": "1"}
    assert "- uv.lock: renewed" in first.body
    assert found.locks == ()
    assert tomllib.loads(first.files["uv.lock"].decode())["version"] == tomllib.loads(old)["version"]


def test_what_need_not_move_stays_where_it_is(server: Server, lock: Lock) -> None:
    """A newer release of a companion that came since is not taken along."""
    old = lock(MANIFEST.format("4.8.2")).replace("zzz", "")
    before = plan({"pyproject.toml": MANIFEST.format("4.8.2"), "uv.lock": old}, smith(server))
    kept = before.files["uv.lock"]
    server.asked.clear()
    seeded = Locksmith(Toolbox(), server.base, kept={"uv.lock": kept})
    again = plan({"pyproject.toml": MANIFEST.format("4.8.2"), "uv.lock": old}, seeded)
    assert again.files["uv.lock"] == kept
    assert server.asked == []


@pytest.mark.parametrize(
    ("addition", "reason"),
    [
        ('[tool.uv.sources]\norchestrator-core = { git = "https://git.example.org/x" }\n', "tool.uv.sources"),
        ('[[tool.uv.index]]\nurl = "https://index.example.org/simple"\n', "tool.uv.index"),
        ('[tool.uv]\nindex-url = "https://index.example.org/simple"\n', "tool.uv.index-url"),
        ('[tool.uv]\nfind-links = ["/etc"]\n', "tool.uv.find-links"),
        ('[tool.uv.workspace]\nmembers = ["*"]\n', "tool.uv.workspace"),
        ('[dependency-groups]\ndev = ["x @ git+https://git.example.org/x"]\n', "from the package index"),
        ('[project.optional-dependencies]\nx = ["x @ file:///etc"]\n', "from the package index"),
        ('[tool.uv]\noverride-dependencies = ["x @ https://a.example.org/x.whl"]\n', "from the package index"),
    ],
)  # fmt: skip
def test_what_leads_elsewhere_is_left_to_a_person(
    server: Server, lock: Lock, addition: str, reason: str
) -> None:
    old = lock(MANIFEST.format("4.8.2"))
    server.asked.clear()
    found = plan({"pyproject.toml": MANIFEST.format("4.8.2") + addition, "uv.lock": old}, smith(server))
    assert reason in told(found)
    assert server.asked == []


def test_metadata_that_take_code_are_left_to_a_person(server: Server, lock: Lock) -> None:
    old = lock(MANIFEST.format("4.8.2"))
    manifest = MANIFEST.format("4.8.2").replace('version = "1"', 'dynamic = ["version"]')
    assert "its own code" in told(plan({"pyproject.toml": manifest, "uv.lock": old}, smith(server)))


def test_a_lock_from_another_index_is_left_to_a_person(server: Server, lock: Lock) -> None:
    old = lock(MANIFEST.format("4.8.2"))
    for text in (
        old.replace(server.base, "http://169.254.169.254/simple"),
        old.replace(f'registry = "{server.base}"', 'git = "https://git.example.org/x"', 1),
    ):
        server.asked.clear()
        found = plan({"pyproject.toml": MANIFEST.format("4.8.2"), "uv.lock": text}, smith(server))
        assert "another package index" in told(found)
        assert server.asked == []


@pytest.mark.parametrize(
    ("locksmith", "reason"),
    [
        (lambda base: Locksmith(Own(), base), "uv is not installed"),
        (lambda base: Locksmith(Toolbox()), "offline"),
        (lambda base: Locksmith(Own(program=Path("/no/uv")), base), "could not be started"),
        (lambda base: Locksmith(Own(program=Path("/bin/false")), base), "found no set of releases"),
        (lambda base: Locksmith(Own(program=Path("/bin/true")), base), "does not choose 5.5.0"),
    ],
    ids=["no uv", "offline", "absent", "fails", "does nothing"],
)
def test_without_uv_or_a_result_the_command_is_told(
    server: Server, lock: Lock, locksmith: Callable[[str], Locksmith], reason: str
) -> None:
    files = {"pyproject.toml": MANIFEST.format("4.8.2"), "uv.lock": lock(MANIFEST.format("4.8.2"))}
    assert reason in told(plan(files, locksmith(server.base)))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exec sleep 5", "took longer than"),
        ("printf 'x%.0s' $(seq 2000) > uv.lock", "too large"),
        ("echo '[[' > uv.lock", "does not choose"),
    ],
    ids=["hangs", "writes much", "writes nonsense"],
)
def test_a_uv_that_goes_wrong_changes_nothing(
    server: Server, lock: Lock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    old = lock(MANIFEST.format("4.8.2"))
    monkeypatch.setattr("concertmaster.upgrading.locking.SECONDS", 0.5)
    monkeypatch.setattr("concertmaster.upgrading.locking.MAX_BYTES", 1_500)
    program = tmp_path / "uv-that-goes-wrong"
    program.write_text(f"#!/bin/bash\n{script}\n")
    program.chmod(0o755)
    files = {"pyproject.toml": MANIFEST.format("4.8.2"), "uv.lock": old}
    assert reason in told(plan(files, Locksmith(Own(program=program), server.base)))


@pytest.mark.parametrize("broken", ["pyproject.toml", "services/uv.lock"])
def test_a_lock_without_a_manifest_that_can_be_read_is_left(server: Server, lock: Lock, broken: str) -> None:
    old = lock(MANIFEST.format("4.8.2"))
    files = {"requirements.txt": "orchestrator-core==4.8.2\n", "uv.lock": old}
    if broken == "pyproject.toml":
        files[broken] = "[project\n"
    found = plan(files, smith(server))
    assert ("cannot be read" if broken == "pyproject.toml" else "no pyproject.toml") in told(found)


def test_uv_on_the_path_is_taken_only_by_a_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concertmaster.upgrading.tools.sysconfig.get_path", lambda _: str(tmp_path / "none"))
    (tmp_path / "uv").write_text("#!/bin/sh\n")
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    assert Toolbox(environment={"PATH": str(tmp_path)}).uv(tmp_path) == tmp_path / "uv"
    for environment in ({"PATH": "."}, {}):
        with pytest.raises(MissingToolError):
            Toolbox(environment=environment).uv(tmp_path)


def test_what_would_have_to_be_built_is_left_to_a_person(server: Server, lock: Lock) -> None:
    old = lock(MANIFEST.format("4.8.2"))
    server.answers["/simple/oauth2-lib/"] = package_index.listing(
        package_index.entry("oauth2_lib-3.0.0.tar.gz", b"x")
    )
    found = plan({"pyproject.toml": MANIFEST.format("4.8.2"), "uv.lock": old}, smith(server))
    assert "without building one" in told(found)


def test_uv_hears_nothing_of_the_environment(
    server: Server, lock: Lock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "canary")
    seen, program = tmp_path / "seen", tmp_path / "spy"
    program.write_text(f'#!/bin/sh\n(/usr/bin/env; /bin/ls -a; echo "$@") > {seen}\n')
    program.chmod(0o755)
    environment = {"GITHUB_TOKEN": "canary", "UV_INDEX_PASSWORD": "canary", "SSL_CERT_FILE": "/etc/ssl/c.crt"}
    files = {
        "pyproject.toml": MANIFEST.format("4.8.2"),
        "uv.lock": lock(MANIFEST.format("4.8.2")),
        "setup.py": "x",
    }
    plan(files, Locksmith(Own(environment=environment, program=program), server.base))
    text = seen.read_text()
    assert "--no-build" in text
    assert "SSL_CERT_FILE=/etc/ssl/c.crt" in text
    assert "canary" not in text
    assert "setup.py" not in text


@pytest.mark.parametrize(
    ("name", "wanted"), [("poetry.lock", "`poetry lock`"), ("pdm.lock", "`pdm lock --update-reuse`")]
)
def test_other_locks_have_their_command(server: Server, name: str, wanted: str) -> None:
    text = '[[package]]\nname = "orchestrator-core"\nversion = "4.8.2"\n'
    found = plan({"pyproject.toml": MANIFEST.format("4.8.2"), name: text}, smith(server))
    (note,) = found.locks
    assert note.text == wanted


ONE = "--upgrade-package orchestrator-core"
ROUNDS = "--max-rounds 100"
MADE = {
    "pip-compile --generate-hashes --output-file=requirements.txt requirements.in":
        f"pip-compile --generate-hashes --output-file=requirements.txt requirements.in {ONE} {ROUNDS}",
    "uv pip compile --generate-hashes -P ruff --upgrade pyproject.toml -o requirements.txt":
        f"uv pip compile --generate-hashes pyproject.toml -o requirements.txt {ONE}",
    "pip-compile --generate-hashes --max-rounds=20 -U": f"pip-compile --generate-hashes {ONE} {ROUNDS}",
}  # fmt: skip
UNSAID = (
    "",
    "curl -s example.org/x",
    "pip-compile requirements.in; curl example.org",
    "pip-compile `touch x`",
    "pip-compile $(touch x)",
)
HASH = "--hash=sha256:" + "0" * 64


HEADS = {
    "pip-tools": "#\n# This file is autogenerated by pip-compile with Python 3.12\n"
    "# by the following command:\n#\n#    {}\n#\n",
    "uv": "# This file was autogenerated by uv via the following command:\n#    {}\n",
}


@pytest.mark.parametrize(("made", "wanted"), MADE.items())
@pytest.mark.parametrize("head", HEADS.values(), ids=list(HEADS))
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_compiled_requirements_have_the_command_that_has_made_them(
    server: Server, head: str, made: str, wanted: str, end: str
) -> None:
    text = f"{head.format(made)}orchestrator-core==4.8.2 \\\n    {HASH}\n".replace("\n", end)
    found = plan({"pyproject.toml": MANIFEST.format("4.8.2"), "requirements.txt": text}, smith(server))
    assert [(note.path, note.text) for note in found.locks] == [("requirements.txt", f"`{wanted}`")]


@pytest.mark.parametrize("made", UNSAID)
def test_no_other_command_is_repeated_to_a_person(server: Server, made: str) -> None:
    text = f"{HEADS['uv'].format(made)}orchestrator-core==4.8.2 \\\n    {HASH}\n"
    found = plan({"pyproject.toml": MANIFEST.format("4.8.2"), "requirements.txt": text}, smith(server))
    assert [note.text for note in found.locks] == ["make it again with the tool that has written it"]


def test_requirements_with_hashes_that_do_not_say_how_they_were_made(server: Server) -> None:
    text = f"orchestrator-core==4.8.2 {HASH}\n"
    found = plan({"pyproject.toml": MANIFEST.format("4.8.2"), "requirements.txt": text}, smith(server))
    assert [note.text for note in found.locks] == [f"`pip-compile --generate-hashes {ONE} {ROUNDS}`"]


def test_the_command_line_renews_a_lock(
    server: Server, lock: Lock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "network"
    root.mkdir()
    (root / "pyproject.toml").write_text(MANIFEST.format("4.8.2"))
    (root / "uv.lock").write_text(lock(MANIFEST.format("4.8.2")))
    monkeypatch.setenv("UV_DEFAULT_INDEX", server.base)
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CONCERTMASTER_OFFLINE", raising=False)
    assert command(["upgrade", str(root), "--target", "5.5.0", "--write"]) == 0
    assert held((root / "uv.lock").read_bytes())[CORE] == "5.5.0"


def test_the_lock_of_a_pull_request_is_renewed_once(
    server: Server, lock: Lock, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the package index has by the next run changes nothing; what the default branch locks anew does."""
    job = start(
        {
            "pyproject.toml": MANIFEST.format("4.8.2"),
            "uv.lock": lock(MANIFEST.format("4.8.2")),
            "main.py": OLD,
        }
    )
    job.environment = {"UV_DEFAULT_INDEX": server.base, "CONCERTMASTER_OFFLINE": ""}
    assert job.run()[1]["result"] == "opened"
    first = job.remote.read("uv.lock", BRANCH)
    assert held(first)[CORE] == "5.5.0"
    assert "uv.lock" not in job.pulls[0].issue.body.partition("### To be done by hand")[2].partition("###")[0]
    add(server, "3.2.0")
    before, writes = job.snapshot(), job.writes()
    assert job.run()[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)
    job.remote.push("main", {"uv.lock": lock(MANIFEST.format("4.8.2")) + "\n"}, "Lock anew")
    assert job.run()[1]["result"] == "updated"
    assert held(job.remote.read("uv.lock", BRANCH))["oauth2-lib"] == "3.2.0"


def add(server: Server, number: str) -> None:
    """A release of the companion that comes later."""
    server.hold(
        **{f"orchestrator_core__{n.replace('.', '_')}": core(n) for n in ("4.8.2", "5.5.0")},
        **{f"oauth2_lib__{n.replace('.', '_')}": wheels.wheel({}, distribution="oauth2-lib", release=n)
           for n in ("2.0.0", "3.0.0", "3.1.0", number)},
    )  # fmt: skip
