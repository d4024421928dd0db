"""Settings in shell scripts and makefiles: assignments, exports, and what a command is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.fallbacks import narrowed
from concertmaster.project.settings.known import speaks_of_framework
from concertmaster.project.settings.model import Group, Kind, Reader, Setting, Written

_WORD = re.compile(
    r"(?P<blank>[ \t\r]+|\\\r?\n)|(?P<comment>\#[^\n]*)|(?P<end>\n|&&|\|\||[;|&(){}])"
    r"|(?P<word>(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|\$\{\{[^}\n]{0,500}\}\}|\$\([^()\n]{0,500}\)|\$\{[^}\n]{0,500}\}|\\.|[^\s\\;|&(){}\"'])+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_NAME = r"(?P<key>[A-Z][A-Z0-9_]{2,63})"
_ASSIGNMENT = re.compile(rf"(?P<lead>[\"']?){_NAME}=(?P<value>.*)", re.DOTALL)
_MAKE = re.compile(
    rf"^(?:export[ \t]+)?{_NAME}[ \t]*[:?+]{{0,2}}=[ \t]*(?P<value>[^\n#]*)[^\n]*", re.MULTILINE
)
_RECIPE = re.compile(r"^\t[^\n]*", re.MULTILINE)
_EXPRESSION = re.compile(rf"\$\{{{_NAME}:?[=-](?P<value>[^{{}}$\"'`\n]*)\}}")
#: Words that may stand before an assignment, and options whose next word is one.
_LEADS = frozenset("export declare typeset readonly local env set then do else -x".split())
_OPTIONS = frozenset(("-e", "--env", "--build-arg"))
_EXPORT = frozenset(("", "export", "readonly", "declare -x", "typeset -x"))
_OPENING = re.compile(r"(?:\b(?:then|do|else)|\{)[ \t]*(?:#[^\n]*)?\r?\n\Z")
_CLOSING = re.compile(r"[ \t]*(?:(?:fi|done|else|elif|esac)\b|\}|;;)")
_ALONE = re.compile(r"[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")
_CONTINUED = re.compile(r"[ \t]*\\\r?\n")
_BLANK = re.compile(r"[ \t]+(?=[^\s\\#;|&])")
_NEAR = 300
_HERE = re.compile(r"<<-?[ \t]*(?P<quote>[\"']?)\\?(?P<word>[A-Za-z_]\w*)(?P=quote)[^\n]*\n")
_MAX_HERE = 100
_PUBLISHED = re.compile(
    rf"\becho[ \t]+(?P<quote>[\"']?){_NAME}=(?P<value>[^\"'`\\\n>]*)(?P=quote)[ \t]*>>[ \t]*[\"']?\$\{{?GITHUB_ENV\b"
)


def read_shell(text: Manifest) -> Iterator[Setting]:
    """Everything that a script sets for itself or for a command."""
    group = _group(text)
    for each in commands(text.text, 0, len(text.text)):
        yield each.on(text, group, Kind.SHELL)


def commands(text: str, start: int, stop: int) -> Iterator[Written]:
    """Everything that a part of a text sets as a script; what a here-document says is for another program."""
    assigned = list(assignments(text, start, stop))
    known = {(each.key, each.value_at) for each in assigned}
    named = (each for each in expressions(text, start, stop) if (each.key, each.value_at) not in known)
    here = list(_here_documents(text, start, stop))
    for each in (*assigned, *named, *_published(text, start, stop)):
        inside = any(first <= each.key_start < last for first, last in here)
        yield _left_alone(each) if inside else each


def _left_alone(each: Written) -> Written:
    return replace(each, entry=(0, 0), value_at=None, problem="it stands in a here-document")


def _here_documents(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The texts between `<<WORD` and the line with the word."""
    for opening in islice(_HERE.finditer(text, start, stop), _MAX_HERE):
        closing = re.compile(rf"^[ \t]*{opening['word']}[ \t\r]*$", re.MULTILINE).search(
            text, opening.end(), stop
        )
        if closing:
            yield opening.end(), closing.start()


