"""Reading configuration files: text, TOML, and files that cannot be read at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tesc.config.errors import BadConfiguration
from tesc.config.loading import load
from tesc.config.settings import settings_at


def failure(path: str = "tesc.toml") -> str:
    with pytest.raises(BadConfiguration) as caught:
        load(path)
    return str(caught.value)


class TestSyntax:
    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("max-args = \n", "1:12"),
            ("max-args = 6\n[generate\n", "2:10"),
            ('profile = "qemu\n', "1:16"),
            ("x\n", "1:2"),
        ],
    )
    def test_places(self, text, place, wrong):
        (found,) = wrong(text)
        assert found.startswith(f"{place}: ")

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("profile = qemu\n", "1:11: 'qemu' is not a value; text must be in quotes: \"qemu\""),
            (
                "ignore = [TE401, 'TE402']\n",
                "1:11: 'TE401' is not a value; text must be in quotes: \"TE401\"",
            ),
            ("max-args = \n", "1:12: expected a value"),
            ("ignore = [\nmax-args = 3\n", "2:1: expected a value"),
            ("types = [,]\n", "1:10: expected a value"),
        ],
    )
    def test_invalid_values(self, text, told, wrong):
        assert wrong(text) == [told]

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("max-args = 1\nmax-args = 2\n", "2:1: the key 'max-args' is given twice"),
            ("max-args = 1\n\n  max-args=2  # more\n\n\n", "3:3: the key 'max-args' is given twice"),
            ("max-args = 1\nmax-args = 2", "2:1: the key 'max-args' is given twice"),
            ('severity."TE4" = "off"\nseverity = 2\n', "2:1: the key 'severity' is given twice"),
            ("[generate]\n[generate]\n", "2:2: the table 'generate' is given twice"),
            ("generate = {}\n[ generate ]\nx = 1\n", "2:3: the table 'generate' is given twice"),
            ("[[unit]]\npath = 'x'\n[unit]\n", "3:2: the table 'unit' is given twice"),
            (
                "types = []\ntypes = [\n  'a',\n]\n",
                "4:1: the value that ends here is for a key that already has one",
            ),
        ],
    )
    def test_what_is_given_twice(self, text, told, wrong):
        assert wrong(text) == [told]

    def test_the_end(self, wrong):
        (found,) = wrong("# x\nignore = [\n\n\n")
        assert found.startswith("2:11: ")
        assert found.endswith("before the end")

    def test_a_byte_that_is_not_utf_8(self, wrong):
        assert wrong(b"# \xc3\xa9\n# \xc3\xa9 \xff\n") == ["2:5: a byte that is not UTF-8"]

    def test_numbers_too_long_for_python(self, wrong):
        (found,) = wrong(f"max-args = {'1' * 5000}\n")
        assert found

    @pytest.mark.parametrize("brackets", ["[]", "{}"])
    def test_too_deep(self, brackets, wrong):
        opening = brackets[0] if brackets == "[]" else "{a="
        text = f"types = {opening * 4000}1{brackets[1] * 4000}\n"
        (found,) = wrong(text)
        assert found.startswith("tesc.toml: ") or "deep" in found or "recursion" in found.lower()


class TestText:
    def test_windows(self):
        Path("tesc.toml").write_bytes(b"\xef\xbb\xbfmax-args = 3\r\ntypes = [\r\n'a']\r\n")
        assert settings_at("trace-events").max_args == 3

    def test_places_in_windows_files(self, wrong):
        assert wrong(b"\xef\xbb\xbfselct = []\r\nmax-args = 3\r\nfoo = 1\r\n") == [
            "1:1: unknown key 'selct'; did you mean 'select'?",
            "3:1: unknown key 'foo'",
        ]

    def test_an_empty_file_changes_nothing_but_the_root(self, work):
        Path("tesc.toml").touch()
        settings = settings_at("trace-events")
        assert (settings.root, settings.profile, settings.max_args) == (str(work), "default", 6)

    def test_changed_files_are_read_again(self):
        for number in (1, 2, 3):
            Path("tesc.toml").write_text(f"max-args = {number}\n")
            assert settings_at("trace-events").max_args == number


class TestUnreadable:
    def test_a_folder(self):
        Path("tesc.toml").mkdir()
        assert failure() == "tesc.toml: error: a folder, not a configuration file"

    def test_not_there(self):
        assert failure("other.toml") == "other.toml: error: No such file or directory"

    def test_a_dangling_link(self):
        Path("tesc.toml").symlink_to("nowhere")
        with pytest.raises(BadConfiguration, match=r"tesc\.toml: error: No such file or directory"):
            settings_at("trace-events")

    def test_a_link_to_itself(self):
        Path("tesc.toml").symlink_to("tesc.toml")
        assert failure().startswith("tesc.toml: error: ")

    @pytest.mark.skipif(sys.platform == "win32", reason="has no FIFOs")
    def test_a_fifo_is_not_waited_for(self):
        os.mkfifo("tesc.toml")
        assert failure() == "tesc.toml: error: not a regular file"

    @pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="has no such device")
    def test_without_an_end(self):
        assert failure("/dev/zero").endswith("larger than 16 MiB")

    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
    @pytest.mark.usefixtures("bound_by_modes")
    def test_without_permission(self):
        Path("tesc.toml").touch(0o000)
        assert failure() == "tesc.toml: error: Permission denied"

    def test_a_device_that_is_named_may_be_empty(self):
        assert load(os.devnull).values == {}
