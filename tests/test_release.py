"""A release is made of a commit where everything agrees, and runs its image by a digest that nobody can move."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tools.release import DEVELOPMENT, notes, pin, problems, version_of

from tests.git import git

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted(
    [*(ROOT / ".github" / "workflows").glob("*.yml"), *(ROOT / "docs" / "workflows").glob("*.yml")]
)
DIGEST = f"ghcr.io/octo-org/concertmaster@sha256:{'a' * 64}"


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(path)
    return found


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A clone where 1.2.0 can be released."""
    files = {
        "src/concertmaster/__init__.py": '__version__ = "1.2.0"\n',
        "CHANGELOG.md": "# Changelog\n\n## 1.2.0\n\n- New.\n\n## 1.1.0\n\n- Old.\n",
        "action.yml": f"runs:\n  using: docker\n{DEVELOPMENT}",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "All")
    return tmp_path


def test_where_everything_agrees_there_is_nothing_to_say(ready: Path) -> None:
    assert list(problems("1.2.0", root=ready, tagged=False)) == []
    git(ready, "tag", "release/1.2.0")
    assert list(problems("1.2.0", root=ready, tagged=True)) == []


@pytest.mark.parametrize(
    ("commands", "version", "told"),
    [
        ([], "1.2", "is no version"),
        ([], "v1.2.0", "is no version"),
        ([], "1.3.0", "The code says 1.2.0"),
        ([["tag", "v1.2.0"]], "1.2.0", "The tag v1.2.0 exists"),
        ([["tag", "release/1.2.0"]], "1.2.0", "The tag release/1.2.0 exists"),
        ([["switch", "--quiet", "--create", "other"]], "1.2.0", "made from main"),
        ([["rm", "--quiet", "--cached", "CHANGELOG.md"]], "1.2.0", "not committed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_agree_is_told(ready: Path, commands: list[list[str]], version: str, told: str) -> None:
    for command in commands:
        git(ready, *command)
    assert any(told in problem for problem in problems(version, root=ready, tagged=False))


def test_a_tag_on_another_commit_is_told(ready: Path) -> None:
    git(ready, "tag", "release/1.2.0")
    git(ready, "commit", "--quiet", "--allow-empty", "--message", "More")
    assert ["another commit" in problem for problem in problems("1.2.0", root=ready, tagged=True)] == [True]


def test_the_notes_are_those_of_the_version(ready: Path) -> None:
    assert notes("1.2.0", root=ready) == "- New.\n"
    assert notes("1.1.0", root=ready) == "- Old.\n"
    assert notes("1.3.0", root=ready) == ""


def test_a_release_runs_its_image_by_digest(ready: Path) -> None:
    pin(DIGEST, root=ready)
    assert read(ready / "action.yml")["runs"] == {"using": "docker", "image": f"docker://{DIGEST}"}
    with pytest.raises(SystemExit, match="nothing to replace"):
        pin(DIGEST, root=ready)
    assert any("only the commit of a release" in one for one in problems("1.2.0", root=ready, tagged=False))


@pytest.mark.parametrize(
    "image", ["ghcr.io/a/b:1.2.0", "docker.io/a/b@sha256:" + "a" * 64, f"{DIGEST}\n", "x"]
)
def test_nothing_but_a_digest_is_pinned(ready: Path, image: str) -> None:
    with pytest.raises(SystemExit, match="by its digest"):
        pin(image, root=ready)


def test_the_version_stands_in_one_place() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", version_of(ROOT))
    assert "version" in (ROOT / "pyproject.toml").read_text().partition("dynamic = ")[2].partition("\n")[0]
    assert read(ROOT / "action.yml")["runs"]["image"] == "Dockerfile"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_every_action_of_others_is_pinned_by_its_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
    others = [(name, rest) for name, rest in used if not name.startswith(("./", "OWNER/concertmaster"))]
    for name, rest in others:
        assert re.search(r"@[0-9a-f]{40}$", name), name
        assert re.match(r" # v\d+\.\d+\.\d+$", rest), f"{name} does not tell its version"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_every_job_asks_for_its_own_permissions_and_ends(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert set(job["permissions"].values()) <= {"read", "write"}
        assert "uses" in job or job["timeout-minutes"] <= 300


def test_one_version_of_each_action_is_used() -> None:
    used = {
        name for path in WORKFLOWS for name in re.findall(r"uses: ([\w/-]+@[0-9a-f]{40})", path.read_text())
    }
    assert len(used) == len({name.partition("@")[0] for name in used})


def test_nothing_moves_before_the_published_image_was_tried() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]

    def before(name: str) -> set[str]:
        needs = jobs[name].get("needs", [])
        found = {needs} if isinstance(needs, str) else set(needs)
        return found.union(*(before(each) for each in found))

    writers = {name for name, job in jobs.items() if job["permissions"].get("contents") == "write"}
    assert writers == {"tags"}
    assert before("tags") >= {"check", "package", "image", "sign", "smoke", "publish"}
    assert "smoke" in before("publish")
    assert before("smoke") >= {"sign", "image"}
    signers = {name for name, job in jobs.items() if job["permissions"].get("id-token") == "write"}
    assert signers == {"sign", "publish"}
    assert not any("secrets." in str(job) for job in jobs.values())


def release_steps() -> list[str]:
    """What the release runs, command by command, with lines joined."""
    jobs = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    scripts = (step["run"] for job in jobs.values() for step in job["steps"] if "run" in step)
    return [line.strip() for script in scripts for line in script.replace("\\\n", " ").splitlines()]


def test_a_release_is_built_on_a_base_by_its_digest() -> None:
    """The name and its tag stand in the Dockerfile; what is built on is what the tag was when the release began."""
    assert re.search(r"^ARG BASE=[a-z./]+:3\.\d+[a-z-]*$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    jobs = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    assert jobs["check"]["outputs"]["base"] == "${{ steps.base.outputs.base }}"
    builds = [line for line in release_steps() if re.search(r"docker (buildx )?build\b(?!x)", line)]
    assert len(builds) == 1
    assert '--build-arg "BASE=$BASE"' in builds[0]
    (step,) = (one for one in jobs["image"]["steps"] if "docker build" in one.get("run", ""))
    assert step["env"]["BASE"] == "${{ needs.check.outputs.base }}"
    assert "check" in jobs["image"]["needs"]


def test_the_base_is_refused_unless_it_has_a_digest() -> None:
    script = "\n".join(release_steps())
    assert 'echo "base=${named%:*}@$digest"' in script
    assert script.index('[[ "$digest" =~ ^sha256:[0-9a-f]{64}$ ]]') < script.index('echo "base=')


def test_nothing_is_taken_by_a_tag_that_can_move() -> None:
    """What is joined, verified, pulled and tried is named by digest; tags are only ever given."""
    taking = ("imagetools create", "docker pull", "gh attestation verify", "tools.smoke", "tools.release pin")
    taken = [line for line in release_steps() if any(verb in line for verb in taking)]
    assert len(taken) == len(taking)
    for line in taken:
        named = re.sub(r"--tag \S+", "", line)
        assert "$PUBLISHED" in named or named.count("@$(cat built/") == 2, line
        assert ":$VERSION" not in named, line
    jobs = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    published = {job["env"]["PUBLISHED"] for job in jobs.values() if "PUBLISHED" in job.get("env", {})}
    assert published == {"${{ needs.check.outputs.image }}@${{ needs.sign.outputs.digest }}"}
