#!/usr/bin/env bash
# pyarrow's filters take Python's integers for signed ones: a column of kernel addresses cannot be compared with any.
#
# Library: pyarrow 26.0.1 (PyPI), with Python 3.10 or later.
# Expected: filters=[("addr", ">=", 0xffff888000000000)] of pyarrow.parquet.read_table finds the rows of a uint64
#   column, as the same comparison does in DuckDB, or as numbers below 2^63 do.
# Seen: a Python integer becomes an int64 scalar whatever the column is. From 2^63 on that is an OverflowError; a
#   smaller one makes int64 of the column, and then the column's values from 2^63 on are an ArrowInvalid. With
#   pyarrow.scalar(number, "uint64") in the filter the rows are found.
# Why it matters: a Linux kernel's addresses are all of that size. The errors name neither the column nor the
#   filter, and a filter that worked fails as soon as a file has such a number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install -q --disable-pip-version-check --target "$folder/site" pyarrow==26.0.1 2>/dev/null

cat >"$folder/try.py" <<'END'
import sys

import pyarrow as pa
import pyarrow.parquet as pq

path = sys.argv[1]
pq.write_table(pa.table({"addr": pa.array([1 << 40, 0xFFFF888000000040], pa.uint64())}), path)
print("pyarrow", pa.__version__)
for name, value in (("small", 1 << 40), ("large", 1 << 63), ("scalar", pa.scalar(1 << 63, pa.uint64()))):
    try:
        found = pq.read_table(path, filters=[("addr", ">=", value)])["addr"].to_pylist()
        print(name, [hex(one) for one in found])
    except (OverflowError, pa.ArrowInvalid) as error:
        print(name, f"{type(error).__name__}: {error}")
END
PYTHONPATH="$folder/site" python3 "$folder/try.py" "$folder/table.parquet" | tee "$folder/out"
diff - "$folder/out" <<'END'
pyarrow 26.0.1
small ArrowInvalid: Integer value 18446612682070032448 not in range: 0 to 9223372036854775807
large OverflowError: Python int too large to convert to C long
scalar ['0xffff888000000040']
END
