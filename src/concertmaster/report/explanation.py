"""A rule in words, from its docstring."""

from __future__ import annotations

from concertmaster.rule import Rule
from concertmaster.versions import RELEASES


def render(rule: Rule) -> str:
    """Title, releases, safety, catalogue rows, and the docstring's body with its examples."""
    told = rule.documentation
    facts = f"{releases_told(rule)} Rewrite: {rule.safety.value}. Rows: {', '.join(rule.rows)}."
    return f"{rule.id}: {told.title}\n\n{facts}\n\n{told.body}"


def releases_told(rule: Rule) -> str:
    """When a rule matters, in words."""
    change = rule.change
    if change.since == change.works_from == RELEASES[0]:
        return f"{'An error' if change.removed else 'A warning'} in every release, from {RELEASES[0]} on."
    facts = [f"New form works from {change.works_from}."]
    if change.deprecated:
        facts.append(f"Old form warns from {change.deprecated}.")
    if change.removed:
        facts.append(f"Old form fails from {change.removed}.")
    return " ".join(facts)


def as_markdown(rule: Rule) -> str:
    """The same for a comment; what a rule says of itself is our own."""
    title, _, body = render(rule).partition("\n\n")
    name, _, text = title.partition(": ")
    return f"**`{name}`**: {text}\n\n<details><summary>Documentation</summary>\n\n{body}\n\n</details>"
