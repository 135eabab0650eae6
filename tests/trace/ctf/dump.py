"""Run by Debian's Python: prints the records that babeltrace2 reads, one JSON array per line."""

import json
import sys

import bt2


def plain(field):
    if isinstance(field, bt2._StringFieldConst):
        return str(field)
    if isinstance(field, (bt2._UnsignedEnumerationFieldConst, bt2._SignedEnumerationFieldConst)):
        return [int(field), *field.labels]
    if isinstance(field, bt2._BoolFieldConst):
        return bool(field)
    return int(field)


discarded = 0
for message in bt2.TraceCollectionMessageIterator(sys.argv[1]):
    if isinstance(message, bt2._DiscardedEventsMessageConst):
        discarded += message.count
    if isinstance(message, bt2._EventMessageConst):
        event = message.event
        fields = {name: plain(event.payload_field[name]) for name in event.payload_field}
        time = message.default_clock_snapshot
        print(json.dumps([time.value, event.name, int(event.packet.context_field["pid"]), fields]))
print(json.dumps({"discarded": discarded}))
