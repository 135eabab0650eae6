"""LTTng: a user-space session, read back with babeltrace2's Python bindings, field by field."""

from __future__ import annotations

from tests.e2e.declared import shown
from tests.e2e.outputs import called

HEX = 16
DECIMAL = 10
TEXT = 0


def test_every_field_has_its_value_and_base(lttng_fields):
    assert len(lttng_fields) == len(called())
    assert [name for name, _ in lttng_fields] == [f"qemu:{event.name}" for event, _ in called()]
    before: dict[str, set[str]] = {}
    wrong = [
        (event.name, call, found)
        for (event, call), (_, found) in zip(called(), lttng_fields)
        if not _agrees(event, call, {field[0]: field[1:] for field in found}, before)
    ]
    assert wrong == []


def _agrees(event, call, found, before) -> bool:
    for at, parameter in enumerate(event.parameters):
        if parameter.name not in found:
            return False
        value, base, signed, bits = found[parameter.name]
        if parameter.is_text:
            text = shown(event, call, at)
            # LTTng records NULL as "(null)", or as empty text if the field has a length.
            wanted = (
                ("" if parameter.precision else "(null)") if text is None else text.decode("utf-8", "replace")
            )
            seen = before.setdefault(f"{event.name}.{parameter.name}", set())
            # babeltrace2 2.0.4 shows an empty text as that of an earlier event.
            if base != TEXT or (value != wanted and not (wanted == "" and value in seen)):
                return False
            seen.add(value)
        elif (value, base, signed, bits) != _number(parameter, call[at]):
            return False
    return True


def _number(parameter, sent: int) -> tuple[int, int, bool, int]:
    """The value, base, sign and width with which the format prints a field; narrow types keep their sign."""
    bits = parameter.bits(64)
    if parameter.is_pointer:
        return sent, HEX, False, bits
    signed = parameter.is_signed
    if bits >= 32 and parameter.letter in ("d", "i", "u"):
        signed = parameter.letter != "u"
    value = sent & ((1 << bits) - 1)
    if signed and value >> (bits - 1):
        value -= 1 << bits
    return value, HEX if parameter.letter in ("x", "X") else DECIMAL, signed, max(bits, 8)
