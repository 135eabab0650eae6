from __future__ import annotations

from tesc.analysis.prefixes import first_prefix
from tesc.analysis.rule import Report, RunRule
from tesc.units.compat import D_RESERVED_WORDS
from tesc.units.reserved import C_CONSTANTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit, UnitEvent

_DIGIT = "SystemTap does not accept a name that begins with a digit"


class ReservedEventName(RunRule):
    """Not valid as a probe name.

    With backend dtrace an event is a probe of the same name. dtrace(1) on macOS, FreeBSD and illumos does
    not accept a reserved word of the D language, and SystemTap does not accept a name that begins with a
    digit. A name that is a C macro (`linux` and `unix` are 1) is expanded and does not compile. If a
    prefix is the cause, it is reported once.

    Wrong:

        import(const char *path) "path %s"
        9p_open(int fid) "fid %d"
        linux(int syscall) "syscall %d"

    Right:

        path_import(const char *path) "path %s"
        v9fs_open(int fid) "fid %d"
        linux_syscall(int syscall) "syscall %d"
    """

    code = "TE105"
    name = "reserved-event-name"
    scope = "event"
    formerly = ("TE106", "invalid-prefix")
    severity = "warning"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen: set[object] = set()
        for unit in units:
            for event in unit.events:
                why = _why_not(event)
                key = (event.source, event.node.name_start)
                if why is _DIGIT and not event.node.name[0].isdigit():
                    prefix = first_prefix(unit, event)
                    if prefix not in seen:
                        seen.add(prefix)
                        yield prefix.report(why)
                    continue
                if why and key not in seen:
                    seen.add(key)
                    yield Report(
                        event.node.name_span,
                        f"no probe can be called '{event.name}': {why}",
                        "give the event another name",
                        source=event.source,
                        event=event.name,
                    )


def _why_not(event: UnitEvent) -> str | None:
    name = event.name
    if name in D_RESERVED_WORDS:
        return "it is a reserved word of the D language"
    if name[0].isdigit():
        return _DIGIT
    if name in C_CONSTANTS:
        return "it is a macro in C"
    return None


RULE = ReservedEventName()
