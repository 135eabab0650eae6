"""`tesc explain` and `tesc rules`: the list of rules, and the page of each."""

from __future__ import annotations

import json

from tesc.analysis.registry import UnknownRule, all_rules, named
from tesc.analysis.rule_page import facts
from tesc.cli.terminal import Failure, print_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from tesc.cli.commands import Commands


def add_parser(commands: Commands) -> None:
    explain = commands.add_parser(
        "explain",
        help="print what a rule means, why it exists, and how to fix findings",
        description="Print a rule's page: what it finds, why that matters, and how to fix it.",
    )
    explain.add_argument("rule", nargs="+", metavar="RULE", help="a code (TE401), a name or a family (TE4)")
    explain.set_defaults(run=run_explain)
    rules = commands.add_parser(
        "rules",
        help="list all rules, with severity and whether a fix exists",
        description="List all rules.",
    )
    rules.add_argument("--format", choices=["text", "json"], default="text", help="default: text")
    rules.set_defaults(run=run_rules)


def run_explain(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    try:
        rules = list(dict.fromkeys(rule for selector in options.rule for rule in named(selector)))
    except UnknownRule as unknown:
        listed = "" if unknown.near else "; 'tesc rules' lists them"
        raise Failure(f"{unknown}{listed}") from None
    pages = []
    for rule in rules:
        pages.append(f"{rule.code} {rule.name}\n{facts(rule)}\n\n{rule.page()}\n")
    # Pages are trusted text; one shows a no-break space on purpose.
    print_text("\n\n".join(pages), painted=True)
    return 0


def run_rules(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    rules = all_rules()
    if options.format == "json":
        entries = [
            {
                "code": rule.code,
                "name": rule.name,
                "severity": rule.severity,
                "on_by_default": rule.on_by_default,
                "fixable": rule.fixable,
                "summary": rule.summary(),
            }
            for rule in rules
        ]
        print_text(json.dumps(entries, indent=1) + "\n")
        return 0
    lines = []
    for rule in rules:
        marks = "fix" if rule.fixable else ""
        severity = rule.severity if rule.on_by_default else f"{rule.severity}, off"
        lines.append(f"{rule.code}  {rule.name:<28} {severity:<16} {marks:<4} {rule.summary()}".rstrip())
    print_text("\n".join(lines) + "\n")
    return 0
