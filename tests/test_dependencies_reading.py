"""What manifests say, and what is said of those that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from concertmaster.findings import apply
from concertmaster.project.dependencies import installed, is_manifest, obstacle, raise_pin, read_requirements
from concertmaster.project.manifests.read import READERS
from concertmaster.versions import RELEASES


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "main.py",
        "workflows/setup.pyi",
        "notes/pip.txt",
        "values.yaml",
        "uv.lock.bak",
        "docs/conf.py",
    ],
)
def test_other_files_are_no_manifests(path: str) -> None:
    assert not is_manifest(path)
    assert read_requirements({path: b"orchestrator-core==1.0"}).requirements == ()


@pytest.mark.parametrize(
    "path",
    """pyproject.toml sub/pyproject.toml requirements.txt requirements-dev.txt dev-requirements.in
    requirements/prod.txt constraints.txt setup.cfg setup.py Pipfile Pipfile.lock uv.lock poetry.lock pdm.lock
    pylock.toml pylock.dev.toml tox.ini environment.yml .pre-commit-config.yaml Dockerfile Dockerfile.api
    api.dockerfile docker-compose.yml compose.override.yaml .github/workflows/ci.yml .gitlab-ci.yml Makefile
    bin/entrypoint.sh""".split(),
)
def test_manifests_are_known_by_their_path(path: str) -> None:
    assert is_manifest(path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "# orchestrator-core==4.8\n--extra-index-url https://x\n\n"),
        ("pyproject.toml", '[project]\nname = "orchestrator-core"\ndependencies = []\n'),
        ("pyproject.toml", '[project]\ndependencies = "orchestrator-core"\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\n'),
        ("pyproject.toml", '[tool.poetry]\ndependencies = ["orchestrator-core"]\n'),
        ("setup.py", "setup(install_requires=read())\n"),
        ("setup.py", 'R = ["orchestrator-core"]\nR = []\nsetup(install_requires=R)\n'),
        ("setup.py", 'other(install_requires=["orchestrator-core"])\n'),
        ("setup.cfg", "[metadata]\nname = orchestrator-core\n[options]\npackages = find:\n"),
        ("Dockerfile", "# RUN pip install orchestrator-core==4.8\nRUN pip install -r requirements.txt\n"),
        ("Dockerfile", "RUN pip uninstall orchestrator-core\nFROM example.org/my-orchestrator-core:1.0.0\n"),
        ("Dockerfile", "RUN pip install --index-url orchestrator-core -e .\nRUN echo orchestrator-core\n"),
        (".github/workflows/ci.yml", "name: orchestrator-core\n"),
        ("environment.yml", "dependencies: orchestrator-core\n"),
        (".pre-commit-config.yaml", "- orchestrator-core\n"),
        ("uv.lock", 'version = 1\n[[package]]\nname = "celery"\nversion = "5.6.0"\n'),
        ("uv.lock", "version = 1\n"),
        ("Pipfile.lock", '{"_meta": {"orchestrator-core": {"version": "==1"}}, "default": []}'),
    ],
)
def test_look_alikes_require_nothing(path: str, text: str) -> None:
    found = read_requirements({path: text.encode()})
    assert found.of("orchestrator-core") == ()
    assert found.unanalysed == ()


@pytest.mark.parametrize(
    ("path", "source", "reason"),
    [
        ("requirements.txt", "orchestrator-core==4.8".encode("utf-16"), "UTF-16"),
        ("requirements.txt", b"caf\xe9==1\n", "not UTF-8 text (byte 3)"),
        ("requirements.txt", b"x" * (129 * 1024), "larger than 128 KiB"),
        ("pyproject.toml", b"x" * (65 * 1024), "larger than 64 KiB"),
        ("pyproject.toml", b"[project\n", "not valid TOML"),
        ("pyproject.toml", b"a = " + b"[" * 5000, "not valid TOML"),
        ("pyproject.toml", b"a" + b".a" * 20000 + b" = 1\n", "not valid TOML"),
        ("pyproject.toml", b"a = 1\na = 2\n", "not valid TOML"),
        ("pyproject.toml", b"[project]\n<<<<<<< HEAD\nname = 'x'\n", "merge conflicts"),
        ("Pipfile", b"packages = ", "not valid TOML"),
        ("Pipfile.lock", b"{", "not valid JSON"),
        ("Pipfile.lock", b"[" * 60000, "not valid JSON"),
        ("Pipfile.lock", b"[]", "no sections"),
        ("uv.lock", b"hello\n", "holds no packages"),
        ("setup.py", b"def (\n", "not valid Python"),
        ("setup.py", b"x = " + b"(" * 90000, "not valid Python"),
        ("setup.py", b"x = '\0'\n", "not valid Python"),
        ("environment.yml", b"a: [\n", "not valid YAML"),
        ("environment.yml", b"a: " + b"[" * 20000, "not valid YAML"),
        (".pre-commit-config.yaml", b"repos: [&a [*b]]\n", "not valid YAML"),
    ],
)
def test_what_cannot_be_read_is_named_and_stops_nothing(path: str, source: bytes, reason: str) -> None:
    found = read_requirements({path: source, "sub/requirements.txt": b"orchestrator-core==4.8.2\n"})
    (one,) = found.unanalysed
    assert one.path == path
    assert reason in one.reason
    assert "\n" not in one.reason
    assert len(found.of("orchestrator-core")) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("requirements.txt", "orchestrator-core" + " " * 1900 + "x\n"),
        ("requirements.txt", "orchestrator-core>=4.8" + " " * 1900 + "x\n"),
        ("requirements.txt", "a" + "." * 1900 + "!\n"),
        ("Dockerfile", "RUN pip install " * 7000),
        ("Dockerfile", 'RUN pip install "' * 7000),
        ("Dockerfile", "pip\n" * 30000),
        ("setup.cfg", "[options]\ninstall_requires =\n" + " a" * 60000),
        ("uv.lock", '[[package]]\nname = "a"\n' * 100_000),
    ],
)
def test_what_no_one_writes_ends_soon(path: str, source: str) -> None:
    found = read_requirements({path: source.encode()})
    assert all(item.problem for item in found.of("orchestrator-core"))


def test_more_requirements_than_anyone_has_are_not_read() -> None:
    found = read_requirements({"requirements.txt": b"a\n" * 2001})
    assert found.requirements == ()
    assert "2000 requirements" in found.unanalysed[0].reason


def test_yaml_that_multiplies_itself_is_not_expanded() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]
    text = "\n".join([*lines, "dependencies: *a29", ""])
    assert read_requirements({"environment.yml": text.encode()}).unanalysed == ()


@given(st.sampled_from([pattern.replace("*", "x") for pattern, _ in READERS]), st.binary(max_size=300))
def test_no_bytes_make_a_reader_fail(path: str, source: bytes) -> None:
    read_requirements({path: source})


_PIECES = st.sampled_from(
    r"""orchestrator-core [ ] [celery] ~=4.8 == , ; # \\ " ' = { } pip install \n \r\n - : ( ) @ git+https://x.org/y
    -r -e requirements.txt [project] [options] install_requires dependencies deps $X ${{ FROM é \t
    workfloworchestrator/orchestrator-core: <5 setup [[package]] name version""".split(" ")
)


@given(
    st.sampled_from([pattern.replace("*", "x") for pattern, _ in READERS]),
    st.lists(_PIECES, max_size=25),
    st.booleans(),
)
def test_spans_hold_what_they_say(path: str, pieces: list[str], spaced: bool) -> None:
    source = (" " if spaced else "").join(pieces).encode()
    for item in read_requirements({path: source}).requirements:
        assert source[slice(*item.span)].decode() == item.text
        assert source[slice(*item.written_at)].decode() == item.written
        assert item.span[0] <= item.extras_at[0] <= item.extras_at[1] <= item.span[1]
        assert item.specifier == str(item.versions)


def test_names_extras_markers_and_groups_are_told() -> None:
    text = "[project.optional-dependencies]\nApi = [\"Orchestrator_Core[search,Celery]~=4.8 ; os_name == 'posix'\"]\n"
    (item,) = read_requirements({"pyproject.toml": text.encode()}).of("orchestrator.core")
    assert (item.name, item.specifier, item.group) == ("orchestrator-core", "~=4.8", "Api")
    assert item.extras == ("Celery", "search")
    assert item.marker == 'os_name == "posix"'
    assert text[slice(*item.extras_at)] == "[search,Celery]"


def test_extras_of_tables_are_told() -> None:
    text = '[tool.poetry.dependencies]\norchestrator-core = {version="^4.8", extras = [ "search" ], python=">3"}\n'
    (item,) = read_requirements({"pyproject.toml": text.encode()}).requirements
    assert (item.extras, item.specifier, item.marker) == (("search",), "<5,>=4.8", "python >3")
    assert text[slice(*item.extras_at)] == '[ "search" ]'


@pytest.mark.parametrize(
    ("written", "specifier"),
    [
        ("^4.8.2", "<5,>=4.8.2"),
        ("^0.2.3", "<0.3,>=0.2.3"),
        ("^0.0.3", "<0.0.4,>=0.0.3"),
        ("^0", "<1,>=0"),
        ("~4.8.2", "<4.9,>=4.8.2"),
        ("~4", "<5,>=4"),
        ("4.8.2", "==4.8.2"),
        ("=4.8.2", "==4.8.2"),
        ("4.*", "==4.*"),
        ("*", ""),
        (">=4.8, <5", "<5,>=4.8"),
        (">=4.8 <5", "<5,>=4.8"),
    ],
)
def test_ranges_of_poetry_become_pep_440(written: str, specifier: str) -> None:
    text = f'[tool.poetry.dependencies]\nx = "{written}"\n'
    (item,) = read_requirements({"pyproject.toml": text.encode()}).requirements
    assert item.problem == ""
    assert item.specifier == specifier


@pytest.mark.parametrize("written", ["^4 || ^5", "~latest", "^latest", "newest", ">= ", ">=x", "^4.8,!=*"])
def test_ranges_of_poetry_that_are_not_understood_are_named(written: str) -> None:
    text = f'[tool.poetry.dependencies]\nx = "{written}"\n'
    (item,) = read_requirements({"pyproject.toml": text.encode()}).requirements
    assert item.problem == f"the range {written!r} is not understood"
    assert item.specifier == ""


@pytest.mark.parametrize(
    ("written", "specifier"),
    [
        ("x", ""),
        ("x=4.8", "==4.8.*"),
        ("x 4.8.*", "==4.8.*"),
        ("conda-forge::x=4.8.2=py_0", "==4.8.2.*"),
        ("x==4.8.2", "==4.8.2"),
        ("x >=4.8,<5", "<5,>=4.8"),
        ("x 4.8|4.9", None),
    ],
)
def test_ranges_of_conda_become_pep_440(written: str, specifier: str | None) -> None:
    (item,) = read_requirements({"environment.yml": f"dependencies:\n- {written}\n".encode()}).requirements
    assert (item.name, item.specifier) == ("x", specifier or "")
    assert bool(item.problem) is (specifier is None)


@pytest.mark.parametrize(
    ("text", "name", "specifier", "source"),
    [
        (
            "https://example.org/orchestrator_core-4.8.2-py3-none-any.whl",
            "orchestrator-core",
            "==4.8.2",
            "url",
        ),
        ("./dist/orchestrator_core-4.8.2.tar.gz#sha256=aa", "orchestrator-core", "==4.8.2", "path"),
        ("file:///srv/orchestrator_core-4.8.2.tar.gz", "orchestrator-core", "==4.8.2", "path"),
        ("git+ssh://git@example.org/core#subdirectory=x&egg=core[a,b]", "core", "", "git"),
        ("git+ssh://git@example.org/core@v4.8.2#egg=core", "core", "==4.8.2", "git"),
        ("core @ git+https://example.org/core.git@4.8.2", "core", "==4.8.2", "git"),
        ("core @ git+https://example.org/core.git@main", "core", "", "git"),
        ("core @ https://example.org/core.zip", "core", "", "url"),
        ("core @ file:///srv/core", "core", "", "path"),
    ],
)
def test_requirements_by_address_tell_name_and_version(
    text: str, name: str, specifier: str, source: str
) -> None:
    (item,) = read_requirements({"requirements.txt": text.encode()}).requirements
    assert (item.name, item.specifier, item.source) == (name, specifier, source)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "requirements.txt",
            ".\n../other\nhttps://example.org/page\n./x.whl\n./a-b.tar.gz\n!\n" + "a" * 3000,
        ),
        ("pyproject.toml", "[tool.setuptools.dynamic]\ndependencies = {file = [1]}\n"),
        ("pyproject.toml", "[tool.setuptools.dynamic.dependencies]\nfile = 1\n[tool.uv.sources]\nx = 1\n"),
        ("pyproject.toml", "[tool.uv.sources]\nx = [{index = 'a'}]\n"),
        ("pyproject.toml", "[project]\ndependencies = [1, 'a b', ['c']]\nrequires-python = 3\n"),
        ("pyproject.toml", "[tool.black]\ntarget-version = [1, 'py27']\n[tool.mypy]\npython_version = 3.9\n"),
        ("environment.yml", 'dependencies:\n- "a\\x62"\n- "!"\n- pip: [[a], "a\\x62", "-e ."]\n'),
        (".github/workflows/a.yml", "python-version: 2.7\n"),
        ("setup.py", "setup(python_requires=3, extras_require=1, **x)\nsetup(install_requires=[1, f'a'])\n"),
        ("setup.py", "setup(python_requires='>' '=3')\nx = 1\nx.y = 2\n"),
        ("setup.cfg", "[options.extras_require]\n[options]\ninstall_requires\n    a\n"),
        ("Pipfile.lock", '{"default": {"a": {"version": 1}, "b": 1, "c": {"ref": "x"}}}'),
        ("poetry.lock", '[[package]]\nname = "a"\n'),
    ],
)
def test_what_is_no_requirement_is_passed_over(path: str, text: str) -> None:
    found = read_requirements({path: text.encode()})
    assert found.requirements == ()
    assert found.unanalysed == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "-r deps/base\n-c deps/limits\n"),
        ("requirements.txt", "--requirement=deps/base\n--constraint deps/limits  # both\n"),
        ("requirements/dev.txt", "-r../deps/base\n-c ../deps/limits\n"),
        (
            "pyproject.toml",
            '[tool.setuptools.dynamic]\ndependencies = {file = ["deps/base", "deps/limits"]}\n',
        ),
        (
            "pyproject.toml",
            '[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ["deps/base", "deps/limits"]\n',
        ),
    ],
)
def test_files_that_are_taken_in_are_read_whatever_they_are_called(path: str, text: str) -> None:
    others = {"deps/base": b"-r base\norchestrator-core\n", "deps/limits": b"orchestrator-core<5\n"}
    found = read_requirements({path: text.encode(), **others})
    assert [item.path for item in found.requirements] == ["deps/base", "deps/limits"]


def test_files_outside_the_repository_are_not_taken_in() -> None:
    files = {
        "requirements.txt": b"-r ../secret.txt\n-r /etc/passwd\n",
        "secret.txt": b"a\n",
        "etc/passwd": b"b\n",
    }
    assert read_requirements(files).requirements == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "uv.lock",
            'version = 1\n\n[[package]]\nname = "orchestrator-core"\nversion = "4.8.2"\nsource = { registry = "x" }\n',
        ),
        (
            "poetry.lock",
            '[[package]]\r\nname = "orchestrator-core"\r\nversion = "4.8.2"\r\ndescription = ""\r\n',
        ),
        ("pdm.lock", '[[package]]\nname = "orchestrator-core"\nversion = "4.8.2"\nextras = ["celery"]\n'),
        (
            "pylock.toml",
            'lock-version = "1.0"\n[[packages]]\nname = "orchestrator-core"\nversion = "4.8.2"\n',
        ),
        (
            "Pipfile.lock",
            '{\n "default": {\n  "celery": {"version": "==5"},\n  "orchestrator-core": {\n   "version": "==4.8.2"}}}',
        ),
    ],
)
def test_locks_tell_what_is_resolved(path: str, text: str) -> None:
    (item,) = read_requirements({path: text.encode()}).of("orchestrator-core")
    assert item.locked
    assert item.specifier == "==4.8.2"
    assert text.splitlines()[item.line - 1].strip().startswith(('name = "orch', '"orchestrator-core"'))


def test_the_project_itself_in_its_lock_comes_from_a_path() -> None:
    text = '[[package]]\nname = "orchestrator-core"\nversion = "0.1"\nsource = { editable = "." }\n'
    (item,) = read_requirements({"uv.lock": text.encode()}).requirements
    assert item.source == "path"


def test_a_comment_between_continued_lines_is_no_end() -> None:
    source = (
        b"RUN pip install \\\n  celery \\\n  # the framework\n  orchestrator-core==4.8.2 \\\n  gunicorn\n"
    )
    (item,) = read_requirements({"Dockerfile": source}).of("orchestrator-core")
    assert item.specifier == "==4.8.2"
    assert item.line == 4


def test_a_redirection_is_no_version() -> None:
    source = b"RUN pip install orchestrator-core>=4.8 celery\n"
    (item,) = read_requirements({"Dockerfile": source}).requirements
    assert (item.name, item.specifier) == ("orchestrator-core", "")


_SPECIFIER = st.lists(
    st.tuples(
        st.sampled_from("== === ~= >= <= < > != ^ ~".split()),
        st.sampled_from("4.8.2 4.8 4 4.* 4.8.dev1 5.0.0rc1 5.6.0a2 99 nightly 1!2 4.8+local v4".split()),
    ).map("".join),
    max_size=3,
).map(",".join)


@given(_SPECIFIER, st.sampled_from(["5.4.0", "5.0.4", "5.6.0a2"]))
def test_every_range_can_be_asked_and_is_raised_right_or_not_at_all(specifier: str, release: str) -> None:
    files = {
        "requirements.txt": f"orchestrator-core{specifier}\n".encode(),
        "pyproject.toml": f'[tool.poetry.dependencies]\norchestrator-core = "{specifier}"\n'.encode(),
    }
    found = read_requirements(files)
    believed = installed(found)
    assert believed is None or Version(believed.floor) <= Version(believed.release)
    for requirement in found.of("orchestrator-core"):
        edit = raise_pin(requirement, release)
        assert (edit is None) is bool(obstacle(requirement, release))
        if edit is not None:
            (raised,) = read_requirements(
                {requirement.path: apply(files[requirement.path], [edit])}
            ).requirements
            assert release in raised.versions
            assert not any(
                number in raised.versions for number in RELEASES if Version(number) < Version(release)
            )
