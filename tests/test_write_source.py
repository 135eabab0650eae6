"""Source files are replaced atomically, and keep their owner, mode, links and attributes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tesc.files import Changed, Scope, write_output, write_source

OLD, NEW = "old é\udcff\r\n", "new\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "trace-events"
    path.write_bytes(OLD.encode("utf-8", "surrogateescape"))
    return path


def test_it_is_replaced(file):
    file.chmod(0o640)
    before = file.stat()
    write_source(str(file), OLD, NEW, Scope([str(file)]))
    after = file.stat()
    assert file.read_text() == NEW
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert os.listdir(file.parent) == ["trace-events"]


@pytest.mark.parametrize("now", [b"", b"other", OLD.encode("utf-8", "surrogateescape") + b"\n"])
def test_an_edit_meanwhile_is_not_lost(file, now):
    file.write_bytes(now)
    with pytest.raises(Changed, match="changed in the meantime"):
        write_source(str(file), OLD, NEW, Scope([str(file)]))
    assert file.read_bytes() == now
    assert os.listdir(file.parent) == ["trace-events"]


def test_an_edit_at_the_last_moment_is_not_lost(file, monkeypatch):
    """Saved after the first look in the way of editors: another file replaces it."""
    sync = os.fsync

    def save(descriptor):
        sync(descriptor)
        other = file.with_name("other")
        other.write_bytes(OLD.encode("utf-8", "surrogateescape"))
        other.replace(file)

    monkeypatch.setattr(os, "fsync", save)
    with pytest.raises(Changed, match="replaced in the meantime"):
        write_source(str(file), OLD, NEW, Scope([str(file)]))
    assert os.listdir(file.parent) == ["trace-events"]


def test_hard_links_stay(file):
    os.link(file, file.with_name("link"))
    write_source(str(file), OLD, NEW, Scope([str(file)]))
    assert file.with_name("link").read_text() == NEW
    assert file.stat().st_nlink == 2
    assert sorted(os.listdir(file.parent)) == ["link", "trace-events"]


def test_symbolic_links_stay(file):
    link = file.with_name("link")
    link.symlink_to(file)
    write_source(str(link), OLD, NEW, Scope([str(link)]))
    assert link.is_symlink()
    assert file.read_text() == NEW


def test_the_owner_stays(file):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file to somebody else")
    os.chown(file, 12345, 54321)
    file.chmod(0o604)
    write_source(str(file), OLD, NEW, Scope([str(file)]))
    status = file.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (12345, 54321, 0o604)


def test_attributes_stay(file, skip_without):
    try:
        os.setxattr(file, "user.tesc", b"value")
    except (AttributeError, OSError):
        pytest.skip("this file system has no extended attributes")
    write_source(str(file), OLD, NEW, Scope([str(file)]))
    assert os.getxattr(file, "user.tesc") == b"value"


def test_access_control_lists_stay(file):
    # user::rw-, user:12345:r--, group::r--, mask::r--, other::---, as Linux's posix_acl_xattr.h has it.
    entries = [
        (1, 6, 0xFFFFFFFF),
        (2, 4, 12345),
        (4, 4, 0xFFFFFFFF),
        (16, 4, 0xFFFFFFFF),
        (32, 0, 0xFFFFFFFF),
    ]
    value = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little") + rights.to_bytes(2, "little") + who.to_bytes(4, "little")
        for tag, rights, who in entries
    )
    try:
        os.setxattr(file, "system.posix_acl_access", value)
    except (AttributeError, OSError):
        pytest.skip("this file system has no access control lists")
    write_source(str(file), OLD, NEW, Scope([str(file)]))
    assert os.getxattr(file, "system.posix_acl_access") == value


def test_names_as_long_as_names_can_be(tmp_path):
    path = tmp_path / ("n" * 255)
    write_output(str(path), "a")
    write_output(str(path), OLD)
    write_source(str(path), OLD, NEW, Scope([str(path)]))
    assert path.read_text() == NEW
    assert os.listdir(tmp_path) == [path.name]


def test_a_failure_names_the_file(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        write_source(str(tmp_path / "gone"), OLD, NEW, Scope([str(tmp_path)]))
    assert caught.value.filename == str(tmp_path / "gone")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    "write", ["write_output('out', 'x' * 10)", "write_source('out', 'old', 'new', Scope(['out']))"]
)
def test_a_signal_leaves_nothing(tmp_path, name, write):
    """In the moment between deciding to replace the file and replacing it."""
    (tmp_path / "out").write_text("old")
    code = (
        "import os, time\n"
        "from tesc.files import Scope, write_output, write_source\n"
        "os.replace = lambda *_: (print('now', flush=True), time.sleep(60))\n"
        f"{write}\n"
    )
    number = getattr(signal, name)
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE) as child:
        assert child.stdout.read(3) == b"now"
        assert len(os.listdir(tmp_path)) == 2
        child.send_signal(number)
        assert child.wait() == -number
    assert os.listdir(tmp_path) == ["out"]
    assert (tmp_path / "out").read_text() == "old"


def test_scope(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "inner").mkdir()
    for name in ("in/a", "inner/b", "c"):
        (tmp_path / name).write_text("")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "c")
    scope = Scope([str(tmp_path / "in"), str(tmp_path / "inner/b")])
    held = {
        name: scope.holds(str(tmp_path / name)) for name in ("in/a", "inner/b", "c", "in/link", "in/../c")
    }
    assert held == {"in/a": True, "inner/b": True, "c": False, "in/link": False, "in/../c": False}
    assert Scope([str(tmp_path / "in" / "link")]).holds(str(tmp_path / "c"))


def test_nothing_beyond_the_scope_is_written(tmp_path, file):
    (tmp_path / "in").mkdir()
    link = tmp_path / "in" / "link"
    link.symlink_to(file)
    before = file.read_bytes()
    for path in (link, file):
        with pytest.raises(OSError, match="leads out of what may be changed") as refused:
            write_source(str(path), OLD, NEW, Scope([str(tmp_path / "in")]))
        assert refused.value.filename == str(path)
    assert file.read_bytes() == before
    write_source(str(link), OLD, NEW, Scope([str(link)]))
    assert file.read_text() == NEW and link.is_symlink()
