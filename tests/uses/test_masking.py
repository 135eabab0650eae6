"""Masked text: only what compilers take for code."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tesc.syntax.source import Source
from tesc.uses.masking import masked_around, masked_c, masked_rust

ROOT = Path(__file__).parents[2]

_TOKEN = re.compile(
    r"^raw_identifier '([^'\n]*)'[^\n]*?(?: \[UnClean='((?:\\[ \t\f\v]*\r?\n)+)[\w$]*'\])?"
    r"\s*Loc=<(.*):(\d+):(\d+)>$",
    re.M,
)
_NUMBER = re.compile(r"(?:\.|(?<![\w$]))[0-9](?:[eEpP][+-]|'\w|[\w.])*")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.A)
_ENCODINGS = ("L", "u", "U", "u8", "R", "LR", "uR", "UR", "u8R")


def texts_of(pieces: str, most: int = 40) -> st.SearchStrategy[str]:
    """Texts of these pieces, which are separated by spaces and escaped as in Python."""
    known = [piece.encode("ascii").decode("unicode_escape") for piece in pieces.split()]
    return st.lists(st.sampled_from(known), max_size=most).map("".join)


def by_clang(clang: str, language: str, files: list[Path]) -> dict[str, list[tuple[str, int, int]]]:
    """The identifiers of each file and their places, as found by clang's lexer."""
    # In C23 and C++14, 1'000 is a number; older programs do not contain it.
    command = [clang, "-cc1", "-dump-raw-tokens", "-std=gnu2x", "-x", language, *map(str, files)]
    printed = subprocess.run(command, capture_output=True).stderr.decode("latin-1")
    found: dict[str, list[tuple[str, int, int]]] = {str(file): [] for file in files}
    for word, continued, path, line, column in _TOKEN.findall(printed):
        lines = continued.count("\n")
        found[path].append((word, int(line) + lines, 1 if lines else int(column)))
    return found


def by_us(text: str) -> list[tuple[str, int, int]]:
    masked = _NUMBER.sub(lambda match: " " * len(match[0]), masked_c(text))
    source = Source("text", text)
    # For a compiler, a literal's prefix is part of the literal; here it is a word before it.
    return [
        (word[0], *source.place(word.start()))
        for word in _IDENTIFIER.finditer(masked)
        if not (masked[word.end() : word.end() + 1] in ('"', "'") and word[0] in _ENCODINGS)
    ]


def differing(clang: str, language: str, files: list[Path]) -> list[tuple[str, list[object]]]:
    """The files in which clang finds other identifiers, with the differences."""
    theirs = by_clang(clang, language, files)
    assert any(theirs.values()), "clang found no identifiers at all"
    wrong = []
    for path, expected in theirs.items():
        # clang counts a column for each byte.
        found = by_us(Path(path).read_bytes().decode("latin-1"))
        if found != expected:
            wrong.append((path, sorted(set(found) ^ set(expected))[:3]))
    return wrong


class TestC:
    @pytest.fixture
    def clang(self, need):
        return need("clang", "clang")

    def test_agrees_with_clang_on_our_own_files(self, clang):
        files = [
            path
            for folder in ("examples", "tests", "tesc")
            for path in sorted((ROOT / folder).rglob("*.[ch]"))
        ]
        assert len(files) > 50
        assert differing(clang, "c", files) == []

    def test_agrees_with_clang_on_system_headers(self, clang):
        files = sorted(Path("/usr/include").glob("*.h"))[::2] + sorted(
            Path("/usr/include/linux").glob("n*.h")
        )
        assert len(files) > 50
        assert differing(clang, "c", files) == []

    PIECES = texts_of(
        r"""
        a b\x20 1 \x20 \n \n \t " ' \\ \\\n \\\x20\n \\\r\n \\" \\' / * // /* */ /*"*/ # L" 0x . ( )
        #\x20define\x20x trace_x(
        """
    )

    # An identifier that continues on the next line, or a comment whose start does, is read differently
    # here: nobody writes that.
    STRANGE = re.compile(r"[\w$.\\/*'\"]\\[ \t]*\r?\n[\w$/*'\"\\]|[\w.$]\\[ \t]*\r?\n|\\[ \t]*\r?\n[\w.$]")

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(PIECES, min_size=20, max_size=40))
    def test_agrees_with_clang_on_nonsense(self, clang, tmp_path_factory, texts):
        folder = tmp_path_factory.mktemp("nonsense")
        files = []
        for number, text in enumerate(text for text in texts if not self.STRANGE.search(text)):
            files.append(folder / f"{number}.c")
            # Each file has something to find, and ends an open comment: for compilers everything after it
            # would be in the comment; tests/uses/test_bad_input.py tests what it is here.
            files[-1].write_bytes(f"begin {text}\n \n//*/\n".encode())
        if files:
            assert differing(clang, "c", files) == []

    @pytest.mark.parametrize(
        ("text", "masked"),
        [
            ("a/*b*/c", "a     c"),
            ("a//b\nc", "a   \nc"),
            ("a//b\\\nb\nc", "a      \nc"),
            ("a \\\n b", "a    b"),
            ('f("a\\"b", \'c\')', 'f("""""", \'\'\')'),
            ('R"x(a)"b)x" c', 'R"""""""""" c'),
            ("#error don't\nc", "#error don''\nc"),
            ('"open\nc', '"""""\nc'),
            ("1'000 + f('a')", "1'000 + f(''')"),
            ("1'a b'c'", "1'a b'''"),
            ("0x'a b", "0x'a b"),
            ("a.1'b c", "a.1'b c"),
            ("// a\\\\\nb\nc", "        \nc"),
            ('"a\\\\\n"b" c', '"""""""" c'),
            ("a/*b", "a   "),
        ],
    )
    def test_masks_comments_and_literals(self, text, masked):
        assert masked_c(text) == masked


