"""The six-argument cap of records, and the maximum numbers of arguments elsewhere."""

# A record of the guest tunnel and the tracers of 2011 has six 64-bit words for arguments.
RECORD_ARGUMENTS = 6
# What LTTng's macros, DTrace and SystemTap accept; QEMU's tracetool rejects more.
TRACER_ARGUMENTS = 10
# No frame has room for this number, even of one byte each: how many fit depends on their types.
FRAME_ARGUMENTS = 255
# The maximum of each consumer in `units.reasons`; others accept any number.
LIMITS = {
    "qemu": TRACER_ARGUMENTS,
    "fixed": TRACER_ARGUMENTS,
    "frames": FRAME_ARGUMENTS,
    "demux": FRAME_ARGUMENTS,
    "guest": RECORD_ARGUMENTS,
    "guest demux": RECORD_ARGUMENTS,
    "classic": RECORD_ARGUMENTS,
}
