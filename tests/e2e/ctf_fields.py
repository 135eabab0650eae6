"""Prints a line of JSON for each event of a process; run by the system's Python, for babeltrace2's bindings.

A line has the event's name, and each field's name, value, base, sign and width; base 0 is text.
"""

import json
import sys

import bt2

for message in bt2.TraceCollectionMessageIterator(sys.argv[1]):
    if type(message) is not bt2._EventMessageConst:
        continue
    if int(message.event.common_context_field["vpid"]) != int(sys.argv[2]):
        continue
    fields = []
    for name, field in message.event.payload_field.items():
        kind = field.cls
        if isinstance(kind, bt2._IntegerFieldClassConst):
            signed = isinstance(kind, bt2._SignedIntegerFieldClassConst)
            fields.append(
                [name, int(field), int(kind.preferred_display_base), signed, kind.field_value_range]
            )
        else:
            fields.append([name, str(field), 0, False, 0])
    print(json.dumps([message.event.name, fields]))
