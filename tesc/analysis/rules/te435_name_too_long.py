from __future__ import annotations

from tesc.analysis.rule import Report, RunRule
from tesc.units.identifiers import LTTNG_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tesc.config.settings import Settings
    from tesc.units.unit import Unit


class NameTooLong(RunRule):
    """An event's name is longer than LTTng allows.

    LTTng allows at most 255 characters for the names of the provider and the event together, including
    the colon between them. The provider is `qemu`, which leaves 250 for the event's name with its
    prefixes. If it is longer, a static assertion in LTTng's header stops the compiler.

    Wrong:

        # trace-events
        include "device/trace-events" prefix a_prefix_that_goes_on_and_on_for_as_long_as_nobody_looks_at_what_names_it_makes_and_then_for_the_same_length_again_with_words_that_say_nothing_of_the_device_or_of_the_event_but_only_make_all_of_the_names_far_too_long_to_read_and_to_type_in_again_and_again_

        # device/trace-events
        reset(void) "reset"

    Right:

        # trace-events
        include "device/trace-events" prefix device_

        # device/trace-events
        reset(void) "reset"
    """  # noqa: E501 - that is the point

    code = "TE435"
    name = "name-too-long"
    reference = "tracers"
    scope = "event"

    def applies(self, settings: Settings) -> bool:
        return settings.profile != "classic"

    def check(self, units: Sequence[Unit], settings: Settings) -> Iterator[Report]:
        seen = set()
        for unit in units:
            for event in unit.events:
                key = (event.source, event.node.name_start)
                if len(event.name) > LTTNG_NAME and key not in seen:
                    seen.add(key)
                    yield Report(
                        event.node.name_span,
                        f"the event's name has {len(event.name)} characters, but LTTng allows {LTTNG_NAME}",
                        "give it a shorter name, or a shorter prefix",
                        source=event.source,
                        event=event.name,
                    )


RULE = NameTooLong()
