#!/usr/bin/env bash
# barectf cuts off the fraction of a `byte-packed-double`, and of every real that is not aligned to its own size.
#
# Tools: barectf 3.1.2 (PyPI), gcc 12.2, babeltrace2 2.0.4 (apt-get install --no-install-recommends gcc babeltrace2
#   python3-pip; Debian 12).
# Expected: barectf's own types `double`, `byte-packed-double` and `bit-packed-double` are all C's double, as its
#   documentation says of a real with `size: 64`, and differ only in padding; likewise for float. 2.75 arrives as 2.75.
# Seen: the parameter is a double only with an alignment of 64, and a float only with one of 32. Every other real is a
#   `uint64_t`: the compiler turns 2.75 into 2 at the call, and the generated code turns that into 2.0. The default
#   alignment is 8, so even the documentation's first examples of reals are affected. gcc -Wall -Wextra does not warn
#   (-Wfloat-conversion does), and neither do barectf and babeltrace2.
# Why it matters: temperatures and seconds arrive as plausible whole numbers, just because somebody wanted less
#   padding. Give a real an alignment of its own size.
set -euo pipefail
for tool in gcc babeltrace2; do
    command -v "$tool" >/dev/null || { echo "needs Debian's packages gcc, babeltrace2" >&2; exit 2; }
done
python3 -m pip --version >/dev/null 2>&1 || { echo "needs Debian's package python3-pip" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m pip install -q --no-deps --only-binary :all: --target lib barectf==3.1.2 attrs==26.1.0 Jinja2==3.1.6 \
    jsonschema==3.2.0 MarkupSafe==3.0.4 pyrsistent==0.20.0 PyYAML==6.0.4 setuptools==80.9.0 six==1.17.0 \
    termcolor==3.3.0 2>/dev/null

cat >config.yaml <<'END'
--- !<tag:barectf.org,2020/3/config>
trace:
  type:
    native-byte-order: little-endian
    $include: [stdint.yaml, stdreal.yaml]
    data-stream-types:
      main:
        $is-default: true
        $features: {packet: {discarded-event-records-counter-snapshot-field-type: false}}
        event-record-types:
          measured:
            payload-field-type:
              class: struct
              members:
                - aligned64: {field-type: double}
                - bytes64: {field-type: byte-packed-double}
                - bits64: {field-type: bit-packed-double}
                - plain64: {field-type: {class: real, size: 64}}
                - aligned32: {field-type: float}
                - bytes32: {field-type: byte-packed-float}
                - plain32: {field-type: {class: real, size: 32}}
END
cat >program.c <<'END'
#include <stdio.h>
#include "barectf.h"

static uint8_t buffer[512];
static struct barectf_main_ctx stream;

static int full(void *data) { (void)data; return 0; }
static void open_packet(void *data) { (void)data; barectf_main_open_packet(&stream); }
static void close_packet(void *data) { (void)data; barectf_main_close_packet(&stream); }

int main(void)
{
    const struct barectf_platform_callbacks calls = {
        .is_backend_full = full, .open_packet = open_packet, .close_packet = close_packet
    };

    barectf_init(&stream, buffer, sizeof buffer, calls, NULL);
    open_packet(NULL);
    barectf_main_trace_measured(&stream, 2.75, 2.75, 2.75, 2.75, 2.75f, 2.75f, 2.75f);
    close_packet(NULL);
    return fwrite(buffer, sizeof buffer, 1, stdout) != 1;
}
END
export PYTHONPATH=$folder/lib PYTHONWARNINGS=ignore
python3 lib/bin/barectf --version
python3 lib/bin/barectf generate config.yaml
gcc -w -c barectf.c
gcc -Wall -Wextra -Werror program.c barectf.o -o program
mkdir trace
mv metadata trace
./program >trace/stream
{
    sed -n '/^void barectf_main_trace_measured/,/;/{s/^\t/  /; s/[);]*$//; s/,$//; /^  /p}' barectf.h
    babeltrace2 trace
} | tee seen
diff - seen <<'END'
  double p_aligned64
  uint64_t p_bytes64
  uint64_t p_bits64
  uint64_t p_plain64
  float p_aligned32
  uint64_t p_bytes32
  uint64_t p_plain32
measured: { aligned64 = 2.75, bytes64 = 2, bits64 = 2, plain64 = 2, aligned32 = 2.75, bytes32 = 2, plain32 = 2 }
END
