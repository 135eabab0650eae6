"""Diffs are found in whatever text surrounds them."""

from __future__ import annotations

import pytest

from tesc.patch.mail import patch_text
from tesc.patch.parse import BadPatch, FilePatch, parse_patch

PLAIN = "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@ heading\n a\n-b\n+c\n"


def only(text: str) -> FilePatch:
    (one,) = parse_patch(text)
    return one


def test_hunks():
    one = only(f"Some words.\n---\n f | 2 +-\n\n{PLAIN}-- \n2.39.5\n")
    assert (one.old, one.new, one.renamed, one.binary) == ("a/f", "b/f", False, False)
    (hunk,) = one.hunks
    assert (hunk.old_start, hunk.new_start) == (1, 1)
    assert (hunk.old, hunk.new) == (("a\n", "b\n"), ("a\n", "c\n"))
    assert hunk.changes == ((" ", "a\n"), ("-", "b\n"), ("+", "c\n"))


def test_lines_without_an_end():
    one = only(
        "--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"
    )
    assert (one.hunks[0].old, one.hunks[0].new) == (("a",), ("b",))


def test_lines_that_look_like_headers():
    one = only("--- f\n+++ f\n@@ -1,2 +1,2 @@\n--- x\n+++ y\n @@ -1 +1 @@\n--- not in it\n")
    assert one.hunks[0].changes == (("-", "-- x\n"), ("+", "++ y\n"), (" ", "@@ -1 +1 @@\n"))


def test_blank_lines_that_lost_their_space():
    one = only("--- f\n+++ f\n@@ -1,3 +1,4 @@\n a\n\n+b\n\n")
    assert one.hunks[0].new == ("a\n", "\n", "b\n", "\n")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("f", "f"),
        ("f\t2026-01-01 00:00:00.000000000 +0000", "f"),
        ("two words\t", "two words"),
        ('"a/t\\303\\244b\\t\\"x\\\\"', 'a/täb\t"x\\'),
        ('"a/\\377"', "a/\udcff"),
        ("/dev/null", None),
    ],
)
def test_names(header, name):
    assert only(f"--- {header}\n+++ new\n@@ -1 +1 @@\n-a\n+b\n").old == name


@pytest.mark.parametrize(
    "date", ["1970-01-01 00:00:00.000000000 +0000", "1969-12-31 19:00:00.000000000 -0500"]
)
def test_files_that_diff_dates_to_the_beginning(date):
    assert only(f"--- old/f\t{date}\n+++ new/f\t2026-01-01\n@@ -0,0 +1 @@\n+a\n").old is None
    assert only(f"--- old/f\t2026-01-01\n+++ new/f\t{date}\n@@ -1 +0,0 @@\n-a\n").new is None


def test_headers_of_git():
    patches = parse_patch(
        "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n"
        "diff --git a/old name b/new name\nsimilarity index 100%\nrename from old name\nrename to new name\n"
        'diff --git "a/\\303\\244" b/z\nsimilarity index 90%\nrename from "\\303\\244"\nrename to z\n'
        f"index 1..2 100644\n{PLAIN}"
        "diff --git a/gone b/gone\ndeleted file mode 100644\nindex 1..0\n"
        "--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    )
    assert [(p.old, p.new, p.renamed, len(p.hunks)) for p in patches] == [
        ("old name", "new name", True, 0),
        ("ä", "z", True, 1),
        ("a/gone", None, False, 1),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PLAIN[:-3], "line 6: hunk 1 of b/f ends after 2 lines, before its header says so"),
        (PLAIN.replace("+c", "x"), "line 6: hunk 1 of b/f ends after 2 lines, before its header says so"),
        (
            PLAIN.replace("-b", "-b\n-b"),
            "line 6: hunk 1 of b/f ends after 2 lines, before its header says so",
        ),
    ],
)
def test_hunks_that_are_cut_short(text, message):
    with pytest.raises(BadPatch) as raised:
        parse_patch(text)
    assert str(raised.value) == message


def test_a_mail_whose_lines_all_end_in_carriage_returns():
    assert only(PLAIN.replace("\n", "\r\n")) == only(PLAIN)
    # In a diff, such a line end is the file's.
    assert only(PLAIN.replace("a\n", "a\r\n")).hunks[0].new == ("a\r\n", "c\n")


def test_text_that_is_not_a_mail_stays_as_it_is():
    """Even if a line looks like a mail header."""
    data = f"{PLAIN}\nContent-Transfer-Encoding: base64\n".encode() + b"\xff"
    assert patch_text(data) == data.decode("utf-8", "surrogateescape")
