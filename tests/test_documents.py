"""Code in documents is judged and mended like code in files; everything else in them stays as it is."""

from __future__ import annotations

import pytest

from concertmaster.findings import Safety, Severity, apply
from concertmaster.judging import FileResult
from concertmaster.project.documents import is_document
from concertmaster.project.python import Surroundings
from concertmaster.rule import load_rules
from concertmaster.subjects import analyse, is_judged
from concertmaster.versions import Window

AROUND = Surroundings(Window("4.8.2", "5.5.0"))


def judge(text: str, path: str = "docs/use.md", *, unsafe: bool = True) -> FileResult:
    assert is_judged(path)
    return analyse(path, text.encode(), AROUND, load_rules(), unsafe=unsafe)


def mended(text: str, path: str = "docs/use.md") -> str:
    """The new text, which is also what the findings' edits make of the old one."""
    result = judge(text, path)
    assert result.unanalysed is None
    new = (result.rewritten or text.encode()).decode()
    assert (
        apply(text.encode(), {edit for finding in result.findings for edit in finding.edits}).decode() == new
    )
    again = judge(new, path)
    assert again.rewritten is None
    assert again.findings == ()
    return new


@pytest.mark.parametrize(
    "path",
    """CHANGELOG.md docs/changelog/4.8.md HISTORY.rst docs/upgrading.md docs/upgrade-5.0.md docs/release-notes/5.md
    docs/adr/0001.md migrations/README.md NEWS.md notes.txt""".split(),
)
def test_what_tells_of_the_past_is_no_document(path: str) -> None:
    assert not is_document(path)


@pytest.mark.parametrize("path", ["README.md", "docs/newsfeed.markdown", "docs/a.mdx", "docs/index.rst"])
def test_documents(path: str) -> None:
    assert is_document(path)


@pytest.mark.parametrize(
    "text",
    [
        "Import `from orchestrator.db import db` and set SEARCH_ENABLED=True.\n",
        "    from orchestrator.db import db\n",
        "```\nfrom orchestrator.db import db\n```\n",
        "```diff\n-from orchestrator.db import db\n+from orchestrator.core.db import db\n```\n",
        "```python\n>>> x = 1\n>>> x\nfrom orchestrator.db import db\n```\n",
        "```console\npython main.py db upgrade\n```\n",
        "Run `python main.py db upgrade`, or\npython main.py db upgrade\n",
        "```text\npython main.py db upgrade\n```\n",
        '```pycon\n>>> text = """\n... """\nfrom orchestrator.db import db\n```\n',
        "```python\nfrom orchestrator.db import (db\n```\n",
        "```yaml\nservices: [orchestrator\n```\n",
        '```json\n{"SERVE_GRAPHQL_UI": true}\n```\n',
        "| Name | SERVE_GRAPHQL_UI |\n|---|---|\n| x | CACHE_HMAC_SECRET |\n",
        "::: orchestrator.optical.steps\n",
        "```python\napp.state = 1\n```\n",
        "```python\n\n\n```\n\norchestrator.db\n",
        "- x\n\n\t```python\n\tfrom orchestrator.db import db\n      \tx = 1\n\t```\n",
    ],
)
def test_prose_and_what_is_no_code_stay(text: str) -> None:
    result = judge(text)
    assert result == FileResult("docs/use.md")


def test_a_fence() -> None:
    text = "Use it:\n\n```python\nfrom orchestrator.db import db\n\nprint(db)\n```\n\nDone.\n"
    assert mended(text) == text.replace("orchestrator.db", "orchestrator.core.db")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1. first\n\n   ```python\n   from orchestrator.db import db\n   ```\n", "orchestrator.core.db"),
        ('> ~~~py title="x"\n> from orchestrator.db import db\n> ~~~\n', "orchestrator.core.db"),
        (
            "- a\n  - b\n\n    ```python\n    def f():\n\n        import orchestrator.db\n    ```\n",
            "orchestrator.core.db",
        ),
        ("``` {.python}\r\nfrom orchestrator.db import db\r\n```\r\n", "orchestrator.core.db"),
        ("```python\nfrom orchestrator.db import db", "orchestrator.core.db"),
        ("\ufeff```python\nfrom orchestrator.db import db\n```\n", "orchestrator.core.db"),
        ("Ünïcode ✓\n\n```python\nö = 1; from orchestrator.db import db\n```\n", "orchestrator.core.db"),
    ],
)
def test_fences_wherever_they_stand(before: str, after: str) -> None:
    assert mended(before) == before.replace("orchestrator.db", after)


