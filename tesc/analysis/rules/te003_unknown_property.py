from __future__ import annotations

from tesc.analysis.diagnostic import Fix, SourceEdit
from tesc.analysis.rule import EventRule, Report
from tesc.syntax.c_type import ALLOWED_WORDS
from tesc.syntax.source import Span
from tesc.units.properties import known
from tesc.units.releases import release_of
from tesc.units.wording import unknown_property

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tesc.config.settings import Settings
    from tesc.syntax.nodes import Event, Tree, Word

# QEMU's release notes and its git history.
_DROPPED = {
    "tcg": ("7.0", "declare the event without it, and call trace_{name}() from a helper"),
    "vcpu": ("10.1", "declare the event without it, and pass the CPU as a parameter: 'void *cpu'"),
}
_RETURN_TYPES = ALLOWED_WORDS | {"static", "inline", "extern"}


def dropped(word: str, event: str) -> tuple[str, str] | None:
    """The message and help for a property that QEMU once had; None for other words."""
    if word not in _DROPPED:
        return None
    release, help_ = _DROPPED[word]
    message = f"'{word}' is no longer a property: QEMU {release} dropped it"
    return message, help_.format(name=event)


class UnknownProperty(EventRule):
    """A word before an event's name is not a property.

    The only property is `disable`, which compiles the event out. QEMU used to have `tcg` (dropped in 7.0)
    and `vcpu` (meaningless since 9.1, dropped in 10.1). Files from that time need a change, unless
    `qemu-release` says that they are for such a release. An event has no return type.

    Wrong:

        vcpu guest_mem_before(uint64_t vaddr) "vaddr 0x%" PRIx64

    Right:

        guest_mem_before(void *cpu, uint64_t vaddr) "cpu %p vaddr 0x%" PRIx64
    """

    code = "TE003"
    name = "unknown-property"
    by_pairs = True
    fixable = True

    def check(self, event: Event, tree: Tree, settings: Settings) -> Iterator[Report]:
        seen = False
        returned = [word for word in event.properties if word.text in _RETURN_TYPES]
        if returned:
            yield _return_type(event, returned)
        for word in event.properties:
            if word in returned:
                continue
            if word.text == "disable":
                if seen:
                    yield Report(word.span, "'disable' is given twice", "write it once")
                seen = True
            elif word.text in known(release_of(settings.qemu_release)):
                continue
            elif gone := dropped(word.text, event.name):
                yield Report(word.span, *gone)
            elif _means_disable(word.text):
                fix = Fix("safe", (SourceEdit(tree.source, word.span, "disable"),))
                yield Report(word.span, unknown_property(word.text), "write 'disable'", fix=fix)
            else:
                help_ = (
                    f"a name is one word, such as '{word.text}_{event.name}'; the only property is 'disable'"
                )
                yield Report(word.span, unknown_property(word.text), help_)


def _return_type(event: Event, words: list[Word]) -> Report:
    text = " ".join(word.text for word in words)
    begin = f"{'disable ' if event.disabled else ''}{event.name}("
    span = Span(words[0].start, words[-1].span.end)
    return Report(span, f"an event has no return type: '{text}'", f"begin with '{begin}'")


def _means_disable(word: str) -> bool:
    from difflib import get_close_matches

    return bool(get_close_matches(word.lower(), ["disable"], 1, 0.8))


RULE = UnknownProperty()
