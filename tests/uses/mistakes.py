"""Puts mistakes that `tesc check --sources` is for into a copy of a tree, and counts those found.

    python -m tests.uses.mistakes QEMU [--seed N]

Declarations and calls are looked for with expressions of this file, not with tesc's parser and scanner, and
what may be spoilt is chosen without asking what tesc judges. Each event gets one mistake at most.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

# How many of each kind make two hundred.
KINDS = {
    "misspelt call": 25,
    "misspelt state test": 8,
    "misspelt word of a pasting macro": 6,
    "argument left out": 20,
    "one argument more": 10,
    "arguments swapped": 20,
    "NULL for a string": 14,
    "text for a number": 15,
    "number for a text": 10,
    "narrowed": 10,
    "declared in another folder": 15,
    "call removed": 15,
    "call in #if 0": 5,
    "heading names no file": 8,
    "below another heading": 8,
    "folder listed twice": 3,
    "labels swapped": 4,
    "label of another parameter": 4,
}
_DECLARED = re.compile(r'^(\w+)\(([^()\n]*)\) *(".*)$', re.M)
_CALL = re.compile(r"^([ \t]+)trace_(\w+)\(([^;{}#]*?)\);", re.M)
_STATE = re.compile(r"\b(trace_event_get_state(?:_backends)?\(TRACE_)(\w+)\)")
_PASTED = re.compile(r"\bNVME_GUEST_ERR\((\w+)")
_HEADING = re.compile(r"^# ?([\w./-]+\.c)$", re.M)
_LISTED = re.compile(r"^( +)'([\w/-]+)',$", re.M)
_TEXTS = re.compile(r"(?:const )?char \*(?: ?const)?")
_NUMBERS = re.compile(r"(?:unsigned(?: int)?|u?int(?:8|16|32|64)_t|int|bool|hwaddr|size_t)")
_NARROW = re.compile(r"(?:unsigned(?: int)?|u?int32_t|int)")


@dataclass
class Mistake:
    """One mistake: the rule that should find it, in which file, and a word of what it should say."""

    kind: str
    code: str
    path: str
    word: str
    event: str = ""  # whose call or declaration it is, where that is another one


@dataclass
class Declaration:
    path: str
    name: str
    parameters: list[tuple[str, str]]
    text: str


@dataclass
class Call:
    path: str
    indent: str
    name: str
    arguments: list[str]
    text: str


def parameters_of(text: str) -> list[tuple[str, str]]:
    """Types and names."""
    if text.strip() in ("", "void"):
        return []
    found = [re.fullmatch(r"(.*?)(\w+)", part.strip(), re.S) for part in text.split(",")]
    return [(one[1].strip(), one[2]) for one in found if one]


def arguments_of(text: str) -> list[str]:
    """The arguments of a call, split at commas outside of brackets and texts."""
    parts, depth, quote, last = [""], 0, "", ""
    for char in text:
        if quote:
            quote = "" if char == quote and last != "\\" else quote
        elif char in "\"'":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and not depth:
            parts.append("")
            continue
        parts[-1] += char
        last = char
    return [part.strip() for part in parts] if text.strip() else []


def typo(name: str, names: set[str], pick: random.Random) -> str:
    """A name with two neighbouring letters exchanged, or one of them left out."""
    while True:
        at = pick.randrange(1, len(name) - 1)
        new = (
            name[:at] + name[at + 1] + name[at] + name[at + 2 :]
            if pick.random() < 0.5
            else name[:at] + name[at + 1 :]
        )
        if new not in names and new != name:
            return new


class Tree:
    """The files of a tree, in memory; `put_in` changes them, `write` writes those that changed."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.pick = random.Random(seed)
        self.texts: dict[str, str] = {}
        self.before: dict[str, str] = {}
        for parent, folders, names in os.walk(root):
            folders.sort()
            for name in sorted(names):
                if name in ("trace-events", "meson.build") or name.endswith(".c"):
                    path = os.path.join(parent, name)
                    text = Path(path).read_bytes().decode("utf-8", "surrogateescape")
                    if name == "trace-events" or "trace" in text:
                        self.texts[os.path.relpath(path, root)] = text
        self.before = dict(self.texts)
        self.declared: dict[str, Declaration] = {}
        twice = set()
        for path in self.files("trace-events"):
            if path.startswith("tests"):
                continue
            for one in _DECLARED.finditer(self.texts[path]):
                twice |= {one[1]} & self.declared.keys()
                self.declared[one[1]] = Declaration(path, one[1], parameters_of(one[2]), one[0])
        for name in twice:
            del self.declared[name]
        self.calls: dict[str, list[Call]] = {}
        self.named: Counter[str] = Counter()
        for path, text in self.texts.items():
            if path.endswith(".c"):
                self.named.update(re.findall(r"trace_(\w+)", text))
                for one in _CALL.finditer(text):
                    if one[2] in self.declared:
                        call = Call(path, one[1], one[2], arguments_of(one[3]), one[0])
                        self.calls.setdefault(one[2], []).append(call)
        self.taken: set[str] = set()
        self.spoilt: set[tuple[str, str]] = set()

    def files(self, end: str) -> list[str]:
        return [path for path in self.texts if os.path.basename(path).endswith(end)]

    def replace(self, path: str, old: str, new: str) -> None:
        assert self.texts[path].count(old) >= 1, (path, old)
        self.texts[path] = self.texts[path].replace(old, new, 1)

    def write(self) -> None:
        for path, text in self.texts.items():
            if text != self.before[path]:
                file = self.root / path
                file.unlink()  # the copy's files may be links
                file.write_bytes(text.encode("utf-8", "surrogateescape"))

    def shuffled(self, names) -> list:
        found = sorted(names)
        self.pick.shuffle(found)
        return found

    def free_calls(self, wanted=lambda call, declaration: True):
        """Calls of events that are called once and have no mistake yet, in random order."""
        for name in self.shuffled(self.calls):
            call, declaration = self.calls[name][0], self.declared[name]
            fits = len(self.calls[name]) == 1 and len(call.arguments) == len(declaration.parameters)
            once = self.texts[call.path].count(call.text) == 1 == self.before[call.path].count(call.text)
            if fits and once and name not in self.taken and wanted(call, declaration):
                yield call, declaration

    def change_call(self, call: Call, arguments: list[str], name: str | None = None) -> None:
        made = f"{call.indent}trace_{name or call.name}({', '.join(arguments)});"
        self.replace(call.path, call.text, made)
        self.taken.add(call.name)

    # One method a kind: it makes one mistake.

    def misspelt_call(self) -> Mistake:
        call, _ = next(self.free_calls())
        new = typo(call.name, set(self.declared), self.pick)
        self.change_call(call, call.arguments, new)
        self.taken.add(new)
        return Mistake("", "TE602", call.path, new, call.name)

    def misspelt_state_test(self) -> Mistake:
        places = [
            (path, one[0], one[2])
            for path in self.files(".c")
            for one in _STATE.finditer(self.texts[path])
            if one[2].lower() in self.declared and one[2].lower() not in self.taken
        ]
        path, old, name = self.pick.choice(places)
        new = typo(name, {known.upper() for known in self.declared}, self.pick)
        self.replace(path, old, old.replace(name, new))
        self.taken.add(name.lower())
        return Mistake("", "TE602", path, new.lower(), name.lower())

    def misspelt_word_of_a_pasting_macro(self) -> Mistake:
        places = [
            (path, one[0], one[1])
            for path in self.files(".c")
            for one in _PASTED.finditer(self.texts[path])
            if one[1] in self.declared and one[1] not in self.taken and self.texts[path].count(one[0]) == 1
        ]
        path, old, name = self.pick.choice(places)
        new = typo(name, set(self.declared), self.pick)
        self.replace(path, old, old.replace(name, new))
        self.taken.add(name)
        return Mistake("", "TE602", path, new, name)

    def argument_left_out(self) -> Mistake:
        call, _ = next(self.free_calls(lambda call, _: len(call.arguments) > 1))
        arguments = list(call.arguments)
        del arguments[self.pick.randrange(len(arguments))]
        self.change_call(call, arguments)
        return Mistake("", "TE603", call.path, call.name)

    def one_argument_more(self) -> Mistake:
        call, _ = next(self.free_calls())
        self.change_call(call, [*call.arguments, "0"])
        return Mistake("", "TE603", call.path, call.name)

    def arguments_swapped(self) -> Mistake:
        def is_named(argument: str, name: str) -> bool:
            return re.fullmatch(rf"(?:\w+(?:->|\.))*{name}", argument) is not None

        def pairs(call: Call, one: Declaration) -> list[tuple[int, int]]:
            same = [n for n, (_, name) in enumerate(one.parameters) if is_named(call.arguments[n], name)]
            types = [type_ for type_, _ in one.parameters]
            return [(a, b) for a in same for b in same if a < b and types[a] == types[b]]

        call, one = next(self.free_calls(lambda call, one: bool(pairs(call, one))))
        a, b = self.pick.choice(pairs(call, one))
        arguments = list(call.arguments)
        arguments[a], arguments[b] = arguments[b], arguments[a]
        self.change_call(call, arguments)
        return Mistake("", "TE605", call.path, call.name)

    def _one_of_type(self, types: re.Pattern[str], made, code: str, printed: str = "") -> Mistake:
        def places(one: Declaration) -> list[int]:
            found = [n for n, (type_, _) in enumerate(one.parameters) if types.fullmatch(type_)]
            return found if not printed or one.text.count(printed) >= len(found) else []

        call, one = next(self.free_calls(lambda _, one: bool(places(one))))
        at = self.pick.choice(places(one))
        arguments = list(call.arguments)
        arguments[at] = made(arguments[at])
        self.change_call(call, arguments)
        return Mistake("", code, call.path, call.name)

    def null_for_a_string(self) -> Mistake:
        return self._one_of_type(_TEXTS, lambda _: "NULL", "TE606", "%s")

    def text_for_a_number(self) -> Mistake:
        return self._one_of_type(_NUMBERS, lambda _: '"text"', "TE607")

    def number_for_a_text(self) -> Mistake:
        return self._one_of_type(_TEXTS, lambda _: "42", "TE607")

    def narrowed(self) -> Mistake:
        wide = self.pick.choice(["uint64_t", "unsigned long", "int64_t", "size_t"])

        def places(one: Declaration) -> list[int]:
            return [n for n, (type_, _) in enumerate(one.parameters) if _NARROW.fullmatch(type_)]

        call, one = next(self.free_calls(lambda _, one: bool(places(one))))
        at = self.pick.choice(places(one))
        arguments = list(call.arguments)
        declared = f"{call.indent}{{\n{call.indent}    {wide} wide_value = {arguments[at]};\n"
        arguments[at] = "wide_value"
        made = f"{declared}    {call.indent}trace_{call.name}({', '.join(arguments)});\n{call.indent}}}"
        self.replace(call.path, call.text, made)
        self.taken.add(call.name)
        return Mistake("", "TE608", call.path, call.name)

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

    def call_removed(self) -> Mistake:
        call, one = next(self.free_calls(lambda call, _: self.named[call.name] == 1))
        self.replace(call.path, call.text, f"{call.indent};")
        self.taken.add(call.name)
        return Mistake("", "TE601", one.path, call.name)

    def call_in_if_0(self) -> Mistake:
        call, one = next(self.free_calls(lambda call, _: self.named[call.name] == 1))
        self.replace(call.path, call.text, f"#if 0\n{call.text}\n#endif")
        self.taken.add(call.name)
        return Mistake("", "TE601", one.path, call.name)

    def _below_headings(self) -> list[tuple[str, re.Match[str], str]]:
        """Headings with an event right below that is called once, from that file."""
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
        """Events whose format has two of the parameters' names as labels, which have one type."""
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

    def put_in(self, kinds: dict[str, int]) -> list[Mistake]:
        made = []
        for kind, times in kinds.items():
            method = getattr(self, re.sub(r"\W+", "_", kind.lower()).strip("_"))
            for _ in range(times):
                mistake = method()
                mistake.kind = kind
                made.append(mistake)
        return made


