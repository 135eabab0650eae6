"""The TextMate grammar: assertion files, and each file there is, held against tesc's own parser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tesc.syntax.nodes import Comment, Disable, Event, Include, Prefix
from tesc.syntax.parser import parse
from tesc.syntax.source import Source, Span
from tests.editors.vscode.conftest import INSTALLED, ROOT

REFERENCE = ROOT.parent / "shared" / "conformance" / "qemu" / "inputs"
NAME = "entity.name.function.event.trace-events"
PARAMETER = "variable.parameter.trace-events"
STRING = "string.quoted.double.format.trace-events"
MACRO = "entity.name.function.preprocessor.pri.trace-events"
CONVERSION = "constant.other.placeholder.trace-events"
PERCENT = "constant.character.escape.percent.trace-events"
TYPES = {"storage.type.built-in.trace-events", "support.type.stdint.trace-events"}


def test_assertions_hold(npm):
    assert npm.script("test:grammar").count("✓") == 2


def _files() -> tuple[list[Path], int]:
    """The files to look at, and how many events they hold at least."""
    if REFERENCE.is_dir():
        return sorted(REFERENCE.rglob("*trace-events")), 2900
    ours = [*(ROOT / "examples").rglob("trace-events"), *(ROOT / "tests").rglob("inputs/**/*trace-events")]
    files = [path for path in ours if path.is_file() and ".venv" not in path.parts]
    # Columns are UTF-16 units there, and lines end with LF only.
    return sorted(path for path in files if path.read_bytes().isascii() and _is_plain(path)), 40


def _is_plain(path: Path) -> bool:
    """Whether a file is right, so that the parser knows what each part of it is."""
    return not parse(Source(str(path), path.read_text("utf-8"))).errors


@pytest.fixture(scope="module")
def tokens(npm):
    """A function that gives, for each file, the scopes at each of its offsets."""

    def scopes(scope: str, *files: Path, builtin: Path | None = None) -> list[list[set[str]]]:
        options = [f"--builtin={builtin}"] if builtin else []
        done = npm.run("node", "test/tokenize.mjs", *options, scope, *files)
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        return [_by_offset(path.read_text("utf-8"), seen[str(path)]) for path in files]

    return scopes


def _by_offset(text, lines):
    found: list[set[str]] = []
    for line, its_tokens in zip(text.splitlines(keepends=True), lines):
        at: list[set[str]] = [set() for _ in line]
        for start, end, scopes in its_tokens:
            at[start:end] = [set(scopes)] * (end - start)
        found += at
    return found


def test_no_part_of_a_line_is_without_scopes(tokens):
    files, least = _files()
    events = conversions = macros = 0
    for path, scopes in zip(files, tokens("source.trace-events", *files)):
        source = Source(str(path), path.read_text("utf-8"))

        def hold(span: Span, scope: str, source=source, scopes=scopes) -> None:
            where = "{}:{}:{}".format(source.path, *source.place(span.start))
            assert span.start < span.end, where
            assert all(scope in at for at in scopes[span.start : span.end]), (where, scope)

        for item in parse(source).items:
            if isinstance(item, Comment):
                hold(item.span, "comment.line.number-sign.trace-events")
            elif isinstance(item, Include):
                hold(item.path_span, "string.quoted.double.include.trace-events")
            elif isinstance(item, Prefix):
                hold(item.name.span, "entity.name.namespace.trace-events")
            elif isinstance(item, Disable):
                hold(item.span, "meta.directive.disable.trace-events")
            elif isinstance(item, Event):
                events += 1
                _hold_event(item, hold, scopes, source.text)
                parsed = item.format.parsed if item.format else None
                conversions += len(parsed.conversions) if parsed else 0
                macros += len(parsed.macros) if parsed else 0
    assert events >= least
    assert conversions > events
    assert macros > events / 10
    if REFERENCE.is_dir():
        assert len(files) == 44


def _hold_event(event, hold, scopes, text):
    hold(event.span, "meta.event.trace-events")
    hold(event.name_span, NAME)
    if event.disabled:
        hold(event.properties[0].span, "storage.modifier.disable.trace-events")
    for parameter in event.parameters:
        hold(parameter.name_span, PARAMETER)
        words = [at for at in range(*_ends(parameter.type_span)) if text[at].isalnum()]
        assert all(scopes[at] & (TYPES | {"storage.modifier.qualifier.trace-events"}) for at in words), (
            event.name
        )
    if event.format is None:
        return
    start, parsed = event.format.start, event.format.parsed
    for literal in parsed.literals:
        hold(Span(start + literal.start, start + literal.end), STRING)
    for macro in parsed.macros:
        hold(Span(start + macro.start, start + macro.end), MACRO)
    begun = set()
    for conversion in parsed.conversions:
        scope = PERCENT if conversion.letter == "%" and not conversion.macro else CONVERSION
        # A macro is outside of the literal that the conversion begins in.
        end = conversion.macro and text.index('"', start + conversion.start)
        hold(Span(start + conversion.start, end or start + conversion.end), scope)
        begun.add(start + conversion.start)
    # And what the grammar takes for a conversion is one.
    for at in range(*_ends(event.format.span)):
        if text[at] == "%" and CONVERSION in scopes[at]:
            assert at in begun, event.name


def _ends(span):
    return span.start, span.end


CALLS = """\
static void run(Heater *s)
{
    trace_heater_power(s->old, s->watts);
    if (trace_event_get_state_backends(TRACE_HEATER_TICK)) {
        trace_heater_tick();
    }
    // trace_commented(
    puts("trace_quoted(");
    trace_init_backends();
}
"""


@pytest.fixture(scope="module")
def builtin(skip_without):
    """The folder of VS Code's own extensions."""
    folder = INSTALLED / "node_modules" / "code-server" / "lib" / "vscode" / "extensions"
    return (
        folder if folder.is_dir() else skip_without("code-server (editors/vscode/test/install-code-server)")
    )


RUST = (
    CALLS.replace("static void run(Heater *s)", "fn run(s: &Heater)")
    .replace("s->", "s.")
    .replace(" trace_heater_power", " trace::trace_heater_power")
)


@pytest.mark.e2e
@pytest.mark.parametrize(("language", "text"), [("c", CALLS), ("cpp", CALLS), ("rust", RUST)])
def test_calls(tokens, builtin, tmp_path, language, text):
    source, plain = tmp_path / "traced", tmp_path / "plain"
    source.write_text(text)
    plain.write_text(text.replace("trace_", "other_").replace("TRACE_", "OTHER_"))
    traced, other = tokens(f"source.{language}", source, plain, builtin=builtin)
    _hold_calls(text, traced)
    # Parentheses and braces are counted as without the injection.
    assert traced[text.rindex("}")] == other[text.rindex("}")]


def _hold_calls(text, scopes):
    marked = {
        name for name in ("heater_power", "heater_tick") if NAME in scopes[text.index(f"trace_{name}") + 6]
    }
    assert marked == {"heater_power", "heater_tick"}
    for call in ("trace_heater_power", "trace_heater_tick"):
        at = text.index(call)
        assert all("meta.trace-call.trace-events" in one for one in scopes[at : at + len(call)])
        assert "meta.trace-call.trace-events" not in scopes[at + len(call)]
    at = text.index("HEATER_TICK")
    assert all("constant.other.event.trace-events" in one for one in scopes[at : at + len("HEATER_TICK")])
    for other in ("trace_commented", "trace_quoted", "trace_init_backends"):
        at = text.index(other)
        assert not any("trace-events" in scope for one in scopes[at : at + len(other)] for scope in one), (
            other
        )
