"""Makes breaking changes to a tree's events, and counts those that `tesc breaking` reports.

    python -m tests.comparison.put_in QEMU [--seed N] [--each N]

Declarations are read with this file's own regular expressions, not with tesc's parser. Each event gets one
change; for each kind of change, this file lists the codes that must be reported.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

_EVENT = re.compile(r'^(\w+)\(([^()\n]*)\) *("(?:[^\n\\]*))$', re.M)
_PARAMETER = re.compile(r"\s*(.*?)(\w+)\s*")
_WIDER = {"uint32_t": "uint64_t", "int32_t": "int64_t", "uint16_t": "uint64_t", "int": "int64_t"}
_OTHER_SIGN = {"uint32_t": "int32_t", "int": "unsigned", "unsigned": "int", "uint64_t": "int64_t"}


@dataclass
class Event:
    name: str
    parameters: list[tuple[str, str]]  # types and names
    form: str

    @property
    def text(self) -> str:
        declared = ", ".join(
            f"{type_}{name}" if type_.endswith("*") else f"{type_} {name}" for type_, name in self.parameters
        )
        return f"{self.name}({declared or 'void'}) {self.form}"


# A kind of change: a function from an event to the changed event, or None if it does not apply to the event.


def removed(event: Event, pick: random.Random) -> str | None:
    return ""


def renamed(event: Event, pick: random.Random) -> str | None:
    words = event.name.split("_")
    words[pick.randrange(1, len(words)) if len(words) > 1 else 0] += "x"
    return Event("_".join(words), event.parameters, event.form).text


def disabled(event: Event, pick: random.Random) -> str | None:
    return f"disable {event.text}"


def exchanged(event: Event, pick: random.Random) -> str | None:
    """Two parameters of the same type in the other order, with their labels unchanged."""
    types = [type_ for type_, _ in event.parameters]
    pairs = [(a, b) for b in range(len(types)) for a in range(b) if types[a] == types[b]]
    if not pairs:
        return None
    a, b = pick.choice(pairs)
    parameters = list(event.parameters)
    parameters[a], parameters[b] = parameters[b], parameters[a]
    return Event(event.name, parameters, event.form).text


def first_left_out(event: Event, pick: random.Random) -> str | None:
    if len(event.parameters) < 2 or event.form.count("%") != len(event.parameters) or "PRI" in event.form:
        return None
    form = re.sub(r"%[^%a-zA-Z]*(?:hh?|ll?|z)?[a-zA-Z]", "-", event.form, count=1)
    return Event(event.name, event.parameters[1:], form).text


def one_before(event: Event, pick: random.Random) -> str | None:
    if not 1 <= len(event.parameters) <= 6:
        return None
    return Event(
        event.name, [("int", "added_one"), *event.parameters], event.form.replace('"', '"%d ', 1)
    ).text


def one_after(event: Event, pick: random.Random) -> str | None:
    if not event.form.endswith('"') or len(event.parameters) > 6:
        return None
    form = event.form[:-1] + ' added %d"'
    return Event(event.name, [*event.parameters, ("int", "added_one")], form).text


def _with_type(event: Event, pick: random.Random, others: dict[str, str]) -> str | None:
    places = [n for n, (type_, _) in enumerate(event.parameters) if type_ in others]
    if not places:
        return None
    at = pick.choice(places)
    parameters = list(event.parameters)
    parameters[at] = (others[parameters[at][0]], parameters[at][1])
    return Event(event.name, parameters, event.form).text


def wider(event: Event, pick: random.Random) -> str | None:
    return _with_type(event, pick, _WIDER)


def other_sign(event: Event, pick: random.Random) -> str | None:
    return _with_type(event, pick, _OTHER_SIGN)


def text_to_number(event: Event, pick: random.Random) -> str | None:
    return _with_type(event, pick, {"const char *": "int", "char *": "int"})


def parameter_renamed(event: Event, pick: random.Random) -> str | None:
    if not event.parameters:
        return None
    at = pick.randrange(len(event.parameters))
    parameters = list(event.parameters)
    parameters[at] = (parameters[at][0], parameters[at][1] + "_new")
    return Event(event.name, parameters, event.form).text


def other_words(event: Event, pick: random.Random) -> str | None:
    return Event(event.name, event.parameters, event.form.replace('"', '"now ', 1)).text


def other_radix(event: Event, pick: random.Random) -> str | None:
    places = list(re.finditer(r"%[ul]*d|%u", event.form))
    if not places:
        return None
    one = pick.choice(places)
    form = event.form[: one.start()] + one[0][:-1] + "x" + event.form[one.end() :]
    return Event(event.name, event.parameters, form).text


KINDS = {
    removed: {"TE831"},
    renamed: {"TE832"},
    disabled: {"TE811"},
    exchanged: {"TE812", "TE841"},
    first_left_out: {"TE802", "TE812", "TE841", "TE821"},
    one_before: {"TE802", "TE812", "TE841", "TE821"},
    one_after: {"TE802", "TE841", "TE821"},
    # A record of the simple backend has 64 bits for any number.
    wider: {"TE813"},
    other_sign: {"TE813"},
    text_to_number: {"TE802", "TE813", "TE841"},
    parameter_renamed: {"TE814"},
    other_words: {"TE821"},
    other_radix: {"TE821"},
}


@dataclass
class Change:
    kind: str
    event: str
    now: str
    codes: set[str]


def events_in(text: str) -> list[Event]:
    """The events in a text whose parameters this file's expressions can read."""
    found = []
    for one in _EVENT.finditer(text):
        parts = [] if one[2].strip() in ("", "void") else one[2].split(",")
        split = [_PARAMETER.fullmatch(part) for part in parts]
        event = Event(one[1], [(part[1].strip(), part[2]) for part in split if part], one[3])
        # An event in another layout would change by being written again.
        if event.text == one[0]:
            found.append(event)
    return found


