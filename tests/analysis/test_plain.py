"""The judge of pairs: no rule is kept from an event in which it would find something."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tesc.analysis.plain import Judge
from tesc.analysis.registry import all_rules
from tesc.analysis.rule import EventRule
from tesc.config.settings import Settings
from tesc.records import replace
from tesc.syntax.parser import parse
from tesc.syntax.source import Source

TYPES = (
    """
int|unsigned int|uint64_t|uint32_t|int8_t|uint8_t|char|const char *|char *|char const *|void *
size_t|long|unsigned long long|bool|short|signed char|signed|int64_t|ssize_t|intptr_t|uint8_t *
hwaddr|float||char * *|unsigned uint32_t|long  long|const char*|signed short|struct foo *|int8_t *
""".strip("\n")
    .replace("\n", "|")
    .split("|")
)
CONVERSIONS = (
    r"""
%d|%u|%x|0x%x|0X%X|%s|%p|0x%p|%c|0x%"PRIx64"|%" PRIu64 "|0x%08" PRIx64 "|%" PRId32 " |%zu|%lu|%llu
%hd|%hhx|%02x|0x%02x|%i|%X|%.3s|%-5s|%#x|%lx|%5d|0x%016" PRIx64|%dx|%ums|%0x8|0x08%x|%dl|%dll|0x0x%x
640x%d|%jd|%td|%"PRIx64"x|%"PRId64",max|%*d|%.*s|%2$s|%n|%m|%%|% d|%+d|%|0x%"PRIx32",0x%x
%" PRIo64 "|%" PRIxLEAST8 "|%" FOO "|%\"d|\n|0x|0x1x|l|#|x%x|%" "d|0x" "%d|%c%c|PRIx64|" PRIx64 "
é%dé
""".strip("\n")
    .replace("\n", "|")
    .split("|")
)
CONVERSIONS += ["\t%d", "\x00"]
WORDS = ["", " ", "a", "addr", "=", ": ", " (", "]", "_", "0x", "8", ", ", '"', '" "', "-", ".", "x", "l "]
NAMES = ["a", "addr", "len", "_a", "dev", "x"]


@st.composite
def lines(draw):
    types = draw(st.lists(st.sampled_from(TYPES), max_size=4))
    parameters = ", ".join(f"{type_} {draw(st.sampled_from(NAMES))}" for type_ in types)
    number = len(types) if draw(st.booleans()) else draw(st.integers(0, 4))
    text = draw(st.sampled_from(WORDS))
    for _ in range(number):
        text += draw(st.sampled_from(WORDS)) + draw(st.sampled_from(CONVERSIONS))
        text += draw(st.sampled_from(WORDS))
    end = draw(st.sampled_from(['"', "", '""', ' "" ']))
    start = draw(st.sampled_from(["", "disable ", "tcg "]))
    return f'{start}e({parameters or draw(st.sampled_from(["", "void"]))}) "{text}{end}'


def _settings(profile: str) -> Settings:
    return replace(Settings(), profile=profile)


def _judges() -> list[tuple[Settings, Judge, list[EventRule]]]:
    found = []
    for profile in ("qemu", "default", "classic"):
        settings = _settings(profile)
        rules = [rule for rule in all_rules() if isinstance(rule, EventRule) and rule.applies(settings)]
        found.append((settings, Judge(rules, settings), rules))
    return found


JUDGES = _judges()


@given(st.lists(lines(), min_size=1, max_size=8))
@example(['e(int a) "%d0x%x"', 'e(int a, int b) "%d0x%x"', 'e(int a, int b) "0x%d 0x%"PRIx32"", b"'])
def test_a_rule_that_finds_something_is_asked(written):
    tree = parse(Source("t", "\n".join(written)))
    for settings, judge, rules in JUDGES:
        for event in tree.events:
            asked = judge.rules_for(event)
            for rule in rules:
                if rule not in asked:
                    assert not list(rule.check(event, tree, settings)), (rule.code, event.format)


def test_most_events_are_not_looked_at_by_most_rules():
    """Otherwise the judge would be useless: only rules that look at words have to see a correct event."""
    line = 'e(const char *name, uint64_t addr, int ret) "name %s addr 0x%" PRIx64 " ret %d"'
    tree = parse(Source("t", line))
    for _, judge, rules in JUDGES:
        asked = judge.rules_for(tree.events[0])
        assert [rule.code for rule in asked] == [rule.code for rule in rules if not rule.by_pairs]
        assert len(asked) * 3 < len(rules)


def test_a_judge_forgets():
    """A file can have any number of pairs."""
    settings, _, rules = JUDGES[0]
    judge = Judge(rules[:1], settings)
    text = "\n".join(f'e(int a) "%{width}d"' for width in range(1, 20_100))
    for event in parse(Source("t", text)).events:
        judge.rules_for(event)
    assert len(judge._pairs) < 200