def test_lines_come_and_go_with_their_indentation() -> None:
    text = (
        "* set it up\n\n"
        "  ```env\n"
        "  CACHE_URI=redis://cache\n"
        "  DATABASE_URI=postgresql://db/x\n"
        "  SEARCH_ENABLED=true\n"
        "  OPENAI_API_KEY=sk\n"
        "  CACHE_HMAC_SECRET=x\n"
        "  ```\n\n"
        "* run it\n"
    )
    assert mended(text) == (
        "* set it up\n\n"
        "  ```env\n"
        "  CACHE_URI=redis://cache\n"
        "  DATABASE_URI=postgresql+psycopg://db/x\n"
        "  EMBEDDING_API_KEY=sk\n"
        "  EMBEDDING_API_ENABLED=true\n"
        "  ```\n\n"
        "* run it\n"
    ).replace("ENABLED=true", "ENABLED=True")


def test_places_are_those_of_the_document() -> None:
    text = "# ✓\n\n> ```sh\n> export SERVE_GRAPHQL_UI=1\n> ```\n"
    (finding,) = judge(text).findings
    assert (finding.path, finding.line, finding.column) == ("docs/use.md", 4, 10)


def test_a_document_breaks_nothing() -> None:
    text = "```python\nfrom orchestrator.db import db\nfrom orchestrator.search.agent import agent\n```\n"
    result = judge(text, unsafe=False)
    assert result.rewritten is None
    assert {finding.severity for finding in result.findings} == {Severity.WARNING}
    assert {finding.safety for finding in result.findings} == {Safety.SUGGESTED}


def test_the_same_code_twice_is_two_findings() -> None:
    text = "```sh\nexport SERVE_GRAPHQL_UI=1\n```\n" * 2
    found = judge(text).findings
    assert len({finding.fingerprint for finding in found}) == 2


def test_requirements_in_commands() -> None:
    text = '```bash\npip install "orchestrator-core[search]==4.8.2"\n```\n'
    assert mended(text) == text.replace("[search]", "")


def test_a_kept_finding_is_not_told() -> None:
    text = "```sh\nexport SERVE_GRAPHQL_UI=1  # concertmaster: ignore[graphql-ui-flag] old\n```\n"
    assert judge(text).findings == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "a.md",
            "<!-- concertmaster: ignore[old-namespace] shown on purpose -->\n```python\nimport orchestrator.db\n```\n",
        ),
        (
            "a.md",
            "<!-- concertmaster: ignore[old-namespace] -->\n\n```python\nx = 1\nimport orchestrator.db\n```\n",
        ),
        ("a.md", "| `CC_NOC` | x | <!-- concertmaster: ignore[removed-variables] old -->\n"),
        (
            "a.rst",
            ".. concertmaster: ignore[old-namespace] old\n\n.. code-block:: python\n\n   import orchestrator.db\n",
        ),
    ],
)
def test_a_comment_of_the_document_keeps_the_block_below_it(path: str, text: str) -> None:
    assert judge(text, f"docs/{path}").findings == ()
    gone = text.replace("concertmaster: ignore", "concertmaster: ignored")
    assert judge(gone, f"docs/{path}").findings


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "a.md",
            "<!-- concertmaster: ignore[old-namespace] x -->\n```python\nimport orchestrator.core.db\n```\n",
        ),
        ("a.md", "```python\nimport orchestrator.core.db  # concertmaster: ignore[old-namespace] x\n```\n"),
        ("a.md", "| `LOG_LEVEL` | x | <!-- concertmaster: ignore[removed-variables] orchestrator -->\n"),
    ],
)
def test_a_comment_that_keeps_nothing_is_told(path: str, text: str) -> None:
    result = judge(text, f"docs/{path}")
    assert [(item.rule, item.safety) for item in result.findings] == [("unused-suppression", Safety.MANUAL)]
    assert result.rewritten is None


def test_a_comment_keeps_no_other_block() -> None:
    mark = "<!-- concertmaster: ignore[old-namespace] x -->"
    block = "```python\nimport orchestrator.db\n```\n"
    found = judge(f"{mark}\n{block}\n{block}\n{mark}\nText.\n\n{block}")
    assert [(one.rule, one.line) for one in found.findings] == [
        ("old-namespace", 7),
        ("unused-suppression", 10),
        ("old-namespace", 14),
    ]


def test_tables_of_variables() -> None:
    text = (
        "| Variable | Meaning |\n|---|---|\n"
        "| `SERVE_GRAPHQL_UI` | a user interface |\n"
        "| `SEARCH_ENABLED` | search |\n"
        "| `LLM_FORCE_EXTENTION_MIGRATION` | force |\n"
    )
    assert mended(text) == (
        "| Variable | Meaning |\n|---|---|\n"
        "| `SERVE_GRAPHQL_UI` | a user interface |\n"
        "| `LLM_FORCE_EXTENSION_MIGRATION` | force |\n"
    )


