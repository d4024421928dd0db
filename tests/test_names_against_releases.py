"""Old and new forms of the rules' examples, held against what the releases have: the index of names knows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

import pytest
from tools.shown import examples, window

from concertmaster.documentation import Example
from concertmaster.index.model import ParameterKind
from concertmaster.index.names import FRAMEWORK, distribution_of
from concertmaster.index.store import Index
from concertmaster.project.files import is_python
from concertmaster.project.python import PythonFile, Surroundings
from concertmaster.rule import Rule, load_rules
from concertmaster.rules import removed_settings
from concertmaster.rules.lost_settings import LOST
from concertmaster.rules.removed_settings import APP, LLM
from concertmaster.versions import RELEASES, Change, release

OLDEST = "1.3.6"
INDEXED = tuple(number for number in RELEASES if release(number) >= release(OLDEST))
RULES = tuple(rule for rule in load_rules() if rule.reads_python)
#: Rules that the index cannot tell anything of, by the reason.
UNTOLD = {
    "names of other libraries": """
        client-side-sql config-class constrained-class dropped-dependency extra-enum http-client-type mapper-extension
        moved-pydantic-names optional-without-default parse-obj-as plain-sql psycopg2-driver pydantic-internals
        pydantic-v1-arguments pydantic-v1-methods pydantic-v1-root-validator pydantic-v1-validator raw-commit
        scalar-from-class startup-handler
    """,
    "what a name means, under a name that stays": """
        all-schedulers authorization-false authorizer-call background-monitor empty-user-input exposed-plain-secret
        form-initialiser-patched graphql-authorization instrumented-app now-async outdated-override own-version-field
        product-as-uuid replaced-registry secret-settings session-middleware-dispatch session-outside-transaction
        shared-test-transaction system-target testing-default url-as-text
    """,
    "what still works, and warns": """
        private-process-creation process-stat-update schedule-in-code store-process-subscription
    """,
    "attributes of instances": "running-processes-column serializable-names text-search-query",
    "words in texts: addresses, SQL, GraphQL, settings, keys": """
        database-uri-scheme graphql-ui-flag organisation-in-state partial-filter plain-postgres-image
        removed-rest-endpoint removed-variables renamed-fields renamed-graphql-fields scheduled-tasks-query
        search-index-steps-in-tests uri-given-to-libpq
    """,
    "the namespace as a whole": "installed-path old-namespace old-namespace-in-prose shadowing-package",
}
#: What ends in another release than the rule says, and why the rule is right.
ENDS_OTHERWISE = {
    "pydantic_forms.validators.ReadOnlyField": "3.2 may be installed with a version that has it as well",
    "orchestrator.core.forms.ReadOnlyField": "it goes on to the newest form in one step",
}


@cache
def index() -> Index:
    return Index.load()


@dataclass(frozen=True, slots=True)
class Form:
    """What a text says of the framework and its companions: names, and arguments by name of calls."""

    names: frozenset[str]
    arguments: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """An example's old and new form, and the changes that its findings are about."""

    old: Form
    new: Form
    changes: frozenset[Change]
    newest: str

    def lost(self) -> Iterator[tuple[str, Callable[[str], bool | None]]]:
        """What is only in the old form, each with whether a release has it."""
        for name in self.old.names - self.new.names:
            yield name, partial(has, name)
        for called, word in self.old.arguments - self.new.arguments:
            yield f"{called}({word}=)", partial(takes, called, word)

    def gained(self) -> Iterator[tuple[str, Callable[[str], bool | None]]]:
        for name in self.new.names - self.old.names:
            if index().is_module(name.rpartition(".")[0], held(name, self.newest) or ""):
                yield name, partial(has, name)
        for called, word in self.new.arguments - self.old.arguments:
            yield f"{called}({word}=)", partial(takes, called, word)


def held(name: str, number: str) -> str | None:
    """The release of a name's distribution that a release of the framework brings."""
    distribution = distribution_of(name)
    if distribution is None or distribution == FRAMEWORK:
        return number if distribution else None
    return index().companion(distribution, number)


def has(name: str, number: str) -> bool | None:
    known = held(name, number)
    return index().exists(name, known) if known else None


