"""Spans as SQL: pairs records like `tesc.trace.spans`, for DuckDB.

An end belongs to the latest begin that is still open. So a begin's depth is the number of open spans after
it, an end's is the number before it, and an end without a begin leaves the depth at zero. Among the records
of one depth, each end follows its own begin.
"""

from __future__ import annotations

from tesc.trace.spans import BadPairing, matches, no_parameter
from tesc.trace.tables.layout import distinct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tesc.trace.spans import Pairing
    from tesc.trace.tables.layout import Layout

# The columns of every view of spans; the key's columns come between them.
SPAN_BEFORE = ("span", "ts", "time", "end_ts", "duration", "pid")
SPAN_AFTER = ("trace", "seq", "end_seq")


def quoted(name: str) -> str:
    """A name, quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Text, quoted for SQL."""
    return "'" + value.replace("'", "''") + "'"


def key_columns(pairing: Pairing) -> list[str]:
    """The names of the columns of a pairing's key."""
    return distinct(pairing.key, {*SPAN_BEFORE, *SPAN_AFTER})


def tables_of(pairing: Pairing, tables: Mapping[Layout, str]) -> tuple[dict[Layout, str], dict[Layout, str]]:
    """The tables of the events that begin spans, and of those that end them, if they have the key."""
    begins, ends = _matching(pairing, tables)
    return (
        {one: name for one, name in begins.items() if _lacking(pairing, one) is None},
        {one: name for one, name in ends.items() if _lacking(pairing, one) is None},
    )


def _matching(pairing: Pairing, tables: Mapping[Layout, str]) -> tuple[dict[Layout, str], dict[Layout, str]]:
    begins = {one: name for one, name in tables.items() if matches(one.event, pairing.begins)}
    ends = {
        one: name for one, name in tables.items() if one not in begins and matches(one.event, pairing.ends)
    }
    return begins, ends


def _lacking(pairing: Pairing, layout: Layout) -> str | None:
    """The first parameter of the key that an event does not have."""
    names = {one.name for one in layout.arguments}
    return next((key for key in pairing.key if key not in names), None)


def span_query(pairing: Pairing, tables: Mapping[Layout, str]) -> str:
    """The query for a pairing's spans; `tables` has the tables' names by layout. Raises BadPairing."""
    begins, ends = tables_of(pairing, tables)
    for missing, keyed, matching in zip(("begin", "end"), (begins, ends), _matching(pairing, tables)):
        if not keyed:
            raise BadPairing(f"span '{pairing.name}': {_impossible(pairing, missing, matching)}")
    marks = [_marks(pairing, layout, name, 1) for layout, name in begins.items()]
    marks += [_marks(pairing, layout, name, -1) for layout, name in ends.items()]
    keys = [quoted(name) for name in key_columns(pairing)]
    shown = "".join(f"{key}, " for key in keys)
    same = ", ".join(["trace", "pid", *keys])
    depths = f"SELECT *, sum(step) OVER (PARTITION BY {same} ORDER BY seq) AS run FROM marks"
    levels = (
        f"SELECT *, run - least(0, min(run) OVER (PARTITION BY {same} ORDER BY seq)) "
        "+ (step < 0)::INT AS level FROM depths"
    )
    pairs = (
        f"SELECT {text(pairing.name)} AS span, lag(ts) OVER mine AS ts, ts AS end_ts, pid, {shown}trace, "
        "lag(seq) OVER mine AS seq, seq AS end_seq, step < 0 AND lag(step) OVER mine > 0 AS ends "
        f"FROM levels WINDOW mine AS (PARTITION BY {same}, level ORDER BY seq)"
    )
    return (
        f"WITH marks AS ({' UNION ALL '.join(marks)}), depths AS ({depths}), levels AS ({levels}), "
        f"pairs AS ({pairs}) SELECT span, ts, make_timestamp(ts // 1000) AS time, end_ts, "
        f"end_ts - ts AS duration, pid, {shown}trace, seq, end_seq FROM pairs WHERE ends"
    )


def _impossible(pairing: Pairing, missing: str, matching: Collection[Layout]) -> str:
    """Why no event that matches can begin or end spans."""
    for layout in matching:
        names = [one.name for one in layout.arguments]
        return no_parameter(layout.event, _lacking(pairing, layout) or "", names)
    return f"no event of this trace can {missing} it"


def _marks(pairing: Pairing, layout: Layout, name: str, step: int) -> str:
    """The query for the records of a table that begin (1) or end (-1) a span."""
    columns = {one.name: one.column for one in layout.arguments}
    keys = "".join(
        f"{quoted(columns[key])} AS {quoted(shown)}, "
        for key, shown in zip(pairing.key, key_columns(pairing))
    )
    known = " AND ".join(f"{quoted(columns[key])} IS NOT NULL" for key in pairing.key)
    where = f" WHERE {known}" if known else ""  # a log may not show the key
    return f"SELECT trace, seq, ts, pid, {keys}{step} AS step FROM main.{quoted(name)}{where}"


def union_query(views: Sequence[tuple[str, Pairing]]) -> str:
    """The query for all spans of the views, with the key as one text."""
    parts = [
        "SELECT span, ts, time, end_ts, duration, pid, "
        f"{_key_text(pairing)} AS key, trace, seq, end_seq FROM spans.{quoted(name)}"
        for name, pairing in views
    ]
    return " UNION ALL ".join(parts)


def _key_text(pairing: Pairing) -> str:
    keys = [quoted(name) for name in key_columns(pairing)]
    return f"concat_ws(', ', {', '.join(keys)})" if keys else "''"
