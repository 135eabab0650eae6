"""Traces in the Common Trace Format, for babeltrace2, Trace Compass and the like.

A trace is a folder: the file `metadata` describes the layout, generated from the events' declarations, and
each other file is a stream of packets. There is one stream per process, or more if records are not ordered by
time, which a stream requires. `classes` defines what a record of an event consists of, `tsdl` and `metadata2`
write the metadata of versions 1.8 and 2, and `writing` the streams, which are the same in both versions.

Sources: the CTF 1.8.3 and CTF 2 specifications (diamon.org/ctf), and what babeltrace2 2.0.4 and 2.1.1 read.
"""

from __future__ import annotations

VERSIONS = ("1.8", "2")


class Unwritable(Exception):
    """A trace cannot be written; the message says why."""
