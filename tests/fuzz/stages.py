"""Text through the stages: whatever it contains, the results are values, and their invariants hold."""

from __future__ import annotations

import random

from texts import EVENTS, PATCH, TOML, text_of

from tesc.analysis.check import Memory, check
from tesc.analysis.fixing import settle
from tesc.analysis.plain import judge_of
from tesc.analysis.registry import all_rules
from tesc.analysis.rule import EventRule
from tesc.analysis.selection import chosen
from tesc.codegen.qemu import generate
from tesc.codegen.qemu.output import Options
from tesc.config.errors import BadConfiguration
from tesc.config.globs import matches
from tesc.config.loading import _checked
from tesc.config.settings import Settings
from tesc.file_settings import Overrides
from tesc.patch.mail import patch_text
from tesc.patch.parse import BadPatch, parse_patch
from tesc.records import replace
from tesc.syntax.layout import canonical, difference
from tesc.syntax.parser import parse
from tesc.syntax.plain_events import plain_event
from tesc.syntax.source import Source, split_lines
from tesc.units.loading import Loader
from tesc.units.patterns import Names, pattern
from tesc.units.resolve import resolve
from tesc.workspace import Workspace

PROFILES = ("default", "qemu", "classic")


def _rules_of(profile: str) -> tuple[Settings, list[EventRule]]:
    settings = replace(Settings(), profile=profile)
    return settings, [one for one in all_rules() if isinstance(one, EventRule) and one.applies(settings)]


RULES = {profile: _rules_of(profile) for profile in PROFILES}
OUTPUTS = (("h", "log"), ("c", "simple"), ("d", "dtrace"), ("ust-events-h", "ust"), ("rs", "log"))


def outputs(source: Source) -> list[object]:
    """Everything that is generated from a file, in both compats."""
    unit = resolve((parse(source),), Loader())
    made: list[object] = []
    for compat in ("qemu", "fixed"):
        for form, backend in OUTPUTS:
            options = Options(form, (backend,), "g", "out", "", "", "linux", compat)
            text, refused = generate(unit.events, options)
            lines = [line for line in text.split("\n") if not line.startswith("#line")]
            # Spaces between words mean nothing in C, and `difference` checks spaces within quotes.
            ink = "\n".join(lines).translate({ord(" "): None, ord("\t"): None})
            made.append(len(refused) if refused else ink)
    return made


def parser(chance: random.Random) -> int:
    """Each line is an item or has an error, in its place, and the shortcut reads what lark reads."""
    text = text_of(chance, EVENTS, 40)
    tree = parse(Source("t", text))
    lines = split_lines(text)
    for item in tree.items:
        start, line = lines[item.line - 1]
        assert start <= item.start <= item.end <= start + len(line)
    for error in tree.errors:
        assert 0 <= error.span.start <= error.span.end <= len(text)
    start, line = chance.choice(lines or [(0, "")])
    event = plain_event(line, start, 1)
    if event is not None:
        from tesc.syntax.lines import build

        assert build(line, line, start, 1) == event
    return len(lines)


def checker(chance: random.Random) -> int:
    """All rules; none that would find something is skipped."""
    text = text_of(chance, EVENTS, 25)
    profile = chance.choice(PROFILES)
    tree = parse(Source("t", text))
    found = []
    for event in tree.events:
        settings, rules = RULES[profile]
        asked = judge_of(rules, settings).rules_for(event)
        for rule in rules if chance.random() < 0.1 else asked:
            for one in rule.check(event, tree, settings):
                assert rule in asked, f"{rule.code} is not asked"
                found.append(one)
    for one in found:
        assert 0 <= one.span.start <= one.span.end <= len(text)
        for edit in one.fix.edits if one.fix else ():
            assert 0 <= edit.span.start <= edit.span.end <= len(text)
    return text.count("\n") + 1


def formatter(chance: random.Random) -> int:
    """Formatting changes no meaning and no output, and a formatted text stays as it is."""
    text = text_of(chance, EVENTS)
    source = Source("t", text)
    tree = parse(source)
    laid_out = canonical(tree)
    again = Source("t", laid_out)
    assert difference(tree, parse(again)) is None
    assert canonical(parse(again)) == laid_out
    if laid_out != text and not tree.errors and not any(c in text for c in "\r"):
        assert outputs(source) == outputs(again), "layout changes an output"
    return text.count("\n") + 1


def fixer(chance: random.Random) -> int:
    """Units, the rules of a run, and fixes: after fixes no fewer lines are valid."""
    text = text_of(chance, EVENTS)
    tree = parse(Source("t", text))
    workspace = Workspace(Overrides(isolated=True, profile=chance.choice(PROFILES)))

    def found(files: dict[str, str]) -> list[object]:
        workspace.add_source(Source("t", files.get("t", text)))
        workspace.resolve()
        rules, levels = chosen(workspace.settings)
        return check(workspace.units, rules, workspace.settings, {}, levels, Memory())

    result = settle(found({}), found, unsafe=chance.random() < 0.5)
    if result.texts:
        assert len(parse(Source("t", result.texts["t"])).errors) <= len(tree.errors)
    return text.count("\n") + 1


def configuration(chance: random.Random) -> int:
    text = text_of(chance, TOML)
    try:
        _checked.__wrapped__("/nowhere/tesc.toml", text.encode("utf-8", "surrogateescape"))
    except BadConfiguration:
        pass
    return text.count("\n") + 1


def patterns(chance: random.Random) -> int:
    text = "".join(chance.choice("ab*?/[]!-.é") for _ in range(chance.randint(0, 30)))
    path = "".join(chance.choice("ab/.é") for _ in range(chance.randint(1, 30)))
    matches(text, "/r", f"/r/{path}")
    names = ["".join(chance.choice("ab_") for _ in range(chance.randint(1, 8))) for _ in range(9)]
    wanted = "".join(chance.choice("ab_*?") for _ in range(chance.randint(1, 8)))
    one_by_one = [at for at, name in enumerate(names) if pattern(wanted).fullmatch(name)]
    assert Names(names).matching(wanted) == one_by_one
    return 1


def patch(chance: random.Random) -> int:
    text = text_of(chance, PATCH, 20)
    try:
        parse_patch(patch_text(text.encode("utf-8", "surrogateescape")))
    except BadPatch:
        pass
    return text.count("\n") + 1
