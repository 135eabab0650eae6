from __future__ import annotations

from functools import lru_cache

from tesc.analysis.diagnostic import Related
from tesc.analysis.groups import groups_of
from tesc.analysis.per_unit_cache import PerUnitCache
from tesc.analysis.rule import Report, RunRule
from tesc.units import identifiers, reserved
from tesc.units.compat import D_RESERVED_WORDS, STAP_RESERVED_WORDS
from tesc.units.text import texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Tree
    from tesc.units.unit import Unit, UnitEvent

# Where a name causes errors.
_C = "C"
_LOG, _SIMPLE, _SYSLOG, _FTRACE, _UST = (
    f"C with backend {backend}" for backend in ("log", "simple", "syslog", "ftrace", "ust")
)
_RUST, _RUST_SIMPLE = "Rust", "Rust with backend simple"
_STAP, _D = "the SystemTap tapsets", "the DTrace provider"
# Why.
_KEYWORD = "it is a keyword"
_MACRO = "it is a macro"
_LOCAL = "it is a variable of the generated function"
_TYPE = "it is a type that generated code uses"
_CALLED = "it is a function that generated code calls"
_READ = "it is a variable that generated code reads, which would read the parameter instead"
_BUILT_IN = "it is a built-in function"
_STATIC = "with a leading underscore it is a static variable"
_EXTERN = "with a leading underscore it is a function that generated code calls"
_DIGIT = "it begins with a digit"

# What a name means, and in which output.
Reasons = tuple[tuple[str, str], ...]


class ParameterNameClash(RunRule):
    """A parameter's name means something else in generated code.

    Generated functions have parameters with the same names as the event's. These names can't be keywords
    of C, macros of the headers that generated code includes (gcc defines `linux` as 1), or names that the
    functions' bodies use: in the simple backend a variable `rec`, and a length `argNAME_len` for each
    string NAME. Where an output spells a name differently (`limit` is a word of SystemTap, so the tapsets
    say `limit_`), another parameter may already have that name. The message says in which output the
    names clash.

    Wrong:

        sample(int default, int rec) "default %d rec %d"

    Right:

        sample(int initial, int record) "initial %d record %d"
    """

    code = "TE305"
    name = "parameter-name-clash"
    reference = "tracers"
    scope = "event"

    def is_local(self, tree: Tree) -> bool:
        # Such a parameter may have the name of another event's macro.
        return not _may_be_generated(tree.source.text)

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        words = _words(settings.profile == "qemu", settings.compat == "qemu")
        # A file that is included under several prefixes is checked once, unless its names depend on them.
        seen: set[tuple[int, str]] = set()
        for unit, group, suspects in zip(units, groups_of(units, settings), _suspects_of(units)):
            generated: Mapping[str, Reasons] | None = None
            for event in suspects:
                for at, parameter in enumerate(event.node.parameters):
                    name = parameter.name
                    reasons = words.get(name, ())
                    if name[:1].isdigit():
                        reasons += ((_DIGIT, _C),)
                    elif _may_be_generated(name):
                        generated = generated or _generated(unit, group)
                        reasons += generated.get(name, ()) + _own(event, name)
                    reasons = tuple(one for one in reasons if _holds(one, event, name, settings.compat))
                    if reasons or name[-1:] == "_" or name[:3] == "arg":
                        key = (id(event.node), name)
                        beside = _beside(event, at, settings.compat == "fixed")
                        if (reasons or beside) and key not in seen:
                            seen.add(key)
                            yield _finding(event, at, reasons, beside)


def _suspects(unit: Unit) -> list[UnitEvent]:
    """The events with a parameter that may need another name, whatever the settings."""
    found = []
    for event in unit.events:
        for parameter in event.node.parameters:
            if _suspicious(parameter.declaration.name):
                found.append(event)
                break
    return found


def _may_be_generated(text: str) -> bool:
    """Whether a name looks like an identifier made from an event's name."""
    return identifiers.MACRO in text or identifiers.simple_function("").lstrip("_") in text


@lru_cache(maxsize=16384)
def _suspicious(name: str) -> bool:
    known = any(
        name in _words(qemu, as_reference) for qemu in (False, True) for as_reference in (False, True)
    )
    return known or _may_be_generated(name) or name[:1].isdigit() or name[-1:] == "_" or name[:3] == "arg"


_suspects_of = PerUnitCache(_suspects)


def _finding(event: UnitEvent, at: int, reasons: Reasons, beside: tuple[int, Reasons] | None) -> Report:
    parameter = event.node.parameters[at]
    related: tuple[Related, ...] = ()
    if beside is not None:
        other = event.node.parameters[beside[0]]
        related = (Related(event.source, other.name_span, f"'{other.name}'"),)
        reasons += beside[1]
    outputs: dict[str, list[str]] = {}
    for why, where in reasons:
        outputs.setdefault(why, []).append(where)
    listed = ", and ".join(f"{why} ({', '.join(where)})" for why, where in outputs.items())
    return Report(
        parameter.name_span,
        f"parameter '{parameter.name}' needs another name: {listed}",
        None,
        related,
        source=event.source,
        event=event.name,
    )


