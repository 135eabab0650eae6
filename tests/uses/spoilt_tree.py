"""A tree whose declarations and calls are read with regular expressions, and changed in memory."""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

_DECLARED = re.compile(r'^(\w+)\(([^()\n]*)\) *(".*)$', re.M)
_CALL = re.compile(r"^([ \t]+)trace_(\w+)\(([^;{}#]*?)\);", re.M)


@dataclass
class Mistake:
    """A mistake: the rule that should find it, the file, and a word of the message."""

    kind: str
    code: str
    path: str
    word: str
    event: str = ""  # the event whose call or declaration was changed, if it is another one


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
    """The arguments of a call, split at commas outside brackets and strings."""
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
    """A name with two neighbouring letters swapped, or one removed."""
    while True:
        at = pick.randrange(1, len(name) - 1)
        new = (
            name[:at] + name[at + 1] + name[at] + name[at + 2 :]
            if pick.random() < 0.5
            else name[:at] + name[at + 1 :]
        )
        if new not in names and new != name:
            return new


class SpoiltTree:
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
        """Calls of events that are called only once and have no mistake yet, in random order."""
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
