"""Mistakes in trace-events files and meson.build: places, headings, labels."""

from __future__ import annotations

import os
import re

from tests.uses.spoilt_tree import Call, Declaration, Mistake, SpoiltTree

_DECLARED = re.compile(r'^(\w+)\(([^()\n]*)\) *(".*)$', re.M)
_HEADING = re.compile(r"^# ?([\w./-]+\.c)$", re.M)
_LISTED = re.compile(r"^( +)'([\w/-]+)',$", re.M)


class DeclarationMistakes(SpoiltTree):
    """A method for each kind makes one mistake."""

    def declared_in_another_folder(self) -> Mistake:
        def is_own(call: Call, one: Declaration) -> bool:
            same = os.path.dirname(call.path) == os.path.dirname(one.path)
            return same and self.named[call.name] == 1 and '#include "trace.h"' in self.texts[call.path]

        call, one = next(self.free_calls(is_own))
        others = [
            p for p in self.files("trace-events") if p not in (one.path, "trace-events") and p[:5] != "tests"
        ]
        other = self.pick.choice(others)
        self.replace(one.path, one.text + "\n", "")
        self.texts[other] = self.texts[other].rstrip("\n") + "\n\n" + one.text + "\n"
        self.taken.add(call.name)
        return Mistake("", "TE604", call.path, call.name)

    def _below_headings(self) -> list[tuple[str, re.Match[str], str]]:
        """Headings with an event right below that is called only once, from the heading's file."""
        found = []
        for path in self.files("trace-events"):
            text = self.texts[path]
            for heading in _HEADING.finditer(text):
                below = _DECLARED.match(text, heading.end() + 1)
                calls = self.calls.get(below[1], []) if below else []
                folder = os.path.dirname(path)
                named = os.path.normpath(os.path.join(folder, heading[1]))
                if below is None or below[1] in self.taken or {call.path for call in calls} != {named}:
                    continue
                if self.named[below[1]] == len(calls) and (path, heading[0]) not in self.spoilt:
                    found.append((path, heading, below[1]))
        return found

    def heading_names_no_file(self) -> Mistake:
        path, heading, name = self.pick.choice(self._below_headings())
        gone = heading[1][:-2] + "_gone.c"
        self.replace(path, f"{heading[0]}\n", f"# {gone}\n")
        self.taken.add(name)
        self.spoilt.add((path, f"# {gone}"))
        return Mistake("", "TE702", path, gone, name)

    def below_another_heading(self) -> Mistake:
        places = self._below_headings()
        path, heading, name = self.pick.choice(places)
        others = [one for one in places if one[0] == path and one[1][1] != heading[1]]
        if not others:
            return self.below_another_heading()
        _, other, _ = self.pick.choice(others)
        one = self.declared[name]
        self.replace(path, one.text + "\n", "")
        self.replace(path, other[0] + "\n", f"{other[0]}\n{one.text}\n")
        self.taken.add(name)
        self.spoilt.add((path, other[0]))
        return Mistake("", "TE702", path, name)

    def folder_listed_twice(self) -> Mistake:
        text = self.texts["meson.build"]
        start = text.index("trace_events_subdirs")
        listed = [one for one in _LISTED.finditer(text, start) if text.count(one[0]) == 1]
        one = self.pick.choice(listed[: len(listed) // 2])
        self.replace("meson.build", one[0], f"{one[0]}\n{one[0]}")
        return Mistake("", "TE110", "meson.build", one[2])

    def _labels(self) -> list[Declaration]:
        """Events whose format has the names of two parameters of the same type as labels."""
        found = []
        for name in self.shuffled(self.declared.keys() - self.taken):
            one = self.declared[name]
            form = one.text[one.text.index('"', one.text.index(")")) :]
            if len(one.parameters) != 2 or one.parameters[0][0] != one.parameters[1][0]:
                continue
            if all(re.search(rf"\b{parameter}[ =:]+(?:0x)?%", form) for _, parameter in one.parameters):
                found.append(one)
        return found

    def labels_swapped(self) -> Mistake:
        one = self._labels()[0]
        head, form = one.text[: one.text.index(") ")], one.text[one.text.index(") ") :]
        (_, a), (_, b) = one.parameters
        form = re.sub(rf"\b({a}|{b})(?=[ =:]+(?:0x)?%)", lambda word: b if word[1] == a else a, form)
        self.replace(one.path, one.text, head + form)
        self.taken.add(one.name)
        return Mistake("", "TE425", one.path, one.name)

    def label_of_another_parameter(self) -> Mistake:
        one = self._labels()[0]
        head, form = one.text[: one.text.index(") ")], one.text[one.text.index(") ") :]
        (_, a), (_, b) = one.parameters
        form = re.sub(rf"\b{a}([ =:]+(?:0x)?%)", rf"{b}\1", form)
        form = re.sub(rf"(?<=%)(.*)\b{b}[ =:]+((?:0x)?%)", r"\1of \2", form)
        self.replace(one.path, one.text, head + form)
        self.taken.add(one.name)
        return Mistake("", "TE431", one.path, one.name)
