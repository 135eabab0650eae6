"""Places of keys and values in TOML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.config.positions import extent, line_and_column, locate
from tesc.config.toml import loads
from tesc.config.toml_text import toml_key, toml_value


def places(text: str) -> dict[tuple, tuple[str, str]]:
    """The text at each key's and each value's place."""
    loads(text)
    return {
        path: (text[place.key :].split("\n")[0], text[place.value : place.end])
        for path, place in locate(text).items()
    }


def leaves(value, path=()):
    """All values of a document except tables, with their paths; arrays as well as their elements."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
        return
    yield path, value
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))


def lookup(document, path):
    for part in path:
        document = document[part]
    return document


def hold(text: str) -> None:
    """Every value is found, its text is the same value, and its own key comes before it."""
    document = loads(text)
    found = locate(text)
    for path, value in leaves(document):
        assert path in found, path
        place = found[path]
        written = text[place.value : place.end]
        if not written.startswith("[["):  # not an array of tables, whose tables have headers
            assert loads(f"it = {written}")["it"] == value
    for path, place in found.items():
        lookup(document, path)
        name = next(part for part in reversed(path) if isinstance(part, str))
        if isinstance(path[-1], str):
            rest = text[place.key :]
            end = rest.find("\n") if "\n" in rest else len(rest)
            assert any(
                loads(f"{rest[:stop]} = 1") == {name: 1}
                for stop in range(1, end + 1)
                if rest[stop : stop + 1] in (".", "=", " ", "\t", "]") and _is_key(rest[:stop])
            )


def _is_key(text: str) -> bool:
    try:
        return len(loads(f"{text} = 1")) == 1
    except ValueError:
        return False


class TestPlaces:
    def test_a_pair(self):
        assert places("a = 1") == {("a",): ("a = 1", "1")}

    @pytest.mark.parametrize(
        "value",
        [
            "1",
            "true",
            "1979-05-27 07:32:00",
            '""',
            '"a \\" # ] } , b"',
            "'a \\'",
            '"""a\n"" b\n"""',
            '""""a"""""',
            "''''a'''''",
            "'''a\n'' ]\n'''",
            '"""a\\"""b"""',
            "[]",
            "[ ]",
            "[1, [2, '3'], {a = 1}, ]",
            "[ # a ] b\n 1, # , 2\n\n 2 # ]\n]",
            "{}",
            "{ a = 1, b.c = '}', \"d e\" = [1] }",
        ],
    )
    def test_values_and_what_follows_them(self, value):
        text = f"x = 1\n  key =\t{value}  # after, ] }}\nnext = 2\n[table]\nlast = {value}\n"
        found = places(text)
        assert found["key",] == (f"key =\t{value}  # after, ] }}".split("\n")[0], value)
        assert found["next",][1] == "2"
        assert found["table", "last"][1] == value
        hold(text)

    def test_elements_of_arrays(self):
        found = places("a = [\n  'x', # first\n  [1, 2], 'y']")
        assert found["a", 0][1] == "'x'"
        assert found["a", 1, 1][1] == "2"
        assert found["a", 2] == ("'y']", "'y'")

    def test_inline_tables(self):
        found = places('a = { b.c = 1, "d" = { e = [2] } }')
        assert found["a", "b", "c"] == ('c = 1, "d" = { e = [2] } }', "1")
        assert found["a", "d", "e", 0][1] == "2"

    def test_headers(self):
        found = places('[a.b]\nc = 1\n[ d . "e f" ]\n[a]\ng = 2')
        assert found["a", "b"] == ("b]", "[a.b]")
        assert found["a", "b", "c"][1] == "1"
        assert found["d", "e f"] == ('"e f" ]', '[ d . "e f" ]')
        assert found["a",] == ("a]", "[a]")
        assert found["a", "g"][1] == "2"

    def test_arrays_of_tables(self):
        found = places("[[u]]\na = 1\n[[u.v]]\nb = 2\n[[u.v]]\nb = 3\n[[u]]\n[u.w]\nc = 4\n")
        assert found["u", 0, "a"][1] == "1"
        assert found["u", 0, "v", 0, "b"][1] == "2"
        assert found["u", 0, "v", 1, "b"][1] == "3"
        assert found["u", 1] == ("u]]", "[[u]]")
        assert found["u", 1, "w", "c"][1] == "4"

    @pytest.mark.parametrize("key", ['"a\\u0062"', "'ab'", '"ab"', "ab"])
    def test_quoted_keys(self, key):
        assert places(f"{key} = 1") == {("ab",): (f"{key} = 1", "1")}

    def test_dotted_keys_have_places_for_their_parts(self):
        found = locate("a . b . c = 1")
        assert [found[path].key for path in (("a",), ("a", "b"), ("a", "b", "c"))] == [0, 4, 8]

    @pytest.mark.parametrize(
        "text", ["a", "a = [", "a = [1", "a = {b", '"', "[", "[a", "= 1", "a = '", '"\\q" = 1']
    )
    def test_invalid_toml_has_fewer_places(self, text):
        assert set(locate(text)) <= {("a",), ("a", 0)}


