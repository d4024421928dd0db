"""What can be set up: each feature with what it needs, and the workflow files of a choice of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from importlib.resources import files

from msgspec import Struct, field

from concertmaster.messages import unknown_feature

PLACEHOLDER = "OWNER/concertmaster@v0"
_RESOLVING = "      contents: write # to resolve threads that are mended; with read they are hidden instead\n"
_COMMENTS = "      pull-requests: write # the comments\n"


class Feature(Struct, frozen=True):
    """Something to choose: the template that does it, or what it adds to that of the review."""

    name: str
    does: str
    template: str = ""
    contents: str = ""  # why the review then needs `contents: write`
    checks: str = ""  # why it needs `checks: write`
    inputs: Mapping[str, str] = field(default_factory=dict)


FEATURES = {
    feature.name: feature
    for feature in (
        Feature("review", "comments and suggestions on pull requests", "review.yml"),
        Feature(
            "resolve", "resolves comments that are mended", contents="to resolve threads that are mended"
        ),
        Feature(
            "follow-up",
            "a pull request on top, with rewrites that cannot be suggested",
            contents="the branch of the pull request on top",
            inputs={"follow-up": "true"},
        ),
        Feature(
            "companion",
            "adds what pull requests of Renovate and Dependabot lack",
            contents="the branch of the pull request on top",
            inputs={"companion": "true"},
        ),
        Feature(
            "check-run",
            "a check run with all findings as annotations",
            checks="the check run",
            inputs={"check": "check-run"},
        ),
        Feature("forks", "comments on pull requests of forks, too", "review-forks.yml"),
        Feature("gate", "lets the job fail, with a token that may only read", "gate.yml"),
        Feature("upgrade", "opens and renews a pull request that upgrades the framework", "upgrade.yml"),
        Feature("commands", "obeys /concertmaster in comments of who may write", "commands.yml"),
    )
}
DEFAULT = ("review", "upgrade")
#: The file that each template is written to.
TARGETS = {
    "review.yml": ".github/workflows/concertmaster.yml",
    "review-forks.yml": ".github/workflows/concertmaster-forks.yml",
    "gate.yml": ".github/workflows/concertmaster-gate.yml",
    "upgrade.yml": ".github/workflows/concertmaster-upgrade.yml",
    "commands.yml": ".github/workflows/concertmaster-commands.yml",
}


def chosen(names: Iterable[str]) -> tuple[Feature, ...]:
    """The features of these names, with the review where one of them adds to it.

    Raises:
        UserError: there is no such feature.
    """
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in FEATURES:
            raise unknown_feature(name, known=tuple(FEATURES))
    needs_review = any(not FEATURES[name].template or name == "forks" for name in wanted)
    return tuple(
        feature for name, feature in FEATURES.items() if name in wanted or (name == "review" and needs_review)
    )


def workflows(features: Collection[Feature], action: str = PLACEHOLDER) -> Iterator[tuple[str, str]]:
    """The path and text of each file that the features need, with no permission that none of them needs."""
    for feature in features:
        if feature.template:
            text = template(feature.template)
            if feature.name in ("review", "forks"):
                text = _permitted(text, features, is_review=feature.name == "review")
            if feature.name == "review":
                text += _inputs(features)
            yield TARGETS[feature.template], _named(text).replace(PLACEHOLDER, action)


def _named(text: str) -> str:
    """Comments speak of other files by the names that they get."""
    for name, path in TARGETS.items():
        text = re.sub(rf"(?<![\w-]){re.escape(name)}", path.rpartition("/")[2], text)
    return text


def template(name: str) -> str:
    return (files("concertmaster.onboarding") / "workflows" / name).read_text(encoding="utf-8")


def _permitted(text: str, features: Collection[Feature], *, is_review: bool) -> str:
    counted = [feature for feature in features if is_review or not feature.inputs]
    reasons = ", ".join(dict.fromkeys(feature.contents for feature in counted if feature.contents))
    checks = ", ".join(feature.checks for feature in counted if feature.checks)
    contents = f"      contents: write # {reasons}\n" if reasons else "      contents: read # the files\n"
    more = f"      checks: write # {checks}\n" if checks else ""
    return text.replace(_RESOLVING, contents).replace(_COMMENTS, _COMMENTS + more)


def _inputs(features: Iterable[Feature]) -> str:
    given = [(name, value) for feature in features for name, value in feature.inputs.items()]
    quoted = (f'          {name}: "{value}"\n' for name, value in given)
    return "        with:\n" + "".join(quoted) if given else ""
