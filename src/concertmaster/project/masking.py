"""Text of a project as it may be shown: a report, a log or a comment is read in more places than the file."""

from __future__ import annotations

import re

MASK = "…"
PYTHON = (".py", ".pyi")
#: `://user:password@`, up to the last `@` of a word, for passwords hold what they like.
_PASSWORD = re.compile(r"(?P<name>://[^:@/\s\"']{0,100}:)[^\s\"'`<>]{1,400}(?=@)")
#: An address of the web with a token in the place of a user.
_USER = re.compile(r"(?P<name>\bhttps?://)[^:@/\s\"'`<>]{1,400}(?=@)")
_KEY = r"(?:KEY|(?i:api[_-]?key|secret|token|passw(?:or)?d))"
_QUOTED = r"(?:\"[^\"$\n]+\"|'[^'$\n]+')"
#: `"API_KEY", "value"` and `"API_KEY": "value"`, in any language.
_PAIR = re.compile(rf"(?P<name>{_KEY}[\"'][ \t]*[,:][ \t]*){_QUOTED}")
_SETTING = re.compile(
    rf"(?P<name>{_KEY}[\"']?\]?[ \t]*(?:=|:(?=\s))[ \t]*)(?:{_QUOTED}|(?![\"'$(\[{{<])[^\s\"',;]+)"
)
#: Only what is quoted is a value there; the rest are names and types. A variable's name is none.
_PYTHON = re.compile(
    rf"(?P<name>{_KEY}[\"']?\]?[ \t]*(?::[^=\n\"']{{0,100}})?=[ \t]*"
    rf"(?:(?!\w*\.?(?:environ|getenv))[\w.]{{1,60}}\((?:default=)?)?[rbu]?){_QUOTED}"
)


def masked(text: str, path: str = "") -> str:
    """A text, of one line or several, without the passwords in it; `path` tells its language."""
    patterns = (_PASSWORD, _USER, _PAIR, _PYTHON if path.endswith(PYTHON) else _SETTING)
    for pattern in patterns:
        text = pattern.sub(rf"\g<name>{MASK}", text)
    return text
