"""How many arguments an event may have, and who says so."""

# What a record of the guest tunnel, and of the tracers of 2011, holds: six 64-bit words.
RECORD_ARGUMENTS = 6
# What LTTng's macros, DTrace and SystemTap take; QEMU's tracetool refuses more.
TRACER_ARGUMENTS = 10
