#!/usr/bin/env bash
# babeltrace2 shows an empty text as the text of an earlier event.
#
# Tool: babeltrace2 2.0.4 (apt-get install babeltrace2, Debian 12).
# Expected: of events with the texts "text 0", "", "text 2", "" and so on, every second one is shown as "".
# Seen: the first few are right. Once the reader reuses event objects, an empty text (also one with a length field)
#   shows what the object held before: `s = "text 12"` for the 14th event, whose text is empty.
# Why it matters: an empty name, or a NULL recorded as empty text, is read as the name in another event. Where empty
#   text has a meaning, compare the bytes, not what babeltrace2 shows.
set -euo pipefail
command -v babeltrace2 >/dev/null || { echo "needs Debian's package babeltrace2" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/trace"
cat >"$folder/trace/metadata" <<'END'
/* CTF 1.8 */
trace { major = 1; minor = 8; byte_order = le; };
stream { event.header := struct { integer { size = 8; align = 8; } id; }; };
event { name = "e"; id = 0; fields := struct { string s; }; };
END
python3 - "$folder/trace/stream" <<'END'
import sys
with open(sys.argv[1], "wb") as stream:
    for number in range(40):
        text = b"" if number % 2 else b"text %d" % number
        stream.write(b"\0" + text + b"\0")
END
babeltrace2 --version | head -1
babeltrace2 "$folder/trace" 2>/dev/null | grep -o '"[^"]*"' >"$folder/out"
cat -n "$folder/out"
[ "$(wc -l <"$folder/out")" = 40 ]
wrong=$(awk 'NR % 2 == 0 && $0 != "\"\""' "$folder/out" | wc -l)
echo "$wrong of 20 empty texts are shown as another text"
[ "$wrong" = 13 ] && [ "$(sed -n 14p "$folder/out")" = '"text 12"' ]
