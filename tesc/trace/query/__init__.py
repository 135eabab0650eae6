"""SQL queries on traces: a dataset's tables and the spans between its events as DuckDB views.

    with Session(folder, pairings) as session:
        for result in session.run("SELECT count(*) FROM bdrv_open"):
            ...

Every event is a view of its name, as `tesc.trace.tables` describes it. `records` has all records (event, ts,
time, pid, trace, seq), `spans` all spans, and `spans.NAME` those of a pairing with its key. SQL that is run
reads these and nothing else: no files, no settings, no extensions.
"""

from __future__ import annotations