def put_in(text: str, seed: int, each: int) -> tuple[str, list[Change]]:
    """A changed version of some events, and the changes."""
    pick = random.Random(seed)
    events = events_in(text)
    pick.shuffle(events)
    made: list[Change] = []
    taken: set[str] = set()
    for kind, codes in KINDS.items():
        done = 0
        for event in events:
            if done == each:
                break
            new = None if event.name in taken or text.count(f"\n{event.text}\n") != 1 else kind(event, pick)
            if new is None or new == event.text:
                continue
            taken.add(event.name)
            text = text.replace(f"\n{event.text}\n", f"\n{new}\n" if new else "\n")
            made.append(
                Change(kind.__name__, event.name, new.partition("(")[0].split()[-1] if new else "", codes)
            )
            done += 1
    return text, made


def reported(old: Path, new: Path) -> list[dict]:
    """What `tesc breaking` reports, as its JSON has it."""
    words = ["breaking", str(new), "--against", str(old), "--profile", "qemu", "--output-format", "json"]
    ran = subprocess.run(
        [sys.executable, "-m", "tesc", *words], stdout=subprocess.PIPE, text=True, check=False
    )
    assert ran.returncode in (0, 1), ran.returncode
    return json.loads(ran.stdout)


def missing(changes: list[Change], found: list[dict]) -> list[tuple[Change, set[str]]]:
    """The changes that were not fully reported, with the missing codes."""
    codes: dict[str, set[str]] = {}
    for one in found:
        for name in {one["event"], *re.findall(r"'(\w+)'", one["message"])} - {None}:
            codes.setdefault(name, set()).add(one["code"])
    left = []
    for change in changes:
        said = codes.get(change.event, set()) | codes.get(change.now, set())
        if change.codes - said:
            left.append((change, change.codes - said))
    return left


def others(changes: list[Change], found: list[dict]) -> list[dict]:
    """The reports about events that were not changed."""
    names = {name for change in changes for name in (change.event, change.now)}
    return [one for one in found if one["event"] not in names]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tree", type=Path)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--each", type=int, default=20)
    options = parser.parse_args()
    files = sorted(options.tree.rglob("trace-events"))
    text = "\n".join(file.read_text("utf-8", "surrogateescape") for file in files)
    # Events with the same name belong to programs that are never linked together.
    names = Counter(re.findall(r"^(?:\w+ )*?(\w+)\(", text, re.M))
    lines = [line for line in text.split("\n") if not line.startswith("#")]
    lines = [line for line in lines if names[(re.findall(r"(\w+)\(", line) or [""])[0]] <= 1]
    text = "\n".join(["", *lines, ""])
    new, changes = put_in(text, options.seed, options.each)
    with tempfile.TemporaryDirectory() as temporary:
        old_file, new_file = (
            Path(temporary) / "old" / "trace-events",
            Path(temporary) / "new" / "trace-events",
        )
        for file, written in ((old_file, text), (new_file, new)):
            file.parent.mkdir()
            file.write_text(written, "utf-8", "surrogateescape")
        found = reported(old_file, new_file)
    lost = missing(changes, found)
    total, missed = Counter(one.kind for one in changes), Counter(one.kind for one, _ in lost)
    for kind, count in total.items():
        print(f"{kind:20} {count - missed[kind]:3} of {count:3}")
    for change, codes in lost:
        print(f"missed: {change.kind}: {change.event}: {', '.join(sorted(codes))}")
    for one in others(changes, found):
        print(f"of no change: {one['code']} {one['event']}: {one['message']}")
    print(f"seed {options.seed}: {len(changes) - len(lost)} of {len(changes)} changes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
