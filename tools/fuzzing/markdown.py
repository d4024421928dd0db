"""Documents with code in them, and texts that are quoted in comments."""

from __future__ import annotations

from random import Random

from markdown_it import MarkdownIt
from tests.properties import held
from tests.test_report_markdown import ALIVE, HOSTILE_PIECES, Rendered

from concertmaster.project.python import Surroundings
from concertmaster.report.markdown import code, fenced, prose
from concertmaster.versions import Window
from tools.fuzzing import Kind
from tools.fuzzing.python import pieces

OPENERS = tuple(
    "```python|``` py|~~~python|````python|```|```console|```pycon|> ```python|- ```python".split("|")
)
AROUND = Surroundings(Window("4.8.2", "5.5.0"))


def make(random: Random) -> bytes:
    parts = [random.choice((_noise, _fence, _table))(random) for _ in range(random.randint(1, 6))]
    newline = random.choice(("\n", "\n", "\r\n"))
    return newline.join("\n".join(parts).split("\n")).encode("utf-8", "replace")


def _noise(random: Random) -> str:
    return random.choice(("", " ")).join(random.choices(HOSTILE_PIECES, k=random.randint(1, 12)))


def _fence(random: Random) -> str:
    opener = random.choice(OPENERS)
    before = opener[: opener.index(opener.strip("> -")[0])]
    inside = random.choice(pieces())
    body = "\n".join(f"{before.replace('-', ' ')}{line}" for line in inside.splitlines())
    closer = opener.strip("> -")[:3] if random.randrange(6) else ""
    return f"{opener}\n{body}\n{before.replace('-', ' ')}{closer}\n"


def _table(random: Random) -> str:
    words = random.choices(HOSTILE_PIECES, k=4)
    return f"| {words[0]} | setting |\n|---|---|\n| {words[1]} | {words[2]} |\n\n`{words[3]}`\n"


def hold(source: bytes) -> None:
    """Only what stands in blocks of code changes, and only once; and what is quoted of it stays inert."""
    result = held("docs/use.md", source, AROUND, parses=lambda _: True)
    if result.rewritten is not None:
        assert _outside(result.rewritten) == _outside(source), "changed outside of code"
    text = source.decode("utf-8", "replace")
    for shown in (code(text), prose(text)):
        rendered = Rendered(f"Before {shown} after.")
        assert set(rendered.tags) <= {"p", "code"}, rendered.tags
        assert not ALIVE.search(rendered.text), rendered.text
    rendered = Rendered(f"Before\n\n{fenced(text)}\n\nafter.")
    assert set(rendered.tags) <= {"p", "pre", "code"}, rendered.tags
    assert "".join(rendered.text.split()) == "Beforeafter."


def _outside(source: bytes) -> list[tuple[str, str]]:
    """Everything but code: tables are rewritten in their cells, so their words are left out."""
    found = MarkdownIt("commonmark").parse(source.decode("utf-8", "replace"))
    kept = [token for token in found if token.type not in ("fence", "code_block")]
    return [(token.type, "" if token.type == "inline" else token.content) for token in kept]


KIND = Kind("markdown", ".md", make, hold)
