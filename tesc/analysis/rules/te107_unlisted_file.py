from __future__ import annotations

from tesc.analysis.meson import unlisted
from tesc.analysis.rule import Report, RunRule
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


class UnlistedFile(RunRule):
    """QEMU's build does not know this file.

    The top-level meson.build lists the folders whose trace-events files are compiled
    (`trace_events_subdirs`). A file in any other folder is never read: its events have no functions, and
    the only symptom is a compiler error where one of them is called. Its names are not compared with
    those of other files. This is checked only in profile qemu, where such a meson.build exists.

    Wrong:

        # meson.build
        trace_events_subdirs += ['hw/usb', 'hw/net']

        # hw/nubus/trace-events
        nubus_slot_read(int slot) "slot %d"

    Right:

        # meson.build
        trace_events_subdirs += ['hw/usb', 'hw/net', 'hw/nubus']

        # hw/nubus/trace-events
        nubus_slot_read(int slot) "slot %d"
    """

    code = "TE107"
    name = "unlisted-file"
    scope = "files"
    severity = "warning"
    example_profile = "qemu"

    def applies(self, settings: Settings) -> bool:
        return settings.profile == "qemu"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        for unit in units:
            folder = unlisted(unit)
            if folder is not None:
                yield Report(
                    Span(0, 0),
                    f"meson.build does not list '{folder}', so nothing is generated from this file",
                    f"add '{folder}' to trace_events_subdirs",
                    source=unit.roots[0].source,
                )


RULE = UnlistedFile()
