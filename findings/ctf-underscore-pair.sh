#!/usr/bin/env bash
# babeltrace2 cannot read a CTF 1.8 trace in which some event has a field `_x` before a field `x`.
#
# Tool: babeltrace2 2.0.4 (apt-get install babeltrace2, Debian 12).
# Expected: it reads two fields with two names, in either order. LTTng writes them as `__x` and `_x`, because it adds an
#   underscore to every name.
# Seen: babeltrace2 removes one underscore if the resulting name is not taken yet. If `__x` comes first, it becomes
#   `_x`, and the next field, `_x`, is reported as a duplicate: the whole trace is refused, with all other events.
#   If `_x` comes first, both are read.
# Why it matters: one parameter's name in one tracepoint makes every trace of the program unreadable, after it was
#   recorded. A generator can put `x` first.
set -euo pipefail
command -v babeltrace2 >/dev/null || { echo "needs Debian's package babeltrace2" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

trace() { # FOLDER FIRST SECOND
    mkdir "$1"
    cat >"$1/metadata" <<END
/* CTF 1.8 */
typealias integer { size = 8; align = 8; } := byte;
trace { major = 1; minor = 8; byte_order = le; };
stream { event.header := struct { byte id; }; };
event { name = "pair"; id = 0; fields := struct { byte $2; byte $3; }; };
event { name = "other"; id = 1; fields := struct { string _s; }; };
END
    printf '\1hello\0\0\1\2' >"$1/stream"
}
trace "$folder/refused" __x _x
trace "$folder/read" _x __x
babeltrace2 --version | head -1
for order in refused read; do
    echo "$order:"
    babeltrace2 "$folder/$order" 2>"$folder/errors" || echo "exit $?"
    grep -o 'Duplicate field.*' "$folder/errors" | head -1 || true
done | tee "$folder/out"
diff - "$folder/out" <<'END'
refused:
exit 1
Duplicate field in structure field class: field-name="_x"
read:
other: { s = "hello" }
pair: { x = 1, _x = 2 }
END
