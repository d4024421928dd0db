"""Edits of settings in files of every format."""

from __future__ import annotations

import re
from collections.abc import Iterable

from concertmaster.findings import Edit
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Kind, Setting

#: What every format takes for a text without quotes.
_PLAIN = re.compile(r"[A-Za-z][\w./@%+-]*(?::(?!\s)[\w./@%+-]*)*\Z")
_VALUES = re.compile(r"(?:^|/)values[\w.-]*\.ya?ml\Z")
_TYPED = re.compile(r"(?:true|false|yes|no|on|off|y|n|null|~|[\d.+-].*)\Z", re.IGNORECASE)


def rename_key(file: SettingsFile, setting: Setting, name: str) -> Edit | None:
    """The same setting under another name; None where something else goes by the old one."""
    if setting.problem or file.is_referred_to(setting) or _is_expression(setting):
        return None
    if any(other.key == name for other in file.beside(setting)):
        return drop_setting(file, setting)
    new = f"{name}=${{{setting.key}}}" if _is_passed_on(file, setting) else name
    return Edit(*setting.key_at, new.encode()).trimmed(file.source)


def _is_passed_on(file: SettingsFile, setting: Setting) -> bool:
    """`- KEY` of a compose file: its value is that of the same variable around it."""
    if setting.kind is not Kind.YAML or setting.value is not None or b"services:" not in file.source:
        return False
    line = file.source[file.line_span(file.line_of(setting.key_at[0]))[0] : setting.key_at[0]]
    return line.strip(b" \t\"'") == b"-"


def replace_value(file: SettingsFile, setting: Setting, text: str) -> Edit | None:
    """Another value, in quotes where the format asks for them; None where the file does not show it."""
    start, end = setting.value_at
    if setting.value is None or start == end == setting.key_at[1]:
        return None
    return Edit(start, end, _quoted(setting, text).encode()).trimmed(file.source)


def _quoted(setting: Setting, text: str) -> str:
    if setting.fallback or setting.quote in ('"', "'", "=") or setting.kind is Kind.MAKE:
        return text
    if setting.kind is Kind.TABLE:
        return text or '""'
    if setting.quote == " " or setting.kind is Kind.YAML:
        return text if _PLAIN.match(text) and not _TYPED.match(text) else f'"{text}"'
    return text


def quote_value(setting: Setting) -> Edit:
    """The same value in quotes, so that YAML does not take it for something else than text."""
    return Edit(*setting.value_at, f'"{setting.value}"'.encode())


def drop_setting(file: SettingsFile, setting: Setting, with_: Iterable[Setting] = ()) -> Edit | None:
    """The file without a setting; with it goes what would stay empty once all of `with_` are gone."""
    if setting.problem or file.is_referred_to(setting) or _is_expression(setting):
        return None
    gone = {other.key_at for other in (setting, *with_)}
    beside = file.beside(setting)
    if setting.kind in (Kind.YAML, Kind.TOML) and all(other.key_at in gone for other in beside):
        start, end = setting.group.whole_at
        if start < end and _VALUES.search(file.path):
            return _emptied(file.source, start, end)
        return Edit(start, end, b"") if start < end and setting.kind is Kind.YAML else _nothing(setting)
    return _cut(setting)


def _emptied(source: bytes, start: int, end: int) -> Edit | None:
    """A value of a chart stays, since its templates name it, and is empty."""
    head, colon, body = source[start:end].partition(b":")
    is_list = body.lstrip()[:1] in (b"-", b"[")
    tail = re.search(rb"\r?\n?\Z", body)
    new = b" []" if is_list else b" {}"
    return Edit(start + len(head + colon), end, new + (tail[0] if tail else b"")) if colon else None


def _nothing(setting: Setting) -> Edit | None:
    """A table of TOML may be empty, a mapping of YAML may not."""
    return _cut(setting) if setting.kind is Kind.TOML else None


def _cut(setting: Setting) -> Edit | None:
    start, end = setting.entry_at
    return Edit(start, end, b"") if start < end else None


def add_setting(file: SettingsFile, beside: Setting, key: str, value: str) -> Edit | None:
    """Another setting on a line of its own below one, written as that is."""
    start, end = beside.entry_at
    entry = file.source[start:end]
    newline = file.newline.encode()
    is_line = start < end and start == file.line_span(file.line_of(start))[0]
    if beside.problem or beside.value is None or not is_line or beside.fallback:
        return None
    text = _typed(beside, value).encode()
    spans = sorted([(beside.key_at, key.encode()), (beside.value_at, text)], reverse=True)
    for (first, last), new in spans:
        entry = entry[: first - start] + new + entry[last - start :]
    entry = re.sub(rb"[ \t]+#[^\n]*?(?=\r?\n?\Z)", b"", entry)
    if not entry.endswith(b"\n"):
        return Edit(end, end, newline + entry)
    return Edit(end, end, entry)


def _typed(beside: Setting, value: str) -> str:
    if beside.quote in ('"', "'", "="):
        return value
    return f'"{value}"' if beside.kind is Kind.YAML and _TYPED.match(value) else value


def _is_expression(setting: Setting) -> bool:
    """`${KEY:-value}` in a script: the key is someone else's."""
    return setting.fallback and setting.entry_at == (0, 0)
