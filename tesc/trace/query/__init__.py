"""SQL queries on traces: a dataset's tables, and the spans between its events, as DuckDB views.

    with Session(folder, pairings) as session:
        for result in session.run("SELECT count(*) FROM bdrv_open"):
            ...

Every event has a view with its name, as `tesc.trace.tables` describes. `records` has all records (event, ts,
time, pid, trace, seq), `spans` all spans, and `spans.NAME` those of a pairing with its key. SQL can read only
these: no files, no settings, no extensions.
"""

from __future__ import annotations
