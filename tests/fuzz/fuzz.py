"""Mutated input through every stage: the results are values, never exceptions, and invariants hold.

    python tests/fuzz/fuzz.py --lines 1000000 --seed 1 [--stages parser,checker] [--share 3]

prints how many lines (for traces and guests, records) each stage has read, and stops at the first violation,
with its seed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

import stages
import streams

# How often each stage runs; stages that are fast per line get more lines.
STAGES = (
    *(stages.parser, stages.checker, stages.parser, stages.checker, stages.formatter, stages.fixer),
    *(stages.configuration, stages.patterns, stages.patch),
    *(streams.documents, streams.traces, streams.logs, streams.receiver),
)
NAMES = tuple(dict.fromkeys(stage.__name__ for stage in STAGES))


def run(lines: int, seed: int, names: tuple[str, ...] = NAMES, report: float = 0) -> Counter[str]:
    """Run at least this many lines; returns each stage's number. Raises whatever a stage wrongly raises."""
    done: Counter[str] = Counter()
    turns = [stage for stage in STAGES if stage.__name__ in names]
    number = total = 0
    began = last = time.monotonic()
    while total < lines:
        stage = turns[number % len(turns)]
        try:
            made = stage(random.Random(f"{seed} {number}"))
        except Exception as error:
            raise AssertionError(f"{stage.__name__} of Random('{seed} {number}'): {error!r}") from error
        done[stage.__name__] += made
        total += made
        number += 1
        if report and time.monotonic() - last > report:
            last = time.monotonic()
            print(f"{total:,} lines in {last - began:.0f} s: {dict(done)}", flush=True)
    return done


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stages", default=",".join(NAMES), help=f"of {', '.join(NAMES)}")
    parser.add_argument("--report", type=float, default=60, help="seconds between reports")
    options = parser.parse_args()
    began = time.monotonic()
    done = run(options.lines, options.seed, tuple(options.stages.split(",")), options.report)
    print(f"{sum(done.values()):,} lines in {time.monotonic() - began:.0f} s: {dict(done)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
