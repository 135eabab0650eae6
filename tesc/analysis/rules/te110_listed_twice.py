from __future__ import annotations

import os

from tesc.analysis.diagnostic import Related
from tesc.analysis.meson import listed_for
from tesc.analysis.rule import Report, RunRule
from tesc.files import relative
from tesc.syntax.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


class ListedTwice(RunRule):
    """QEMU's meson.build lists a folder of trace events twice.

    Each entry of `trace_events_subdirs` generates the files of a group and links them. With backend ust,
    a group that is listed twice defines its probes twice, and the build fails. Entries in alternative
    branches of an `if` do not count as two. This is checked only in profile qemu, where such a
    meson.build exists; it is reported in that file.

    Wrong:

        # meson.build
        trace_events_subdirs += ['hw/usb', 'hw/net', 'hw/usb']

        # hw/usb/trace-events
        usb_reset(int port) "port %d"

    Right:

        # meson.build
        trace_events_subdirs += ['hw/usb', 'hw/net']

        # hw/usb/trace-events
        usb_reset(int port) "port %d"
    """

    code = "TE110"
    name = "listed-twice"
    scope = "files"
    example_profile = "qemu"

    def applies(self, settings: Settings) -> bool:
        return settings.profile == "qemu"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen = set()
        for unit in units:
            listed = listed_for(unit)
            if listed is None or listed.path in seen:
                continue
            seen.add(listed.path)
            folders = {os.path.dirname(os.path.abspath(one.roots[0].source.file)) for one in units}
            source = Source(relative(listed.path), listed.text, listed.path) if listed.twice else None
            for twice in listed.twice:
                if source and os.path.normpath(os.path.join(listed.root, twice.folder)) in folders:
                    yield Report(
                        twice.again,
                        f"trace_events_subdirs already has '{twice.folder}'",
                        "remove it",
                        (Related(source, twice.first, "listed here first"),),
                        source=source,
                    )


RULE = ListedTwice()
