"""Latencies as text: a table with histograms for people, or JSON lines for programs."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from tesc.trace.spans import Latency

_BAR = 40
_UNITS = ((10**9, "s"), (10**6, "ms"), (10**3, "us"), (1, "ns"))


def as_text(latencies: Sequence[Latency]) -> str:
    """A line and a histogram of durations for each pairing."""
    if not latencies:
        return "no spans: no record begins or ends one\n"
    rows: list[tuple[str, ...]] = [("SPAN", "COUNT", "UNMATCHED", "MEDIAN", "P95", "P99", "MAX")]
    rows += [
        (
            one.name,
            f"{one.count:,}",
            f"{one.unfinished + one.orphaned:,}",
            *map(duration, (one.median, one.p95, one.p99, one.maximum)),
        )
        for one in latencies
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    found = [lines[0]]
    for line, one in zip(lines[1:], latencies):
        found.append(line)
        found += _histogram(one)
    return "".join(f"{line.rstrip()}\n" for line in found)


def as_jsonl(latencies: Sequence[Latency]) -> str:
    """A JSON object per line for each pairing, in nanoseconds: tesc/schemas/latency.schema.json."""
    return "".join(json.dumps(_entry(one)) + "\n" for one in latencies)


def _entry(one: Latency) -> dict[str, object]:
    return {
        "name": one.name,
        "count": one.count,
        "unfinished": one.unfinished,
        "orphaned": one.orphaned,
        "median_ns": one.median,
        "p95_ns": one.p95,
        "p99_ns": one.p99,
        "max_ns": one.maximum,
        "histogram": [
            {"from_ns": 1 << power if power else 0, "below_ns": 2 << power, "count": count}
            for power, count in enumerate(one.histogram)
            if count
        ],
    }


def duration(nanoseconds: int) -> str:
    """A duration with three significant digits and a unit: `1.23 ms`."""
    for size, unit in _UNITS:
        if abs(nanoseconds) >= size:
            value = nanoseconds / size
            digits = 0 if size == 1 else max(0, 3 - len(str(int(abs(value)))))
            return f"{value:.{digits}f} {unit}"
    return "0 ns"


def _histogram(one: Latency) -> list[str]:
    powers = [power for power, count in enumerate(one.histogram) if count]
    if not powers:
        return []
    most = max(one.histogram)
    lines = []
    for power in range(powers[0], powers[-1] + 1):
        count = one.histogram[power]
        bar = "#" * (-(-count * _BAR // most)) if count else ""
        low = duration(1 << power if power else 0)
        lines.append(f"  {low:>8} to {duration(2 << power):>8}  {count:>10,}  {bar}")
    return lines