CODES = "TE110,TE425,TE431,TE601,TE602,TE603,TE604,TE605,TE606,TE607,TE608,TE702"


def findings(root: Path) -> list[dict]:
    """What tesc finds in a tree of QEMU's layout, as its JSON has it."""
    words = ["check", "--sources", "--profile", "qemu", "--select", CODES, "--output-format", "json", "."]
    ran = subprocess.run(
        [sys.executable, "-m", "tesc", *words], cwd=root, stdout=subprocess.PIPE, text=True, check=False
    )
    assert ran.returncode in (0, 1)
    return json.loads(ran.stdout)


def is_found(mistake: Mistake, new: list[dict]) -> bool:
    return any(
        one["code"] == mistake.code
        and mistake.path in (one["path"], *(other["path"] for other in one["related"]))
        and (one["event"] == mistake.word or f"'{mistake.word}'" in one["message"])
        for one in new
    )


def key(one: dict) -> tuple:
    return one["code"], one["path"], one["event"], one["message"]


def judged(
    before: list[dict], after: list[dict], mistakes: list[Mistake]
) -> tuple[list[Mistake], list[dict]]:
    """The mistakes that were not found, and the new findings that are of no mistake."""
    known = Counter(map(key, before))
    new = [one for one in after if not known[key(one)]]
    missed = [mistake for mistake in mistakes if not is_found(mistake, new)]
    words = {word for mistake in mistakes for word in (mistake.word, mistake.event)}
    other = [
        one
        for one in new
        if one["event"] not in words and not any(f"'{word}'" in one["message"] for word in words)
    ]
    return missed, other


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tree", type=Path)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--keep", type=Path, help="keep the copy here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = options.keep or Path(temporary) / "tree"
        shutil.copytree(options.tree, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        before = findings(root)
        tree = Tree(root, options.seed)
        mistakes = tree.put_in(KINDS)
        tree.write()
        missed, other = judged(before, findings(root), mistakes)
    lost = Counter(mistake.kind for mistake in missed)
    for kind, times in KINDS.items():
        print(f"{kind:34} {times - lost[kind]:3} of {times:3}")
    for mistake in missed:
        print(f"missed: {mistake.kind}: {mistake.code} {mistake.path} {mistake.word}")
    for one in other:
        print(f"of no mistake: {one['code']} {one['path']}:{one['range']['start']['line']} {one['message']}")
    print(f"seed {options.seed}: found {len(mistakes) - len(missed)} of {len(mistakes)}, {len(other)} others")
    return 0


if __name__ == "__main__":
    sys.exit(main())
