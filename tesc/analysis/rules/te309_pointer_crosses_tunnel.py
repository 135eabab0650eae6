from __future__ import annotations

from tesc.analysis.rule import Report, RunRule
from tesc.units.crossing import texts_sent
from tesc.units.text import texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


class PointerCrossesTunnel(RunRule):
    """A string in a guest's event reaches the host as an address.

    In the words of 2011 (`[guest] wire = "words"`, `--wire words`), a record holds six numbers and no text.
    For a `const char *`, the host receives an address in the guest's memory, which it never reads, and prints
    that address in place of `%s`. Trace something that carries the same information: a number, a state, a few
    characters in an integer. If the address itself is wanted, declare it `void *`. Frames carry text, but
    only plain `char`.

    Wrong:

        # trace-events
        include "guest/trace-events" prefix guest_ base 0x8000000000000000

        # guest/trace-events
        boot(const char *device) "booting from %s"

    Right:

        # trace-events
        include "guest/trace-events" prefix guest_ base 0x8000000000000000

        # guest/trace-events
        boot(int device) "booting from device %d"
    """

    code = "TE309"
    name = "pointer-crosses-tunnel"
    scope = "event"
    example_profile = "classic"
    severity = "information"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen = set()
        for unit in units:
            for event in unit.events:
                if not event.crosses or id(event.node) in seen:
                    continue
                seen.add(id(event.node))
                parameters = [(parameter.type.text, parameter.name) for parameter in event.node.parameters]
                written = event.node.format.text if event.node.format else ""
                found = texts(parameters, written, "fixed")
                sent = texts_sent(event.node) if event.wire == "frames" else frozenset()
                for number, (parameter, text) in enumerate(zip(event.node.parameters, found)):
                    name = parameter.name
                    if text is not None and number not in sent:
                        yield Report(
                            parameter.type_span,
                            f"the host receives the address of '{name}', not its text: it is a guest's event",
                            f"trace a number instead, or the address as 'void *{name}'",
                            source=event.source,
                            event=event.name,
                        )


RULE = PointerCrossesTunnel()