class TestRust:
    @pytest.mark.parametrize(
        ("text", "masked"),
        [
            ("a/*b/*c*/d*/e", "a           e"),
            ("a//b\\\nc", "a    \nc"),
            ("f('a', '\"', '\\'', '\\u{1F600}')", "f(''', ''', '''', ''''''''''')"),
            ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
            ('r#"a"b"# + "c\nd\\"e" + br"\\" + r#match', 'r""""""" + """""""" + br""" + r#match'),
            ("a/*b", "a   "),
            ('"a', '""'),
        ],
    )
    def test_masks_comments_and_literals(self, text, masked):
        assert masked_rust(text) == masked

    PIECES = texts_of(r"""a r b \x20 \n " ' \\ // /* */ / * # #" "# 'a' '\\'' 'static\x20 \xe9 \\u{41}""")

    @settings(max_examples=300, deadline=None)
    @given(PIECES)
    @example("'/*'/*/**/a*/b")
    def test_agrees_with_a_slow_reading(self, text):
        assert masked_rust(text) == slowly(text)


_CHARACTER = re.compile(r"'(?:\\u\{[^}'\n]*\}|\\x[0-9A-Fa-f]{2}|\\[^\n]|[^\\'\n])'")


def slowly(text: str) -> str:
    """Masked Rust, piece by piece as in Rust's reference."""
    out = list(text)
    place = 0
    while place < len(text):
        word = re.compile(r"\w+").match(text, place)
        raw = re.compile(r'(?:r|br|cr)(#*)"').match(text, place)
        start = place
        if raw:
            start = raw.start(1)
            closed = text.find('"' + raw[1], raw.end())
            place = len(text) if closed < 0 else closed + 1 + len(raw[1])
        elif word:
            place = start = word.end()
        elif text.startswith("//", place):
            place = (text + "\n").index("\n", place)
        elif text.startswith("/*", place):
            depth = 1
            place += 2
            while depth and place < len(text):
                pair = text[place : place + 2]
                depth += {"/*": 1, "*/": -1}.get(pair, 0)
                place += 2 if pair in ("/*", "*/") else 1
        elif text[place] == '"':
            # A lone backslash at the end is not masked.
            place = re.compile(r'"(?:[^"\\]|\\.)*', re.S).match(text, place).end()
            place += text[place : place + 1] == '"'
        elif text[place] == "'":
            character = re.compile(r"'(?:\\u\{[^}'\n]*\}|\\x[0-9A-Fa-f]{2}|\\[^\n]|[^\\'\n])'").match(
                text, place
            )
            place = start = place + 1
            if character:
                start, place = character.span()
        else:
            place = start = place + 1
        char = " " if text[start : start + 1] == "/" else "'" if text[start : start + 1] == "'" else '"'
        out[start:place] = char * (place - start)
    return "".join(out)


class TestAround:
    """Masking only around some places gives the same there as masking the whole text."""

    PARTS = st.lists(
        st.sampled_from(
            [
                "void f(void)\n{\n    trace_a(1);\n}\n",
                "/* a comment\n}\nof trace_b() */\n",
                "int g(void)\n{\n    /* { */ x('}');\n}\n",
                "// trace_c();\n",
                'static const char *s = "\\\n}";\n',
                "struct s {\n    int i;\n};\n",
                "/*\n * text */\n",
            ]
        ),
        max_size=12,
    )

    @given(PARTS)
    @settings(deadline=None)
    def test_is_the_same_as_in_the_whole(self, parts):
        text = "".join(parts)
        places = [match.start() for match in re.finditer("trace_", text)]
        whole, around = masked_c(text), masked_around(text, places)
        assert len(around) == len(text)
        for place in places:
            assert around[place : place + 8] == whole[place : place + 8]
