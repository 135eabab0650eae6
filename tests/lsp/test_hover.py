"""What a hover says about each thing in a trace-events file, and the range that it marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tesc.files import find_files
from tesc.lsp.features.hover import hover_at
from tesc.lsp.hovers import event
from tesc.lsp.session import Session
from tesc.lsp.view import View
from tests.lsp.client import span

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def hover(folder):
    """A function that returns a hover's range and text, for a place marked `|` in hw/net/trace-events."""

    def ask(text: str, files: dict[str, str] | None = None, markdown: bool = False):
        for name, content in (files or {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content)
        session = Session()
        session.add_folder(folder.as_uri())
        uri = (folder / "hw" / "net" / "trace-events").as_uri()
        session.open(uri, "trace-events", 1, text.replace("|", ""))
        view = session.view(uri)
        found = hover_at(view, text.index("|"))
        if found is None:
            return None
        page, place = found
        return as_json(view.range(place)), page.rendered(markdown)

    return ask


def as_json(place):
    return span(place.start.line, place.start.character, place.end.character)


def test_an_event(hover):
    text = (
        'first(void) "f"\n# What the card\n# tesc: ignore[TE407] yes\n# *really* received.\n'
        'net_|rx(uint64_t addr, const char *who) "addr 0x%" PRIx64 " from %s"\n'
    )
    place, said = hover(text, markdown=True)
    assert place == span(4, 0, 6)
    assert said == (
        "```c\nvoid trace_net_rx(uint64_t addr, const char *who)\n```\n\n"
        "What the card \\*really\\* received.\n\n"
        "```text\nnet_rx addr 0x<addr> from <who>\n```\n\n"
        "- enabled\n- group `hw_net`, index 1 of 2"
    )


def test_a_comment_that_is_not_right_above_is_not_the_events(hover):
    _, said = hover('# Part one.\n\n|a(void) "x"\n')
    assert "Part" not in said


GUEST = 'prefix esp_\n# Sent.\ncommand(void *p, int n) "p %p n %d"\nx_debug(void)\n'
ROOT = (
    'include "guest.inc" prefix openbios_ base 0x8000000000000000\n'
    'include "guest.inc" prefix uart_\ndisable *_debug, openbios_*\n'
)


def test_an_event_once_for_each_way_in_which_it_is_included(lsp, folder):
    (folder / "trace-events").write_text(ROOT)
    (folder / "guest.inc").write_text(GUEST)
    client = lsp()
    # guest.inc might also be C: then the event would have no callers once the sources are read.
    client.initialize(folder, options={"sources": False})
    client.open(folder / "trace-events")
    uri = client.open(folder / "guest.inc")
    said = client.at("textDocument/hover", uri, 2, 3)["contents"]
    assert said == {
        "kind": "plaintext",
        "value": "void trace_openbios_esp_command(uint64_t p, int n)\n\nSent.\n\n"
        "openbios_esp_command p 0x<p> n <n>\n\n"
        "- disabled by openbios_* at trace-events:3\n"
        "- group root, index 0 of 4, wire ID 0, stream ID 0x8000000000000000\n"
        "- crosses the guest tunnel: pointers are numbers to the host\n"
        "- included at trace-events:1\n\n-----\n\n"
        "void trace_uart_esp_command(void *p, int n)\n\n"
        "uart_esp_command p 0x<p> n <n>\n\n"
        "- enabled\n- group root, index 2 of 4, wire ID 0, stream ID 0\n- included at trace-events:2",
    }
    said = client.at("textDocument/hover", uri, 2, 10)["contents"]["value"]
    assert "to the host, where it crosses the guest tunnel: uint64_t p" in said
    said = client.at("textDocument/hover", uri, 3, 3)["contents"]["value"]
    assert "- disabled by *_debug at trace-events:3 and by openbios_* at trace-events:3\n" in said
    assert "- disabled by *_debug at trace-events:3\n" in said


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (None, None),
        ([], "- called nowhere"),
        (["a.c:1 f", "b.c:2 g"], "- called at a.c:1 f, b.c:2 g"),
        ([f"a.c:{line}" for line in range(9)], "- called at a.c:0, a.c:1, a.c:2, a.c:3, a.c:4 and 4 more"),
    ],
)
def test_callers(hover, monkeypatch, found, line):
    monkeypatch.setattr(event, "callers", lambda view, name: found if name == "p_a" else ["other"])
    said = hover('prefix p_\n|a(void) "x"\n')[1]
    assert [one for one in said.split("\n") if one.startswith("- called")] == ([line] if line else [])


