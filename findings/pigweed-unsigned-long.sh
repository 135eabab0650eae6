#!/usr/bin/env bash
# Pigweed's detokenizer shows only 32 bits of %lu, %zu and %p, but all 64 bits of %ld and %zd.
#
# Tool: pw_tokenizer of Pigweed 0.0.24 (PyPI: pigweed).
# Expected: an integer is sent as a varint with as many bits as it has on the device, so a 64-bit device's
#   0x7fffdeadbeef is shown in full; or there is a setting for the width of the device's `long`.
# Seen: for unsigned conversions, the decoder keeps 64 bits only with `ll` and `j`. It shows a heap address as
#   0xDEADBEEF, and a size of 5 GiB as 1 GiB. The bytes contain the whole number: %ld and %zd show it. There is no
#   setting, and no warning.
# Why it matters: firmware for 64-bit cores, or built to be tried on the host, logs addresses and sizes that are
#   plausible but wrong. Formats need %llx with a cast. A decoder must know the device's data model.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip download -q --no-deps --only-binary :all: -d "$folder" pigweed==0.0.24 2>/dev/null
python3 -m zipfile -e "$folder"/pigweed-0.0.24-*.whl "$folder/pigweed"
PYTHONPATH=$folder/pigweed python3 - <<'END' | tee "$folder/seen"
from pw_tokenizer.decode import FormatString

def sent(value):
    """A 64-bit integer as a device sends it: zigzag, then seven bits a byte, the lowest first."""
    signed = value - (value >> 63 << 64)
    rest = signed << 1 if signed >= 0 else ~(signed << 1)
    data = bytearray()
    while rest > 127:
        data.append(rest & 127 | 128)
        rest >>= 7
    return bytes(data) + bytes([rest])

for value in (0x7FFFDEADBEEF, 5 << 30, 0xFFFF888000001000):
    texts = "%lx", "%zu", "%p", "%llx", "%ld", "%zd"
    print(hex(value), *[str(FormatString(text).format(sent(value)).value) for text in texts])
END
diff - "$folder/seen" <<'END'
0x7fffdeadbeef deadbeef 3735928559 0xDEADBEEF 7fffdeadbeef 140736929316591 140736929316591
0x140000000 40000000 1073741824 0x40000000 140000000 5368709120 5368709120
0xffff888000001000 1000 4096 0x00001000 ffff888000001000 -131391639515136 -131391639515136
END
