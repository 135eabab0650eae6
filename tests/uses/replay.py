"""Declares events that QEMU's commits added, from their first calls, and compares the declarations.

python -m tests.uses.replay HISTORY [--commits N] [--seed N]
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tesc.analysis.declaring import declaration, declaring_edit, tree_for
from tesc.analysis.fixing import edited
from tesc.analysis.headings import sections_of, written_in
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.uses.includes import includes_in
from tesc.uses.scan import C, scan
from tesc.uses.use import CALL

_ADDED = re.compile(r"^\+(\w+)\(", re.M)


class History:
    def __init__(self, git: Path) -> None:
        self.git = git
        self.cat = subprocess.Popen(
            ["git", "-C", str(git), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def run(self, *words: str) -> str:
        ran = subprocess.run(["git", "-C", str(self.git), *words], stdout=subprocess.PIPE, check=True)
        return ran.stdout.decode("utf-8", "surrogateescape")

    def text(self, commit: str, path: str) -> str | None:
        self.cat.stdin.write(f"{commit}:{path}\n".encode())
        self.cat.stdin.flush()
        head = self.cat.stdout.readline().split()
        if len(head) != 3 or head[1] != b"blob":
            return None
        data = self.cat.stdout.read(int(head[2]) + 1)[:-1]
        return data.decode("utf-8", "surrogateescape")


def headers(history: History, commit: str, path: str, text: str) -> list[str]:
    """The texts of the files that a source includes, directly or indirectly, as QEMU's build finds them."""
    found: list[str] = []
    seen = set()
    waiting = [(path, text)]
    while waiting and len(found) < 40:
        here, code = waiting.pop(0)
        for written in includes_in(code):
            for folder in (os.path.dirname(here), "include", ""):
                name = os.path.normpath(os.path.join(folder, written))
                if name in seen or name.startswith(".."):
                    continue
                seen.add(name)
                inner = history.text(commit, name)
                if inner is not None:
                    found.append(inner)
                    waiting.append((name, inner))
                    break
    return found


def types_of(line: str) -> list[str]:
    tree = parse(Source("trace-events", line + "\n"))
    return [parameter.type.text for parameter in tree.events[0].parameters] if tree.events else []


def replay(history: History, commit: str, root: Path) -> list[dict]:
    """The events that a commit adds, declared again: whether each one's file, heading and types are right."""
    made = []
    patch = history.run("show", "--format=", "-U0", commit)
    changed = re.findall(r"^\+\+\+ b/(.*)$", patch, re.M)
    sources = {path: history.text(commit, path) or "" for path in changed if path.endswith(".c")}
    for path in (path for path in changed if path.endswith("trace-events")):
        part = patch.split(f"+++ b/{path}\n", 1)[1].split("\ndiff --git", 1)[0]
        names = set(_ADDED.findall(part)) - set(re.findall(r"^-(\w+)\(", patch, re.M))
        text = history.text(commit, path) or ""
        wanted = {event.name: text[event.start : event.end] for event in parse(Source(path, text)).events}
        for name in sorted(names & wanted.keys()):
            callers = [source for source, code in sources.items() if re.search(rf"\btrace_{name}\(", code)]
            if len(callers) != 1:
                continue
            calls = [use for use in scan(sources[callers[0]], C) if use.kind == CALL and use.name == name]
            if not calls or len(calls[0].given) != len(types_of(wanted[name])):
                continue
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            (root / callers[0]).parent.mkdir(parents=True, exist_ok=True)
            (root / callers[0]).touch()
            before = text.replace(wanted[name] + "\n", "")
            tree = parse(Source(path, before, str(file)))
            others = [path] if path == "trace-events" else ["trace-events", path]
            trees = [parse(Source(one, "", str(root / one))) for one in others]
            home = tree_for(str(root / callers[0]), trees)
            texts = [sources[callers[0]], *headers(history, commit, callers[0], sources[callers[0]])]
            line = declaration(calls[0], tree, texts)
            after = edited(before, [declaring_edit(calls[0], str(root / callers[0]), tree, texts)])
            made.append(
                {
                    "name": name,
                    "file": home is not None and home.source.path == path,
                    "heading": heading(after, name) == heading(text, name),
                    "headings": (heading(after, name), heading(text, name)),
                    "types": list(zip(types_of(line), types_of(wanted[name]))),
                    "calls": [argument.text for argument in calls[0].given],
                }
            )
    return made


def same(pair: tuple[str, str]) -> bool:
    """Whether two types are equivalent on LP64, such as `unsigned` and `uint32_t`; `const char` is a char."""
    plain = (text.replace(" *", "*") for text in pair)
    values = (text if "*" in text else text.replace("const ", "") for text in plain)
    one, other = (_WIDTHS.get(text, text) for text in values)
    return one == other


_WIDTHS = {
    "unsigned": "u32", "unsigned int": "u32", "uint32_t": "u32", "int": "s32", "int32_t": "s32",
    "uint64_t": "u64", "unsigned long": "u64", "size_t": "u64", "unsigned long long": "u64",
    "int64_t": "s64", "long": "s64", "ssize_t": "s64", "char*": "const char*", "const void*": "void*",
}  # fmt: skip


def heading(text: str, name: str) -> str | None:
    """The file that the comment above an event names; None if it names none, or there is no comment."""
    for section in sections_of(parse(Source("trace-events", text))):
        if any(event.name == name for event in section.events):
            return written_in(section.comments[-1])[-1]
    return None


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("history", type=Path)
    parser.add_argument("--commits", type=int, default=60)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    history = History(options.history)
    listed = history.run(
        "log",
        "--no-merges",
        "--format=%H",
        "-n",
        "2500",
        "--all",
        "--diff-filter=M",
        "-G",
        r"^\w+\(.*\) \"",
        "--",
        "*trace-events",
    ).split()
    random.Random(options.seed).shuffle(listed)
    made = []
    with tempfile.TemporaryDirectory() as temporary:
        for number, commit in enumerate(listed[: options.commits]):
            known = {one["name"] for one in made}  # the same commit is in several branches
            found = replay(history, commit, Path(temporary) / str(number))
            made += [one for one in found if one["name"] not in known]
    pairs = [pair for one in made for pair in one["types"]]
    plain = [(" ".join(a.split()), " ".join(b.split())) for a, b in pairs]
    if options.verbose:
        for one in made:
            if not one["heading"]:
                print(one["name"], one["headings"])
            for (mine, theirs), given in zip(one["types"], one["calls"]):
                if mine != theirs:
                    print(f"{one['name']}: {given}: {mine!r}, committed {theirs!r}")
    headed = [one for one in made if one["headings"][1] is not None]
    print(f"{len(made)} events, {len(pairs)} parameters")
    print(f"file {sum(one['file'] for one in made)} of {len(made)}")
    print(f"heading {sum(one['heading'] for one in headed)} of {len(headed)}")
    equal, alike = sum(a == b for a, b in plain), sum(map(same, plain))
    print(f"types {equal} of {len(plain)}, of one width and sign {alike}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