def test_states(hover):
    assert "- disabled by its property\n" in hover('disable |a(void) "x"\n')[1]
    assert (
        "- disabled by its property and by a at hw/net/trace-events:2\n"
        in hover('disable |a(void) "x"\ndisable a\n')[1]
    )
    said = hover("|a(void)\n", {"tesc.toml": 'disable = ["a*"]\n'})[1]
    assert "- disabled by a* at tesc.toml:1\n" in said


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            'a(uint64_t b) "b 0x%|016" PRIx64\n',
            (19, 31),
            (
                '%016" PRIx64\n\nPrints a hexadecimal number, in at least 16 characters, filled with zeros.\n'
                "- takes uint64_t: unsigned long on LP64, unsigned long long on ILP32\n"
                "- its parameter is uint64_t b, which fits"
            ),
        ),
        (
            'a(uint64_t b) "%l|x"\n',
            (15, 18),
            (
                "%lx\n\nPrints a hexadecimal number.\n- takes unsigned long\n"
                "- its parameter is uint64_t b, which does not fit on ILP32"
            ),
        ),
        (
            'a(uint64_t b) "%|d"\n',
            (15, 17),
            (
                "%d\n\nPrints a signed decimal number.\n- takes int\n"
                "- its parameter is uint64_t b, which does not fit"
            ),
        ),
        (
            'a(unsigned b) "%d|"\n',
            (15, 17),
            (
                "%d\n\nPrints a signed decimal number.\n- takes int\n"
                "- its parameter is unsigned b, which fits except for its sign"
            ),
        ),
        (
            'a(int w, size_t b) "%|*zu"\n',
            (20, 24),
            (
                "%*zu\n\nPrints an unsigned decimal number, "
                "in at least as many characters as a parameter says.\n"
                "- takes int as width\n- its parameter as width is int w, which fits\n"
                "- takes size_t: unsigned long on LP64, unsigned int on ILP32\n"
                "- its parameter is size_t b, which fits"
            ),
        ),
        (
            'a(void) "%|s"\n',
            (9, 11),
            "%s\n\nPrints a string.\n- takes char *\n- there is no parameter for it",
        ),
        (
            'a(int b) "%|hs %d"\n',
            (10, 13),
            "%hs\n\nPrints a string.\n- the length 'h' does not go with '%hs'\n- its parameter is int b",
        ),
        (
            'a(int b) "%|y %d"\n',
            (10, 12),
            "%y\n\nNot a conversion of printf.\n- '%y' is not a conversion of printf",
        ),
        ('a(void) "%|%"\n', (9, 11), "%%\n\nPrints a percent sign."),
        (
            'a(uint64_t b) "%|" UNKNOWN_PRIx\n',
            (15, 30),
            '%" UNKNOWN_PRIx\n\nNot a conversion of printf.\n- its parameter is uint64_t b',
        ),
    ],
)
def test_a_conversion(hover, text, place, said):
    assert hover(text) == (span(0, *place), said)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            'a(|uint64_t b) "b 0x%" PRIx64\n',
            (2, 10),
            (
                "uint64_t b\n\n- 64 bits: unsigned long on LP64, unsigned long long on ILP32 and LLP64\n"
                '- printed by %" PRIx64: a hexadecimal number'
            ),
        ),
        (
            'a(size_t bc|) "%zu"\n',
            (9, 11),
            (
                "size_t bc\n\n- unsigned long, 64 bits, on LP64; unsigned int, 32 bits, on ILP32; "
                "unsigned long long, 64 bits, on LLP64\n- printed by %zu: an unsigned decimal number"
            ),
        ),
        (
            'a(uint8_t |b) "%lx"\n',
            (10, 11),
            (
                "uint8_t b\n\n- 8 bits: unsigned char; printf gets it as int\n"
                "- printed by %lx, which does not fit: a hexadecimal number"
            ),
        ),
        (
            'a(int |w, const char *s) "%*s"\n',
            (6, 7),
            "int w\n\n- 32 bits: int\n- gives the width of %*s",
        ),
        (
            'a(const char *s|, int n) "%d"\n',
            (14, 15),
            (
                "const char *s\n\n"
                "- a string, passed by its address: 64 bits on LP64 and LLP64, 32 bits on ILP32\n"
                "- no conversion prints it"
            ),
        ),
        (
            "a(vo|id *s)\n",
            (2, 8),
            (
                "void *s\n\n- a pointer: 64 bits on LP64 and LLP64, 32 bits on ILP32\n"
                "- nothing prints it: the event has no format"
            ),
        ),
        (
            'a(hw|addr b) "%d"\n',
            (2, 8),
            "hwaddr b\n\n- an unknown type\n- printed by %d: a signed decimal number",
        ),
    ],
)
def test_a_parameter(hover, text, place, said):
    assert hover(text) == (span(0, *place), said)


