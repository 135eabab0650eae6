"""Types and declarations: which words are the type, which is the name, and what is wrong."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.syntax.c_type import ALLOWED_WORDS, base_of, parse_declaration, parse_type

# C11 6.7.2p2: every set of words for each type, in one order.
C_TYPES = {
    "char": ["char"],
    "signed char": ["signed char"],
    "unsigned char": ["unsigned char"],
    "short": ["short", "signed short", "short int", "signed short int"],
    "unsigned short": ["unsigned short", "unsigned short int"],
    "int": ["int", "signed", "signed int"],
    "unsigned int": ["unsigned", "unsigned int"],
    "long": ["long", "signed long", "long int", "signed long int"],
    "unsigned long": ["unsigned long", "unsigned long int"],
    "long long": ["long long", "signed long long", "long long int", "signed long long int"],
    "unsigned long long": ["unsigned long long", "unsigned long long int"],
    "void": ["void"],
    "bool": ["bool"],
}
ORDERS = [
    (" ".join(order), base)
    for base, spellings in C_TYPES.items()
    for spelling in spellings
    for order in sorted(set(itertools.permutations(spelling.split())))
]
FIXED = sorted(word for word in ALLOWED_WORDS if word.endswith("_t"))


@pytest.mark.parametrize(("text", "base"), ORDERS)
def test_every_order_of_the_words_of_a_type(text, base):
    assert parse_type(text).base == base


@pytest.mark.parametrize("word", FIXED)
def test_types_of_headers(word):
    assert parse_type(word).base == word
    assert parse_type(f"const {word} *").base == word


ALL_OF_THEM = {tuple(sorted(text.split())) for text, _ in ORDERS}
WRONG = [
    " ".join(words)
    for length in (1, 2, 3)
    for words in itertools.combinations_with_replacement(
        sorted(w for w in ALLOWED_WORDS if not w.endswith("_t")), length
    )
    if tuple(sorted(words)) not in ALL_OF_THEM and "const" not in words
]


@pytest.mark.parametrize(
    "text",
    WRONG,
)
def test_words_that_form_no_type(text):
    assert parse_type(text).base is None


@pytest.mark.parametrize(
    "text", ["unsigned uint32_t", "size_t int", "uint8_t uint8_t", "hwaddr", "struct foo", "float", ""]
)
def test_unknown_words(text):
    assert parse_type(text).base is None


@pytest.mark.parametrize(
    "text", ["const int", "int const", "const const int", "volatile int", "unsigned const"]
)
def test_qualifiers_do_not_change_the_base(text):
    assert parse_type(text).base in ("int", "unsigned int")


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        ("char *", 1),
        ("const char*", 1),
        ("char const *", 1),
        ("const  char  *", 1),
        ("char **", 2),
        ("char * *", 2),
        ("char", 0),
        ("unsigned char *", 1),
        ("signed char *", 1),
        ("int8_t *", 1),
        ("void *", 1),
        ("const void *const *", 2),
    ],
)
def test_pointers(text, pointers):
    parsed = parse_type(text)
    assert (parsed.pointers, parsed.is_pointer) == (pointers, pointers > 0)


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("int", "int x"),
        ("char *", "char *x"),
        ("char*", "char*x"),
        ("const char *const *", "const char *const *x"),
    ],
)
def test_a_type_before_a_name(text, declared):
    assert parse_type(text).before("x") == declared


def test_base_of_leaves_qualifiers_to_others():
    assert base_of(("unsigned", "int")) == "unsigned int"
    assert base_of(("const", "int")) is None
    assert base_of(()) is None


@pytest.mark.parametrize(
    ("text", "type_text", "name"),
    [
        ("int x", "int", "x"),
        ("int  x", "int", "x"),
        ("int\tx", "int", "x"),
        ("unsigned x", "unsigned", "x"),
        ("unsigned long long int x", "unsigned long long int", "x"),
        ("const char *x", "const char *", "x"),
        ("const char* x", "const char*", "x"),
        ("const char*x", "const char*", "x"),
        ("const char * x", "const char *", "x"),
        ("const char *  \t x", "const char *", "x"),
        ("void **x", "void **", "x"),
        ("void * * x", "void * *", "x"),
        ("const char *const *x", "const char *const *", "x"),
        ("int const x", "int const", "x"),
        ("uint8_t  const\t*x", "uint8_t  const\t*", "x"),
        ("uint64_t uint64", "uint64_t", "uint64"),
        ("hwaddr x", "hwaddr", "x"),
        ("struct foo *x", "struct foo *", "x"),
        ("struct foo x", "struct foo", "x"),
        ("enum state s", "enum state", "s"),
        ("const union u x", "const union u", "x"),
        ("volatile int *x", "volatile int *", "x"),
        ("int _", "int", "_"),
        ("int 3d", "int", "3d"),
        ("int include", "int", "include"),
        ("int disable", "int", "disable"),
        ("char base", "char", "base"),
    ],
)
def test_declarations(text, type_text, name):
    parsed = parse_declaration(text)
    assert (parsed.type.text, parsed.name, parsed.flaw) == (type_text, name, None)
    assert text[: parsed.type_end] == type_text
    assert text[parsed.name_start : parsed.name_end] == name
    assert parsed.text == text


@pytest.mark.parametrize(
    ("text", "flaw", "type_text", "name"),
    [
        ("int", "missing-name", "int", ""),
        ("unsigned long", "missing-name", "unsigned long", ""),
        ("const char *", "missing-name", "const char *", ""),
        ("void", "missing-name", "void", ""),
        ("addr", "missing-name", "addr", ""),
        ("struct foo *", "missing-name", "struct foo *", ""),
        ("*", "missing-name", "*", ""),
        ("int *const", "missing-name", "int *const", ""),
        ("*x", "missing-type", "*", "x"),
        ("* * x", "missing-type", "* *", "x"),
        ("int a int b", "missing-comma", "int", "a"),
        ("int a b", "missing-comma", "int", "a"),
        ("const char *a const char *b", "missing-comma", "const char *", "a"),
        ("struct foo *a uint32_t b", "missing-comma", "struct foo *", "a"),
        ("int a *", "missing-comma", "int", "a"),
        ("char *const x", "qualified-pointer", "char *const", "x"),
        ("void *restrict x", "qualified-pointer", "void *restrict", "x"),
        ("char *const *volatile x", "qualified-pointer", "char *const *volatile", "x"),
    ],
)
def test_flaws(text, flaw, type_text, name):
    parsed = parse_declaration(text)
    assert (parsed.flaw, parsed.type.text, parsed.name) == (flaw, type_text, name)
    assert text[parsed.name_start : parsed.name_end] == name
    assert text[: parsed.type_end].rstrip() == type_text


@pytest.mark.parametrize(
    "text",
    [
        "struct foo",
        "struct",
        "const",
    ],
)
def test_a_type_alone_has_no_name(text):
    assert parse_declaration(text).flaw == "missing-name"


@given(
    st.lists(
        st.sampled_from("int const char * unsigned uint64_t struct foo x float ** volatile".split()),
        min_size=1,
    )
)
def test_anything_can_be_split(words):
    text = " ".join(words)
    parsed = parse_declaration(text)
    assert parsed.text == text
    assert 0 <= parsed.type_end <= parsed.name_start <= parsed.name_end <= len(text)
    assert text[parsed.name_start : parsed.name_end] == parsed.name
    assert bool(parsed.name) == (parsed.flaw != "missing-name")
    assert parsed.type == parse_type(text[: parsed.type_end])
    if parsed.flaw is None:
        assert not text[parsed.name_end :]
        assert not text[parsed.type_end : parsed.name_start].strip()
