"""Which patterns disable an event, and which events a pattern disables."""

from __future__ import annotations

import os

from tesc.syntax.nodes import Disable
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.disabling import below, disabled_by, disabling
from tesc.units.loading import Loader
from tesc.units.outside import outside
from tesc.units.resolve import NOTHING, resolve

FILES = {
    "root": 'prefix host_\ninclude "guest" prefix g_ base 100\ninclude "guest" prefix u_\n'
    "tap(void)\ndisable *_debug, g_esp_*, g_esp_deep\ndisable nothing\n",
    "guest": 'prefix esp_\ncommand(void)\nx_debug(void)\ninclude "deep"\ndisable esp_command\n',
    "deep": "deep(void)\ndisable one(void)\n",
}


def unit_of(files=FILES, given=NOTHING):
    trees = {os.path.realpath(path): parse(Source(path, text)) for path, text in files.items()}
    return resolve([trees[os.path.realpath("root")]], Loader(trees=trees), given)


def shown(unit, name):
    [event] = [event for event in unit.events if event.name == name]
    return [(source.path, word.text) for source, word in disabling(unit, event)]


def test_patterns_of_an_event_are_those_of_its_file_and_of_its_includers():
    unit = unit_of()
    assert shown(unit, "g_esp_command") == [("guest", "esp_command"), ("root", "g_esp_*")]
    assert shown(unit, "u_esp_command") == [("guest", "esp_command")]
    assert shown(unit, "g_esp_x_debug") == [("root", "*_debug"), ("root", "g_esp_*")]
    assert shown(unit, "g_deep") == []
    assert shown(unit, "host_tap") == []


def test_they_are_those_that_the_unit_was_resolved_with():
    unit = unit_of(given=outside(disable=["g_d*"], event_prefix="all_"))
    assert shown(unit, "all_g_deep") == [("<command line>", "g_d*")]
    for event in unit.events:
        assert event.disabled == bool(event.node.disabled or disabling(unit, event))


def test_the_events_of_a_pattern_are_as_many_as_the_unit_counted():
    unit = unit_of(given=outside(disable=["*"], event_prefix="all_"))
    counted = {(pattern.source, pattern.span): pattern.matches for pattern in unit.patterns}
    for tree in (*unit.trees, *unit.directives):
        for item in tree.items:
            for word in item.patterns if isinstance(item, Disable) else ():
                found = disabled_by(unit, tree.source, word)
                assert len(found) == counted.pop((tree.source, word.span))
    assert not counted


def test_what_an_include_brings():
    unit = unit_of()
    chains = [chain for chain, _ in unit.expansions]
    assert [[event.name for event in below(unit, chain)] for chain in chains] == [
        ["g_esp_command", "g_esp_x_debug", "g_deep", "g_one"],
        ["g_deep", "g_one"],
        ["u_esp_command", "u_esp_x_debug", "u_deep", "u_one"],
        ["u_deep", "u_one"],
    ]
