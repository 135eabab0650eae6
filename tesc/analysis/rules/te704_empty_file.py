from __future__ import annotations

from tesc.analysis.rule import Report, RunRule
from tesc.syntax.nodes import Malformed
from tesc.syntax.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


class EmptyFile(RunRule):
    """A trace-events file declares no event, and neither do the files that it includes.

    Its group is compiled for nothing, and a provider needs a probe: SystemTap's dtrace(1) reports a
    syntax error for `provider qemu { };`. QEMU's tracetool makes an empty .d file on Linux, and that
    provider on macOS, whose dtrace does not accept an empty file. Remove the file, and its folder from
    the list in meson.build, or declare its events. This is checked only in profile qemu.

    Wrong:

        # The events of this device went away.

    Right:

        # hw/misc/lamp.c
        lamp_on(int watts) "watts %d"
    """

    code = "TE704"
    name = "empty-file"
    severity = "warning"
    scope = "run"
    example_profile = "qemu"

    def applies(self, settings: Settings) -> bool:
        return settings.profile == "qemu"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        for unit in units:
            if unit.events:
                continue
            # An invalid line is probably an event.
            broken = unit.errors or any(
                tree.errors or any(isinstance(item, Malformed) for item in tree.items) for tree in unit.trees
            )
            if not broken:
                source = unit.roots[0].source
                end = len(source.line_text(1)) if source.text else 0
                yield Report(
                    Span(0, end),
                    "no event is declared here, but dtrace(1) requires a probe in each provider",
                    "declare one, or remove the file and its folder from meson.build",
                    source=source,
                )


RULE = EmptyFile()
