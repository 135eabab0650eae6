"""Baselines: findings that a project has accepted for now, so that only new ones are reported.

A baseline is a JSON file with one sorted finding per line (rule, file, place, message, and how often it was
found), so it is easy to read and merges without conflicts.
"""

from __future__ import annotations

import json
from collections import Counter

from tesc.analysis.fingerprint import identity
from tesc.analysis.registry import all_rules
from tesc.files import UNEXPECTED_JSON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.analysis.diagnostic import Diagnostic

_VERSION = 1
_NOT_ONE = "not a baseline that 'tesc check --write-baseline' wrote"


class BadBaseline(Exception):
    """The file is not a baseline; the message says why."""


def written(diagnostics: Sequence[Diagnostic]) -> str:
    """The text of a baseline file that accepts these findings."""
    counts = Counter(identity(diagnostic) for diagnostic in diagnostics)
    entries = [
        json.dumps({"code": code, "path": path, "place": place, "message": message, "count": counts[key]})
        for key in sorted(counts)
        for code, path, place, message in [key]
    ]
    findings = ",\n".join(f"  {entry}" for entry in entries)
    return f'{{\n "version": {_VERSION},\n "findings": [\n{findings}\n ]\n}}\n'


def read(data: bytes) -> Counter[tuple[str, str, str, str]]:
    """What a baseline accepts: (rule, file, place, message), and how often. Raises BadBaseline."""
    try:
        content = json.loads(data.decode("utf-8"))
        if content["version"] != _VERSION:
            raise BadBaseline(f"a baseline of version {content['version']}, not {_VERSION}")
        accepted: Counter[tuple[str, str, str, str]] = Counter()
        for entry in content["findings"]:
            # The finding's rule may have been replaced since.
            codes = [rule.code for rule in all_rules() if entry["code"] in rule.formerly]
            for code in codes or [str(entry["code"])]:
                key = (code, str(entry["path"]), str(entry["place"]), str(entry["message"]))
                accepted[key] += int(entry["count"])
    except json.JSONDecodeError as error:
        raise BadBaseline(f"{_NOT_ONE} ({error})") from None
    except UNEXPECTED_JSON:
        raise BadBaseline(_NOT_ONE) from None
    return accepted


def new(diagnostics: Sequence[Diagnostic], accepted: Counter[tuple[str, str, str, str]]) -> list[Diagnostic]:
    """The findings that a baseline does not accept, in the given order.

    If a finding occurs more often than was accepted, its last occurrences are new.
    """
    left = Counter(accepted)
    found = []
    for diagnostic in diagnostics:
        key = identity(diagnostic)
        if left[key] > 0:
            left[key] -= 1
        else:
            found.append(diagnostic)
    return found
