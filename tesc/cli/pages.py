"""The rules' pages as Markdown files, for docs/rules: the output of `tesc explain`, and an index."""

from __future__ import annotations

import re

from tesc.analysis.registry import all_rules
from tesc.analysis.rule_page import facts, page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.analysis.rule import Rule

# The meaning of a code's first digit.
FAMILIES = {
    "TE0": "Syntax",
    "TE1": "Names",
    "TE2": "IDs",
    "TE3": "Parameters",
    "TE4": "Formats",
    "TE5": "Directives",
    "TE6": "Use in sources",
    "TE7": "Layout",
    "TE8": "Changes that break",
}

_REFERENCES = {"tracers": "What arrives at each tracer", "data-models": "Data models"}


def pages() -> dict[str, str]:
    """Each file's name and text: a page per rule, and README.md, which lists them."""
    rules = all_rules()
    return {"README.md": _index(rules), **{f"{rule.code}.md": _linked(rule) for rule in rules}}


def _linked(rule: Rule) -> str:
    """A rule's page with links to the rules that it mentions, and to the list."""
    lines = []
    for line in page(rule).splitlines():
        if not line.startswith(("#", "    ")):
            line = re.sub(rf"(?<![`\w\[])(?!{rule.code})(TE\d\d\d)(?![`\w])", r"[\1](\1.md)", line)
        lines.append(line)
    more = [f"[{_REFERENCES[rule.reference]}](../reference/{rule.reference}.md)"] if rule.reference else []
    return "\n".join([*lines, "", " · ".join([*more, "[All rules](README.md)"]), ""])


def _index(rules: tuple[Rule, ...]) -> str:
    lines = ["# Rules", "", "`tesc explain CODE` prints these pages; `tesc rules` lists them."]
    family = ""
    for rule in rules:
        if rule.code[:3] != family:
            family = rule.code[:3]
            lines += [
                "",
                f"## {family}xx {FAMILIES[family]}",
                "",
                "| rule | finds | |",
                "| --- | --- | --- |",
            ]
        lines.append(f"| [{rule.code} {rule.name}]({rule.code}.md) | {rule.summary()} | {facts(rule)} |")
    return "\n".join(lines) + "\n"