def test_lines_and_columns_count_from_one_and_in_characters():
    text = "é = 1\n\U0001f600b = 2\n"
    assert line_and_column(text, 0) == (1, 1)
    assert line_and_column(text, text.index("b")) == (2, 2)
    assert line_and_column(text, len(text)) == (3, 1)


# Text without surrogates, which TOML cannot contain, and without CR, which is a line end.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=6)
KEYS = st.one_of(st.sampled_from(["a", "b", "a-b", "1", "a.b", "a b", "", '"', "#", "é"]), TEXTS)
SCALARS = st.one_of(
    st.booleans(), st.integers(-99, 99), TEXTS, st.sampled_from(["]", "}", "#", ",", '"""', "'"])
)
SPACES = st.sampled_from(["", " ", "\t", "  "])
BREAKS = st.sampled_from(["", " ", "\n", " # a ] comment = {\n", "\n\n  "])


@st.composite
def values(draw, depth: int = 2) -> str:
    """A value, written in any possible way."""
    kind = draw(st.sampled_from(["scalar", "scalar", "array", "table"] if depth else ["scalar"]))
    if kind == "array":
        inner = [
            draw(BREAKS) + draw(values(depth - 1)) + draw(BREAKS) for _ in range(draw(st.integers(0, 3)))
        ]
        comma = "," if inner and draw(st.booleans()) else ""
        return f"[{','.join(inner)}{comma}{draw(BREAKS)}]"
    if kind == "table":
        keys = draw(st.lists(KEYS, max_size=3, unique=True))
        return f"{{{', '.join(f'{draw_key(draw, key)} = {draw(values(depth - 1))}' for key in keys)}}}"
    value = draw(SCALARS)
    if isinstance(value, str):
        printable = value.isprintable()
        if printable and "'" not in value and draw(st.booleans()):
            return f"'{value}'"
        if printable and '"' not in value and "\\" not in value and draw(st.booleans()):
            return f'"""\n{value}{draw(st.sampled_from(["", chr(10), chr(34), chr(34) * 2]))}"""'
    return toml_value(value)


def draw_key(draw, key: str) -> str:
    written = toml_key(key) if draw(st.booleans()) else toml_value(key)
    return draw(SPACES) + written + draw(SPACES)


@st.composite
def documents(draw) -> str:
    """Pairs, tables and arrays of tables, written in any possible way."""
    lines = []
    for header in [None, *draw(st.lists(KEYS, max_size=3, unique=True))]:
        if header is not None:
            several = draw(st.integers(0, 2))
            key = draw_key(draw, f"table {header}")
            if draw(st.booleans()):
                key += "." + draw_key(draw, "inner")
            headers = [f"[[{key}]]"] * several if several else [f"[{key}]"]
        else:
            headers = [""]
        for one in headers:
            lines.append(one)
            for pair in draw(st.lists(KEYS, max_size=3, unique=True)):
                dotted = "." + draw_key(draw, "x") if draw(st.booleans()) else ""
                lines.append(f"{draw_key(draw, pair)}{dotted} = {draw(values())}{draw(SPACES)}{draw(BREAKS)}")
    return "\n".join(lines)


@given(documents())
def test_places_of_any_document(text):
    loads(text)
    hold(text)


@given(st.text("ab.='\"[]{},# \n1\\", max_size=30))
def test_places_of_any_text(text):
    found = locate(text)
    assert all(0 <= place.key <= place.end <= len(text) for place in found.values())
    try:
        loads(text)
    except ValueError:
        return
    hold(text)


@given(
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
    )
)
def test_values_as_toml_text(value):
    assert loads(f"it = {toml_value(value)}") == {"it": value}


@pytest.mark.parametrize(
    ("text", "path", "key", "value"),
    [
        ("max-args = 10 # c\n", ("max-args",), "max-args", "10"),
        ('"a.b" . c = "x"\n', ("a.b",), '"a.b"', '"a.b"'),
        ('"a.b" . c = "x"\n', ("a.b", "c"), "c", '"x"'),
        ("a = [\n 1,\n '2' ]\n", ("a",), "a", "[\n 1,\n '2' ]"),
        ("a = [\n 1.5,\n '2' ]\n", ("a", 0), "1.5", "1.5"),
        ("[tool.'x y']\nk = 1\n", ("tool", "x y"), "'x y'", "[tool.'x y']"),
    ],
)
def test_extents(text, path, key, value):
    assert text[slice(*extent(text, path, True))] == key
    assert text[slice(*extent(text, path, False))] == value
