"""All rules, and the selection of some of them by code, family or name."""

from __future__ import annotations

import os
from functools import lru_cache
from importlib import import_module

from tesc.analysis import rules
from tesc.analysis.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


@lru_cache(maxsize=None)
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by code: each module in `rules` defines one, `RULE`."""
    names = _modules()
    found: list[Rule] = [
        import_module(f"{rules.__name__}.{name}").RULE for name in names if name.startswith("te")
    ]
    return tuple(sorted(found, key=lambda rule: rule.code))


def _modules() -> list[str]:
    """The names of the modules in `rules`."""
    try:
        return [name[:-3] for name in os.listdir(rules.__path__[0]) if name.endswith(".py")]
    except OSError:  # in a zip archive
        import pkgutil

        return [module.name for module in pkgutil.iter_modules(rules.__path__)]


def moved(selector: str) -> str | None:
    """The note for a selector whose rule was replaced: `OLD is NEW now`; None for any other selector."""
    wanted = selector.strip().upper()
    now = " and ".join(rule.code for rule in all_rules() if wanted in map(str.upper, rule.formerly))
    return f"{selector.strip()} is {now} now" if now else None


class UnknownRule(Exception):
    """A selector that names no rule; `near` are similar ones."""

    def __init__(self, selector: str, near: list[str]) -> None:
        self.near = near
        *others, last = near or [""]
        listed = f"{', '.join(others)} or {last}" if others else last
        hint = f"; did you mean {listed}?" if near else ""
        super().__init__(f"no rule is called '{selector}'{hint}")


def named(selector: str) -> list[Rule]:
    """The rules that a code (TE401), a family (TE4), a name or ALL stands for.

    A family stands for its rules that are on by default, or for all of them if none is. Raises UnknownRule.
    """
    wanted = selector.strip()
    if wanted.upper() == "ALL":
        return list(all_rules())
    for rule in all_rules():
        if wanted.upper() == rule.code or wanted.lower() == rule.name:
            return [rule]
    successors = [rule for rule in all_rules() if wanted.upper() in map(str.upper, rule.formerly)]
    if successors:
        return successors
    family = [rule for rule in all_rules() if rule.code.startswith(wanted.upper())] if len(wanted) > 1 else []
    if family:
        return [rule for rule in family if rule.on_by_default] or family
    from tesc.analysis.near_rules import near_rules

    raise UnknownRule(selector, near_rules(wanted, all_rules()))


def selected(select: Iterable[str], ignore: Iterable[str]) -> list[Rule]:
    """The rules to run: those selected (without a selection, those on by default), except the ignored ones.

    Raises UnknownRule.
    """
    chosen = [rule for selector in select for rule in named(selector)]
    if not chosen:
        chosen = [rule for rule in all_rules() if rule.on_by_default]
    # A family in `ignore` means all its rules, including those that are off by default.
    dropped = {
        rule.code
        for selector in ignore
        for rule in all_rules()
        if rule in named(selector) or rule.code.startswith(selector.strip().upper())
    }
    return [rule for rule in all_rules() if rule in chosen and rule.code not in dropped]
