"""The number of findings per rule, highest first."""

from __future__ import annotations

from collections import Counter

from tesc.analysis.registry import all_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic


def render(diagnostics: Sequence[Diagnostic]) -> str:
    counts = Counter(diagnostic.code for diagnostic in diagnostics)
    fixable = Counter(diagnostic.code for diagnostic in diagnostics if diagnostic.fix)
    rules = {rule.code: rule for rule in all_rules()}
    width = len(str(max(counts.values(), default=0)))
    lines = []
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        fixes = f"  ({fixable[code]} fixable)" if fixable[code] else ""
        lines.append(f"{count:>{width}}  {code}  {rules[code].name}{fixes}\n")
    return "".join(lines)