def test_a_macro(hover):
    place, said = hover('a(uint64_t b) "b 0x%" |PRIx64 "."\n')
    assert place == span(0, 22, 28)
    assert said == (
        'PRIx64 of <inttypes.h> is for uint64_t.\n- stands for "lx" on LP64, "llx" on ILP32 and LLP64\n'
        '- %" PRIx64 prints a hexadecimal number\n'
        "- takes uint64_t: unsigned long on LP64, unsigned long long on ILP32\n"
        "- its parameter is uint64_t b, which fits"
    )
    _, said = hover('a(uint64_t b) "b 0x%" HWADDR_|PRIx\n')
    assert said == "HWADDR_PRIx is not a macro of <inttypes.h>: write PRIx64."


def test_directives(hover):
    files = {"hw/net/guest.inc": GUEST}
    text = ROOT + 'disable nothing_*\ninclude "gone"\ninclude "guest.inc" prefix uart_\n'
    lines = text.split("\n")

    def at(number: int, column: int):
        marked = [*lines]
        marked[number] = f"{marked[number][:column]}|{marked[number][column:]}"
        return hover("\n".join(marked), files)

    assert at(0, 10) == (
        span(0, 0, 60),
        (
            "hw/net/guest.inc: 2 events, 2 of them disabled\n- prefix openbios_\n"
            "- openbios_esp_command, openbios_esp_x_debug\n"
            "- stream IDs 0x8000000000000000 to 0x8000000000000001, wire IDs 0 to 1\n"
            "- crosses the guest tunnel: text comes as text, other pointers are numbers to the host"
        ),
    )
    assert at(1, 25)[1].startswith("hw/net/guest.inc: 2 events, 1 of them disabled\n- prefix uart_\n")
    assert at(2, 9) == (
        span(2, 8, 15),
        "- *_debug disables 2 events: openbios_esp_x_debug, uart_esp_x_debug",
    )
    assert at(2, 3)[0] == span(2, 0, 27)
    assert at(3, 10)[1] == "- nothing_* matches no event"
    place, said = at(4, 0)
    assert place == span(4, 0, 14)
    assert said.startswith("included file 'gone' not found\n")
    assert at(5, 12)[1] == "Adds nothing: the same file is already included under the same prefix."
    assert hover('pre|fix a_\nb(void) "x"\n') == (
        span(0, 0, 9),
        "a_ comes before the names of this file's events.\n- 1 name: a_b",
    )


def test_suppressions_and_properties(hover):
    text = "# tesc: ignore[TE401, hex-with|out-0x] because\na(void)\n"
    place, said = hover(text, markdown=True)
    assert place == span(0, 22, 36)
    assert said.startswith("- `TE407 hex-without-0x`: A number is printed in hex without `0x` before it.")
    place, said = hover(text.replace("|", "").replace("# t", "# |t"))
    assert place == span(0, 0, 45)
    assert [line.split()[1] for line in said.split("\n")] == ["TE401", "TE407"]
    assert hover("# tesc: ignore[TE4|99] x\n")[1].startswith("no rule is called 'TE499'")
    assert hover('prefix p_\ndis|able a(void) "x"\n') == (
        span(1, 0, 7),
        "disable compiles the event out: trace_p_a() can be called, but does nothing.",
    )
    assert hover('tc|g a(void) "x"\n')[1].startswith("'tcg' is no longer a property: QEMU 7.0 dropped it\n")
    assert hover('st|op a(void) "x"\n')[1] == "'stop' is not a property; the only one is 'disable'"


@pytest.mark.parametrize(
    "text",
    ['a(int b) "te|xt %d"\n', "# a com|ment\n", "|\n", "a(void)\n|", 'a(| int b) "x"\n', "what | is this\n"],
)
def test_nothing_is_said_elsewhere(hover, text):
    assert hover(text) is None


def test_everything_in_the_examples_answers():
    session = Session()
    project = session.add_folder(EXAMPLES.as_uri())
    for file in find_files(project.folder):
        session.read(project, file)
    asked = 0
    for unit in project.units:
        for tree in unit.trees:
            view = View("", tree, project, "utf-16")
            for node in tree.events:
                start = node.format.start if node.format else 0
                parsed = node.format.parsed if node.format else None
                pieces = (
                    [(start + one.start, start + one.end) for one in parsed.conversions] if parsed else []
                )
                pieces += [(start + one.start, start + one.end) for one in parsed.macros] if parsed else []
                spans = [one for p in node.parameters for one in (p.type_span, p.name_span)]
                spans += [word.span for word in node.properties]
                for begin, end in [*pieces, *((s.start, s.end) for s in (node.name_span, *spans))]:
                    for at in (begin, end - 1):
                        page, found = hover_at(view, at)
                        assert found.start <= at < found.end
                        assert page.rendered(True).strip()
                        assert page.rendered(False).strip()
                        asked += 1
    assert asked > 300
