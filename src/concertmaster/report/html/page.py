"""The frame of every page: style and script within it, and a policy that lets nothing else load or run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from concertmaster.report.markdown import visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent
#: Characters that hide, reorder or control; tabs stay as they are.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
#: What could end the element that holds the data, or a line in an old reader of scripts.
_ENDING = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
MAX_LINE = 500


def render(template: str, *, scripts: tuple[str, ...] = (), **values: object) -> str:
    """A page; `scripts` are those that it needs besides the one for its theme."""
    style = _asset("page.css")
    script = "\n".join(map(_asset, ("theme.js", *scripts)))
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return _environment().get_template(template).render(style=style, script=script, policy=policy, **values)


def data(value: Any) -> str:
    """JSON that can stand in a script element, whatever its texts hold."""
    return json.dumps(value, separators=(",", ":")).translate(_ENDING)


def line(text: str) -> str:
    """A line of a file with everything that would not be seen written out, cut where it is long."""
    return written_out(text if len(text) <= MAX_LINE else f"{text[: MAX_LINE - 1]}…")


def written_out(text: str) -> str:
    """Any text with what would not be seen as its number."""
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _UNSEEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", whole)


def quoted(text: str) -> Markup:
    """A sentence with what stands between backticks as code."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    last = len(parts) - 1
    marked = (
        Markup("<code>{}</code>").format(part) if index % 2 and index < last else escape(part)
        for index, part in enumerate(parts)
    )
    return Markup().join(marked)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return (HERE / "static" / name).read_text(encoding="utf-8").strip()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(visible=visible, line=line, quoted=quoted)
    return environment