def test_directives_that_name_modules() -> None:
    assert mended("::: orchestrator.workflow\n") == "::: orchestrator.core.workflow\n"
    assert (
        mended(".. automodule:: orchestrator.db\n", "docs/a.rst") == ".. automodule:: orchestrator.core.db\n"
    )


def test_code_blocks_of_restructuredtext() -> None:
    text = (
        "Title\n=====\n\n"
        ".. code-block:: python\n"
        "   :linenos:\n\n"
        "   from orchestrator.db import db\n\n"
        "   print(db)\n\n"
        "Then::\n\n"
        "    from orchestrator.db import db\n\n"
        ".. code-block:: text\n\n   import orchestrator.db\n\n"
        ".. code:: sh\n\n"
        "   export SERVE_GRAPHQL_UI=1"
    )
    expected = text.replace("orchestrator.db", "orchestrator.core.db", 2).replace("UI=1", "UI=graphiql")
    assert mended(text, "docs/a.rst") == expected


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.md", "```pycon\n>>> from orchestrator.db import db\n>>> db\n<db>\n```\n", ".core"),
        ("a.md", "```python\n>>> from orchestrator.db import db\n...\n```\n", ".core"),
        ("a.md", "> ```py\n> >>> from orchestrator.db import db\n> ```\n", ".core"),
        ("a.rst", "Text.\n\n>>> from orchestrator.db import db\n>>> db\n<db>\n", ".core"),
        ("a.rst", ".. doctest:: group\n   :hide:\n\n   >>> from orchestrator.db import db\n", ".core"),
        ("a.rst", "So::\n\n   >>> from orchestrator.db import db\n\nEnd.\n", ".core"),
        ("a.rst", "   So::\n\n     from orchestrator.db import db\n\n     print(db)\n", ".core"),
        ("a.md", "```console\n$ python main.py db upgrade\ndone\n```\n", " heads"),
        ("a.md", "```bash\n$ python main.py db upgrade\n```\n", " heads"),
        ("a.md", "```shell-session\n(venv) me@host:~$ python main.py db upgrade\n```\n", " heads"),
        ("a.rst", ".. code-block:: console\n\n   $ python main.py db upgrade\n", " heads"),
        ("a.rst", "So::\n\n   $ python main.py db upgrade\n", " heads"),
    ],
)
def test_sessions_and_literal_blocks(path: str, before: str, after: str) -> None:
    wanted = before.replace("orchestrator.db", f"orchestrator{after}.db")
    wanted = wanted.replace("db upgrade\n", f"db upgrade{after}\n")
    assert mended(before, f"docs/{path}") == wanted


def test_a_session_of_several_lines() -> None:
    text = "```console\n$ SERVE_GRAPHQL_UI=1 \\\n>   LOG_LEVEL=INFO run\nSERVE_GRAPHQL_UI=1\n$ ls\n```\n"
    assert mended(text) == text.replace("=1", "=graphiql", 1)


def test_a_session_neither_gains_nor_loses_lines() -> None:
    text = "```pycon\n>>> from orchestrator.types import State, UUIDstr\n>>> from orchestrator.db import db\n```\n"
    result = judge(text)
    assert result.rewritten is None or result.rewritten.count(b"\n") == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "So::\n\n   not python at all\n",
        "So::\n\n   x = 1\n",
        "So::\n\nfrom orchestrator.db import db\n",
        "So::",
        "So::\n\n   from orchestrator.db import (db\n",
        ".. note::\n\n   from orchestrator.db import db\n",
    ],
)
def test_literal_blocks_that_are_no_python(text: str) -> None:
    assert judge(text, "docs/a.rst").findings == ()


@pytest.mark.parametrize(
    "text",
    [
        ".. code-block:: python\n\nfrom orchestrator.db import db\n",
        "   .. code-block:: python\n\n   from orchestrator.db import db\n",
        ".. code-block:: python",
        ".. code-block:: python\n   :linenos:\n",
    ],
)
def test_blocks_of_restructuredtext_without_code(text: str) -> None:
    assert judge(text, "docs/a.rst").findings == ()


def test_what_is_too_long_is_named() -> None:
    text = "```python\nfrom orchestrator.db import db\n```\n" * 10_000
    result = judge(text)
    assert result.unanalysed is not None


def test_what_is_no_text_is_passed_over() -> None:
    source = b"\xff```python\nfrom orchestrator.db import db\n```\n"
    result = analyse("docs/use.md", source, AROUND, load_rules(), unsafe=True)
    assert result.findings == ()
