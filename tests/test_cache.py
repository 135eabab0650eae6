"""What is cached between runs; no result depends on it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from tesc import cache


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "_enabled", True)
    return tmp_path / "tesc"


def put(value: object, key: str = "key", kind: str = "kind") -> None:
    table = cache.table(kind)
    table.put(key, value)
    table.save()


VALUE = {"a": [1, None, "é\udcff"]}


def test_a_value_is_kept_for_the_next_run():
    put(VALUE)
    assert cache.table("kind").get("key") == VALUE
    assert cache.table("kind").get("other") is None
    assert cache.table("others").get("key") is None


def test_each_folder_has_its_own_table(tmp_path):
    one = cache.table("kind", "one")
    one.put("key", 1)
    one.save()
    assert cache.table("kind", "two").get("key") is None
    assert cache.table("kind", os.path.abspath("one")).get("key") == 1


def test_nothing_is_written_where_nothing_was_put(fresh):
    table = cache.table("kind")
    table.get("key")
    table.save()
    assert not fresh.exists()


def test_nobody_else_looks_into_the_folder(fresh):
    put(VALUE)
    assert stat.S_IMODE(fresh.stat().st_mode) & 0o077 == 0


def test_a_digest_is_of_the_parts_and_their_borders():
    parts = [(), ("",), ("", ""), ("ab",), ("a", "b"), ("b", "a"), (b"ab", "c"), ("1:a",), ("\udcff",)]
    assert len({cache.digest(*one) for one in parts}) == len(parts)
    assert cache.digest("a", b"b") == cache.digest(b"a", "b")


def test_damaged_tables_are_not_trusted(fresh):
    put(VALUE)
    (file,) = fresh.iterdir()
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert cache.table("kind").get("key") is None, at
        file.write_bytes(whole[:at])
        assert cache.table("kind").get("key") is None, at
    for other in (b"", b"\n", b"\xff\xfe", whole + b"\n", b"x" * 100_000):
        file.write_bytes(other)
        assert cache.table("kind").get("key") is None
    put(VALUE)
    assert cache.table("kind").get("key") == VALUE


def test_tables_of_another_version_are_not_trusted(monkeypatch):
    put(VALUE)
    for version in ("another", cache._program()):
        monkeypatch.setattr(cache, "_known_program", version)
        assert cache.table("kind").get("key") == (None if version == "another" else VALUE)


def test_a_module_that_changed_is_another_version(tmp_path, monkeypatch):
    (tmp_path / "package" / "inner").mkdir(parents=True)
    module = tmp_path / "package" / "inner" / "module.py"
    seen = set()
    for text, time in (("a", 1), ("b", 2), ("bb", 2)):
        module.write_text(text)
        os.utime(module, (time, time))
        seen.add(tuple(cache._modules(str(tmp_path / "package"))))
    assert len(seen) == 3


def test_recently_used_values_are_kept():
    table = cache.table("kind", most=3)
    for number in range(3):
        table.put(str(number), number)
    assert table.get("0") == 0
    table.put("3", 3)
    table.save()
    kept = cache.table("kind")
    assert [kept.get(str(number)) for number in range(4)] == [0, None, 2, 3]


def test_tables_that_were_written_long_ago_are_removed(monkeypatch, fresh):
    monkeypatch.setattr(cache, "MOST_TABLES", 2)
    for number in range(4):
        put(number, kind=f"kind{number}")
        for at, file in enumerate(sorted(fresh.iterdir())):
            os.utime(file, (at, at))
    assert sorted(file.name for file in fresh.iterdir()) == ["kind2.table", "kind3.table"]


@pytest.mark.parametrize("where", [os.devnull, "/proc/nowhere"])
def test_nowhere_to_keep_it(monkeypatch, where):
    monkeypatch.setenv("XDG_CACHE_HOME", where)
    put(VALUE)
    assert cache.table("kind").get("key") is None


def test_no_cache(fresh, monkeypatch):
    put(VALUE)
    before = {file: file.read_bytes() for file in fresh.iterdir()}
    cache.disable()
    assert cache.table("kind").get("key") is None
    put(1, "other")
    assert {file: file.read_bytes() for file in fresh.iterdir()} == before


@pytest.mark.parametrize("home", [None, "", "relative"])
def test_home_is_where_it_is_by_default(monkeypatch, tmp_path, home):
    if home is None:
        monkeypatch.delenv("XDG_CACHE_HOME")
    else:
        monkeypatch.setenv("XDG_CACHE_HOME", home)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    put(VALUE)
    assert (tmp_path / ".cache" / "tesc" / "kind.table").exists()


def test_clear(fresh):
    put(VALUE)
    put(VALUE, kind="other")
    (fresh / "kept.txt").write_text("somebody else's")
    size = sum(file.stat().st_size for file in fresh.glob("*.table"))
    command = [sys.executable, "-m", "tesc", "cache"]
    assert subprocess.run([*command, "dir"], capture_output=True, text=True).stdout == f"{fresh}\n"
    done = subprocess.run([*command, "clear"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"removed 2 tables, {size:,} bytes\n")
    assert [file.name for file in fresh.iterdir()] == ["kept.txt"]
    assert cache.clear() == (0, 0)
