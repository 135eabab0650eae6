"""The known QEMU releases, and the meaning of versions."""

from __future__ import annotations

import pytest

from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.releases import NEWEST, BadRelease, release_at, release_of
from tesc.units.resolve import resolve


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("4.2", "4.2"),
        ("7.2.0", "7.2"),
        ("v7.2.3", "7.2.3"),
        ("7.1.94", "7.2"),  # a candidate for the next one
        ("6.2.92", "7.0"),
        ("8.0.50", "8.0.50"),
        ("10.2.50", "10.2.50"),
        ("11.0", "11.0"),
        ("", "10.2.50"),
    ],
)
def test_versions(text, name):
    assert release_of(text).name == name


@pytest.mark.parametrize("text", ["4.1", "4.1.0", "2.12.1", "0.14", "7", "7.2-rc1", "7.2.0.0", "-1.2"])
def test_invalid_releases(text):
    with pytest.raises(BadRelease, match=r"4\.2 on|not a release of QEMU"):
        release_of(text)


@pytest.mark.parametrize(
    ("change", "without", "with_"),
    [
        ("sdt-variadic", "5.0", "5.1"),
        ("output-file", "5.2.50", "6.0"),
        ("no-vcpu-argument", "9.0", "9.1"),
        ("rust", "10.1", "10.2"),
        ("rust-enabled", "10.2", "10.2.50"),
    ],
)
def test_changes(change, without, with_):
    assert not release_of(without).has(change)
    assert release_of(with_).has(change)
    assert NEWEST.has(change)


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("7.2.0\n", "7.2"),
        ("6.2.92", "7.0"),
        ("", "10.2.50"),
        ("2.12.0\n", "10.2.50"),  # a fork's own numbering
        ("fork 7\n", "10.2.50"),
        (None, "10.2.50"),
    ],
)
def test_a_tree_says_its_release(tmp_path, version, name):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "tracetool.py").touch()
    if version is not None:
        (tmp_path / "VERSION").write_text(version)
    assert release_at(str(tmp_path / "hw" / "usb" / "trace-events")).name == name


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_with_two_formats_is_two_events(end):
    text = f'vcpu tcg load(TCGv vaddr, uint16_t info) "info=%d", "vaddr=0x%016"PRIx64" info=%d"{end}'
    unit = resolve((parse(Source("trace-events", text)),), release=release_of("5.0"))
    assert not unit.errors and not unit.trees[0].errors
    shown = [(one.name, *(type_ for type_, _ in one.parameters), one.format) for one in unit.events]
    assert shown == [
        ("load_trans", "CPUState *", "uint16_t", '"cpu=%p ""info=%d"'),
        ("load_exec", "CPUState *", "uint64_t", "uint16_t", '"cpu=%p ""vaddr=0x%016"PRIx64" info=%d"'),
    ]


@pytest.mark.parametrize("version", ["2.2.0", "2.9.1", "4.1.1", "4.1.50"])
def test_an_old_tree_is_the_oldest_that_tesc_knows(tmp_path, version):
    (tmp_path / "scripts" / "tracetool").mkdir(parents=True)
    for name in ("tracetool.py", "tracetool/transform.py"):
        (tmp_path / "scripts" / name).touch()
    (tmp_path / "VERSION").write_text(f"{version}\n")
    assert release_at(str(tmp_path / "trace-events")).name == "4.2"


def test_a_version_of_something_else(tmp_path):
    (tmp_path / "VERSION").write_text("7.2.0\n")
    assert release_at(str(tmp_path / "trace-events")) is NEWEST
