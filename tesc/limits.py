"""How many arguments an event may have, and why."""

# The six-argument cap: a record of the guest tunnel, and of the tracers of 2011, has six 64-bit words.
RECORD_ARGUMENTS = 6
# What LTTng's macros, DTrace and SystemTap accept; QEMU's tracetool rejects more.
TRACER_ARGUMENTS = 10
# A frame never has room for as many, even of one byte each: how many fit depends on their types.
FRAME_ARGUMENTS = 255
# How many each consumer in `units.reasons` accepts; others accept any number.
LIMITS = {
    "qemu": TRACER_ARGUMENTS,
    "fixed": TRACER_ARGUMENTS,
    "frames": FRAME_ARGUMENTS,
    "demux": FRAME_ARGUMENTS,
    "guest": RECORD_ARGUMENTS,
    "guest demux": RECORD_ARGUMENTS,
    "classic": RECORD_ARGUMENTS,
}