@lru_cache(maxsize=None)
def _words(qemu: bool, as_reference: bool) -> dict[str, Reasons]:
    """The meanings of words in generated code, for any event."""
    found: dict[str, Reasons] = {}

    def add(names: Sequence[str] | frozenset[str], why: str, *outputs: str) -> None:
        for name in names:
            found[name] = found.get(name, ()) + tuple((why, output) for output in outputs)

    add(reserved.C_KEYWORDS, _KEYWORD, _C)
    add(reserved.C_CONSTANTS | reserved.C_CONSTANTS_32, _MACRO, _C)
    if qemu:
        add(reserved.POSIX_CONSTANTS, _MACRO, _C)
    add(("errno",), _MACRO, _SIMPLE, _UST)
    add(("LOG_TRACE",), _MACRO, _LOG)
    add(("qemu_log", "qemu_loglevel_mask"), _CALLED, _LOG)
    add(reserved.SYSLOG_CONSTANTS, _MACRO, _SYSLOG)
    add(("syslog",), _CALLED, _SYSLOG)
    add(("ftrace_write",), _CALLED, _FTRACE)
    add(("rec",), _LOCAL, _SIMPLE)
    add(("TraceBufferRecord",), _TYPE, _SIMPLE)
    add(("MAX_TRACE_STRLEN",), _MACRO, _SIMPLE)
    add(("trace_record_start", "trace_record_finish", *_FOR_KIND), _CALLED, _SIMPLE)
    add(reserved.LTTNG_LOCALS, _LOCAL, _UST)
    add(("abort", "strlen", "strnlen"), _CALLED, _UST)
    add(("trace_events_enabled_count",), _READ, _LOG, _SIMPLE, _SYSLOG, _FTRACE)
    add(reserved.STAP_BUILT_IN, _BUILT_IN, _STAP)
    if as_reference:
        add(reserved.STAP_NOT_ESCAPED, _KEYWORD, _STAP)
    return found


# Functions that are called only for text (True) or only for numbers (False).
_FOR_KIND = {"strlen": True, "strnlen": True, "trace_record_write_str": True, "trace_record_write_u64": False}


def _holds(reason: tuple[str, str], event: UnitEvent, name: str, compat: str) -> bool:
    """Whether generated code for this event uses the name."""
    if name not in _FOR_KIND:
        return True
    kinds = texts(event.parameters, event.format, compat)
    if name == "strnlen":
        return any(text is not None and text.bounded for text in kinds)
    return any((text is not None) is _FOR_KIND[name] for text in kinds)


def _generated(unit: Unit, group: str) -> dict[str, Reasons]:
    """The macros and variables of a unit's events that a parameter's name may clash with."""
    found: dict[str, Reasons] = {identifiers.header_guard(group): ((_MACRO, _C),)}
    for event in unit.events:
        found[identifiers.c_enabled(event.name)] = ((_MACRO, _C),)
        found[identifiers.c_state(event.name)[1:]] = ((_STATIC, _RUST),)
    return found


def _own(event: UnitEvent, name: str) -> Reasons:
    """Meanings that exist only in the event's own functions."""
    function = identifiers.simple_function(event.name)
    return {
        identifiers.c_state(event.name): ((_READ, _C),),
        identifiers.c_object(event.name): ((_READ, _SIMPLE),),
        function: ((_CALLED, _SIMPLE),),
        function[1:]: ((_EXTERN, _RUST_SIMPLE),),
    }.get(name, ())


def _beside(event: UnitEvent, at: int, fixed: bool) -> tuple[int, Reasons] | None:
    """Another parameter from whose name generated code derives this one's, and in which outputs."""
    parameters = event.parameters
    name = parameters[at][1]
    found = texts(parameters, event.format, "fixed" if fixed else "qemu")
    for index, (text, (_, other)) in enumerate(zip(found, parameters)):
        if index == at:
            continue
        reasons: Reasons = ()
        escaped = other
        if other in STAP_RESERVED_WORDS or (fixed and other in reserved.STAP_NOT_ESCAPED):
            escaped = f"{other}_"
        if name == escaped:
            reasons += ((f"'{other}' is spelled this way there", _STAP),)
        if name == f"{other}_" and other in D_RESERVED_WORDS:
            reasons += ((f"'{other}' is spelled this way there", _D),)
        if text is not None:
            if name == identifiers.simple_length(other):
                reasons += ((f"the length of '{other}' has this name there", _SIMPLE),)
            length = identifiers.tapset_length(escaped, fixed)
            if name in (length, identifiers.tapset_text(escaped, fixed)):
                what = "length" if name == length else "text"
                reasons += ((f"the {what} of '{other}' has this name there", _STAP),)
        if reasons and name != other:
            return index, reasons
    return None


RULE = ParameterNameClash()