def _published(text: str, start: int, stop: int) -> Iterator[Written]:
    """`echo "KEY=value" >> $GITHUB_ENV`: for the steps of a workflow that follow."""
    for match in _PUBLISHED.finditer(text, start, stop):
        value = match["value"].rstrip()
        place = (match.start("value"), match.start("value") + len(value))
        yield Written(match["key"], match.start("key"), (0, 0), value, place, quote=match["quote"] or "=")


def read_make(text: Manifest) -> Iterator[Setting]:
    """A makefile's variables, and what its recipes set."""
    group = _group(text)
    for match in _MAKE.finditer(text.text):
        value = match["value"].rstrip()
        place = (match.start("value"), match.start("value") + len(value))
        entry = (match.start(), min(match.end() + 1, len(text.text)))
        yield Written(match["key"], match.start("key"), entry, value, place).on(text, group, Kind.MAKE)
    for recipe in _RECIPE.finditer(text.text):
        for each in assignments(text.text, *recipe.span()):
            yield each.on(text, group, Kind.MAKE)


def _group(text: Manifest) -> Group:
    return Group(0, (Reader("", speaks_of_framework(f"{text.path} {text.text}")),))


def assignments(text: str, start: int = 0, stop: int | None = None) -> Iterator[Written]:
    """`KEY=value` where a command begins, behind `export`, and behind `-e`."""
    leading, option = True, -1
    position, stop = start, len(text) if stop is None else stop
    while position < stop and (match := _WORD.match(text, position, stop)):
        position = match.end()
        if match["end"]:
            leading, option = True, -1
        elif word := match["word"]:
            found = _ASSIGNMENT.fullmatch(word) if leading or option >= 0 else None
            if found:
                yield narrowed(_assignment(text, found, match.span("word"), option))
            leading = leading and (found is not None or word in _LEADS)
            option = match.start() if word in _OPTIONS else -1


def expressions(text: str, start: int = 0, stop: int | None = None) -> Iterator[Written]:
    """`${KEY:-value}` and `${KEY:=value}` on their own, but for comments."""
    for match in _EXPRESSION.finditer(text, start, len(text) if stop is None else stop):
        line = text[max(text.rfind("\n", 0, match.start()) + 1, match.start() - _NEAR) : match.start()]
        if not re.search(r"(?:^|\s)#", line):
            place = match.span("value")
            yield Written(match["key"], match.start("key"), (0, 0), match["value"], place, fallback=True)


def _assignment(text: str, found: re.Match[str], word: tuple[int, int], option: int) -> Written:
    """`option` is where `-e` before the word begins, negative where there is none."""
    start, end = word
    value, lead = found["value"], found["lead"]
    if lead:
        value = value.removesuffix(lead)
    quote = value[0] if not lead and len(value) > 1 and value[0] in "\"'" and value[-1] == value[0] else ""
    inner = value[len(quote) : len(value) - len(quote)]
    first = start + found.start("value") + len(quote)
    entry = _entry(text, start if option < 0 else option, end)
    key_start = start + found.start("key")
    if re.search(r"[\"'\\]", inner):
        return Written(found["key"], key_start, entry)
    return Written(found["key"], key_start, entry, inner, (first, first + len(inner)), quote or lead)


def _entry(text: str, start: int, end: int) -> tuple[int, int]:
    """The line of an assignment that stands alone; in a longer command it and a blank; nowhere where it is needed."""
    first = text.rfind("\n", 0, start) + 1
    lead = text[first:start].strip() if start - first < _NEAR else "…"
    alone, continued, blank = (each.match(text, end) for each in (_ALONE, _CONTINUED, _BLANK))
    before = text[max(0, first - _NEAR) : first]
    if alone and lead in _EXPORT:
        needed = _OPENING.search(before) and _CLOSING.match(text, alone.end())
        return (0, 0) if needed or before.rstrip("\r\n").endswith("\\") else (first, alone.end())
    if continued and not lead:
        return first, continued.end()
    return (start, blank.end()) if blank else (0, 0)
