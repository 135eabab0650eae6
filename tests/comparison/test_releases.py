"""`tesc diff` between QEMU releases, compared with QEMU's tracetool and with the calls in QEMU's history."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter

import pytest

# Prints, as JSON, what a release's own parser reads from files.
READER = """
import json, sys
from tracetool import read_events
found = []
for path in json.load(sys.stdin):
    with open(path) as file:
        for event in read_events(file, path):
            arguments = [list(pair) for pair in event.args]
            found.append([event.name, "disable" in event.properties, arguments, event.fmt])
json.dump(found, sys.stdout)
"""
PRI = re.compile(r'" *PRI([a-zA-Z])[A-Z0-9]* *"?|"')
LENGTHS = re.compile(r"(%[-+ #0-9.*]*)(?:hh?|ll?|z|j|t)(?=[a-zA-Z])")
DECLARED = re.compile(r"[-+](?:\w+ )*?(\w+)\(")
CALLED = re.compile(r"\btrace_(\w+)\(")


class History:
    def __init__(self, folder):
        self.folder = folder
        commits = self.git("log", "--format=%H", "--", "VERSION").split()
        versions = self.git(
            "cat-file", "--batch=", input="".join(f"{one}:VERSION\n" for one in commits)
        ).split()
        found = {version: commit for commit, version in zip(commits, versions) if version.endswith(".0")}
        self.releases = dict(sorted(found.items(), key=lambda one: [int(n) for n in one[0].split(".")]))

    def git(self, *words, input=None):
        ran = subprocess.run(
            ["git", f"--git-dir={self.folder}", *words], input=input and input.encode(), capture_output=True
        )
        return ran.stdout.decode("utf-8", "surrogateescape")

    def write(self, release, folder):
        """A release's trace-events files and its tracetool, below a folder; returns the files."""
        commit = self.releases[release]
        listed = self.git("ls-tree", "-r", "--name-only", commit).split("\n")
        paths = [
            path
            for path in listed
            if (os.path.basename(path) == "trace-events" and not path.startswith("tests/"))
            or (path.startswith("scripts/tracetool/") and path.endswith(".py"))
        ]
        for path in paths:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            text = self.git("show", f"{commit}:{path}")
            (folder / path).write_text(text, "utf-8", "surrogateescape")
        return [path for path in paths if not path.endswith(".py")]


@pytest.fixture(scope="module")
def history(qemu_history):
    found = History(qemu_history)
    if len(found.releases) < 11:
        pytest.skip("TESC_QEMU_HISTORY has too few releases")
    return found


def parsed(folder, files):
    """The events of a release as its own tracetool reads them, each with what its readers get."""
    ran = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, 'scripts')\n{READER}"],
        input=json.dumps(files).encode(),
        cwd=folder,
        capture_output=True,
        check=True,
    )
    return {
        name: (disabled, [(read_as(type_), one) for type_, one in arguments], printed(fmt))
        for name, disabled, arguments, fmt in json.loads(ran.stdout)
    }


def read_as(type_):
    words = [word for word in type_.replace("*", " * ").split() if word not in ("const", "int", "struct")]
    if "*" in words:
        return "text" if words == ["char", "*"] else "pointer"
    return " ".join(words) or "int"


def printed(fmt):
    text = PRI.sub(lambda found: found[1] or "", fmt)
    return LENGTHS.sub(r"\1", text.strip()).replace("i", "d") if text else ""


def diff(old, new, cwd="."):
    words = ["diff", str(old), str(new), "--format", "json", "--profile", "qemu"]
    ran = subprocess.run([sys.executable, "-m", "tesc", *words], capture_output=True, cwd=cwd)
    assert ran.returncode == 1, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("back", [1, 3, 6])
def test_it_agrees_with_tracetool(history, tmp_path, back):
    """`tesc diff` lists the differences between the events that two releases' own tracetools read."""
    pair = list(history.releases)[-1 - back :][:2]
    folders = [tmp_path / release for release in pair]
    before, after = (parsed(folder, history.write(release, folder)) for folder, release in zip(folders, pair))
    found = diff(*folders)
    gone = {one["old"]["name"] for one in found if one["kind"] in ("removed", "renamed")}
    came = {one["new"]["name"] for one in found if one["kind"] in ("added", "renamed")}
    assert gone == before.keys() - after.keys()
    assert came == after.keys() - before.keys()
    changed = {
        one["new"]["name"] for one in found if one["kind"] == "changed" and one["changes"] != ["moved"]
    }
    assert changed == {name for name in before.keys() & after.keys() if before[name] != after[name]}
    print(f"{' to '.join(pair)}: {len(gone)} gone, {len(came)} came, {len(changed)} changed")


def exchanged_calls(history, old, new):
    """Old and new names of events whose calls a commit replaced, line by line."""
    log = history.git(
        *("log", "--no-merges", "--reverse", "-p", "-U0", "--format=format:@commit", f"{old}..{new}"),
        *("--", "*.c", "*.h", "*.c.inc", "*trace-events"),
    )
    names: dict[str, str] = {}
    for commit in log.split("@commit\n")[1:]:
        declared = {"-": set(), "+": set()}
        calls: list[dict[str, list[str]]] = [{"-": [], "+": []}]
        path = ""
        for line in commit.split("\n"):
            sign = line[:1]
            if line.startswith(("@@", "diff ")):
                calls.append({"-": [], "+": []})
            elif line.startswith("+++ "):
                path = line
            elif sign in ("-", "+") and not line.startswith("--- "):
                if path.endswith("trace-events"):
                    declared[sign] |= set(DECLARED.findall(line[:200]))
                else:
                    calls[-1][sign] += CALLED.findall(line)
        gone, came = declared["-"] - declared["+"], declared["+"] - declared["-"]
        for one in calls:
            minus = [name for name in one["-"] if name in gone]
            plus = [name for name in one["+"] if name in came]
            if len(minus) == len(plus):
                for a, b in zip(minus, plus):
                    names = {first: b if last == a else last for first, last in names.items()}
                    names.setdefault(a, b)
    return names


@pytest.mark.nightly
def test_renames_are_those_of_the_calls(history, tmp_path):
    """Of the events whose calls a commit replaced one by one, nearly all are recognized as renamed."""
    releases = list(history.releases)[-11:]
    said, right, missed = 0, 0, []
    events = {}
    for release in releases:
        events[release] = parsed(tmp_path / release, history.write(release, tmp_path / release)).keys()
    for old, new in zip(releases, releases[1:]):
        found = {
            one["old"]["name"]: one["new"]["name"]
            for one in diff(tmp_path / old, tmp_path / new)
            if one["kind"] == "renamed"
        }
        calls = exchanged_calls(history, history.releases[old], history.releases[new])
        gone, came = events[old] - events[new], events[new] - events[old]
        wanted = {a: b for a, b in calls.items() if a in gone and b in came}
        # If several events became one, only one of them counts as renamed.
        for b, times in Counter(wanted.values()).items():
            if times > 1:
                same = [a for a in wanted if wanted[a] == b]
                keep = next((a for a in same if found.get(a) == b), same[0])
                wanted = {a: c for a, c in wanted.items() if c != b or a == keep}
        said += len(wanted)
        right += sum(found.get(a) == b for a, b in wanted.items())
        missed += [f"{a} -> {b}, not {found.get(a)}" for a, b in wanted.items() if found.get(a) != b]
    print(f"{right} of {said} renames", *missed, sep="\n")
    assert said >= 60
    assert right >= 0.9 * said
