"""A rule in words, from its docstring."""

from __future__ import annotations

from concertmaster.rule import Rule


def render(rule: Rule) -> str:
    """Title, releases, safety, catalogue rows, and the docstring's body with its examples."""
    change = rule.change
    facts = [f"New form works from {change.works_from}."]
    if change.deprecated:
        facts.append(f"Old form warns from {change.deprecated}.")
    if change.removed:
        facts.append(f"Old form fails from {change.removed}.")
    told = rule.documentation
    rows = ", ".join(rule.rows)
    return f"{rule.id}: {told.title}\n\n{' '.join(facts)} Rewrite: {rule.safety.value}. Rows: {rows}.\n\n{told.body}"


def as_markdown(rule: Rule) -> str:
    """The same for a comment; what a rule says of itself is our own."""
    title, _, body = render(rule).partition("\n\n")
    name, _, text = title.partition(": ")
    return f"**`{name}`**: {text}\n\n<details><summary>Documentation</summary>\n\n{body}\n\n</details>"
