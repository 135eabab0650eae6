"""A rule's page in Markdown."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.analysis.rule import Rule


def facts(rule: Rule) -> str:
    """A rule's severity, and whether it is off by default and can be fixed, as one line."""
    words = [f"severity: {rule.severity}"]
    if not rule.on_by_default:
        words.append("off by default")
    if rule.fixable:
        words.append("can be fixed by tesc")
    return ", ".join(words)


def page(rule: Rule) -> str:
    """The rule's page: what it finds, why that matters, and how to fix it."""
    return f"# {rule.code} {rule.name}\n\n*{facts(rule)}*\n\n{rule.page()}\n"