def takes(called: str, word: str, number: str) -> bool | None:
    known = held(called, number)
    signature = index().signature(called, known) if known else None
    if signature is None:
        return None
    return any(one.name == word or one.kind is ParameterKind.VAR_KEYWORD for one in signature)


def form(file: PythonFile) -> Form:
    imported = {
        f"{module}.{alias.name}"
        for node in file.nodes(ast.ImportFrom)
        if (module := file.imported_module(node)) is not None
        for alias in node.names
    }
    used = {file.qualified(node) or "" for node in file.nodes(ast.Name, ast.Attribute)}
    arguments = {
        (called, word.arg)
        for call in file.nodes(ast.Call)
        if distribution_of(called := file.qualified(call.func) or "")
        for word in call.keywords
        if word.arg is not None
    }
    names = {name for name in imported | used if distribution_of(name) and not name.endswith("*")}
    return Form(frozenset(names), frozenset(arguments))


def pairs(rule: Rule) -> Iterator[Pair]:
    for example in examples(rule):
        if is_python(example.path) and (example.changes or example.reported):
            yield pair(rule, example)


def pair(rule: Rule, example: Example) -> Pair:
    around = Surroundings(window(rule, example))
    before = PythonFile(example.path, example.before.encode(), around)
    after = PythonFile(example.path, example.after.encode(), around) if example.changes else None
    changes = frozenset(hit.change or rule.change for hit in rule.hits(before))
    empty = Form(frozenset(), frozenset())
    return Pair(form(before), form(after) if after else empty, changes, around.window.target)


def end(exists: Callable[[str], bool | None]) -> str | None:
    """The release that ends something; None where it is still there, never was, or cannot be told."""
    there = [place for place, number in enumerate(INDEXED) if exists(number)]
    if not there or there[-1] + 1 == len(INDEXED) or exists(INDEXED[there[-1] + 1]) is not False:
        return None
    return INDEXED[there[-1] + 1]


def ended(rule: Rule) -> Iterator[tuple[str, str, bool]]:
    """What the old forms have that a release ended, and whether a finding names this release."""
    for one in pairs(rule):
        told = {number for change in one.changes for number in (change.deprecated, change.removed)}
        for what, exists in one.lost():
            number = end(exists)
            if number is not None and release(number) <= release(one.newest):
                yield what, number, number in told


def begun(rule: Rule) -> Iterator[tuple[str, str, list[str]]]:
    """What the new forms have, from which release on it should be there, and the releases without it."""
    for one in pairs(rule):
        first = max((change.works_from for change in one.changes), key=release, default=OLDEST)
        for what, exists in one.gained():
            span = [number for number in INDEXED if release(first) <= release(number) <= release(one.newest)]
            yield what, first, [number for number in span if exists(number) is False]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_old_forms_end_in_a_release_that_is_told(rule: Rule) -> None:
    assert {
        (what, number) for what, number, told in ended(rule) if not told and what not in ENDS_OTHERWISE
    } == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_new_forms_are_there_from_the_release_that_is_told(rule: Rule) -> None:
    assert [(what, first, lacking) for what, first, lacking in begun(rule) if lacking] == []


def test_all_rules_are_held_against_the_index_but_those_with_a_reason() -> None:
    silent = {
        rule.id for rule in RULES if not any(told for *_, told in ended(rule)) and not list(begun(rule))
    }
    assert silent == {name for names in UNTOLD.values() for name in names.split()}


def test_exceptions_are_needed() -> None:
    assert {what for rule in RULES for what, _, told in ended(rule) if not told} == ENDS_OTHERWISE.keys()


GONE = {key: (removed_settings.rule.change.since, gone.name) for key, gone in (APP | LLM).items()} | {
    key: (lost.change.since, lost.name) for key, lost in LOST.items()
}


@pytest.mark.parametrize("key", GONE)
def test_settings_are_read_up_to_the_release_that_ends_them(key: str) -> None:
    since, name = GONE[key]
    assert end(lambda number: index().settings_field(key, number) is not None) == since
    assert not name or index().settings_field(name, since) is not None
