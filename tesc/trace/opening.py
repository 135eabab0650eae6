"""Opens traces of any kind."""

from __future__ import annotations

from tesc.trace.errors import Broken, Unusable
from tesc.trace.following import Discontinued
from tesc.trace.input import TraceInput
from tesc.trace.layout import HEADER_BYTES, HEADER_ID, LOG, PayloadLayout, headed_layout, headless_layout
from tesc.trace.reader import RecordReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.trace.events import Catalogue
    from tesc.trace.guest import GuestTrace


def open_reader(
    path: str,
    catalogue: Catalogue,
    guest: GuestTrace | None = None,
    headless: bool = False,
    follow: bool = False,
) -> RecordReader:
    """Open a trace. Raises OSError, and Unusable if nothing in it can be read.

    A file without a simpletrace header is the stream of the `guest` or, with `headless`, records whose IDs
    are positions in the events file.
    """
    source = TraceInput(path, follow)
    try:
        layout = _layout(source, guest, headless, catalogue)
        if layout == LOG:
            from tesc.trace.logs import LogReader

            log = LogReader(source, catalogue)
            # A log may begin with gigabytes of other lines, but a short file is checked completely. Of a pipe
            # only the beginning has been read.
            whole = source.file_size is not None and not follow and len(source.data) < source.chunk
            if whole and not log.has_event():
                raise Unusable(_no_trace(source, catalogue))
            return log
        if not layout.named and not catalogue.whole:
            raise Unusable(f"{source.path}: its IDs are positions in {catalogue.path}, which has errors")
        source.at = layout.start
        if layout.version is None:
            assert guest is not None
            from tesc.trace.guest_input import GuestInput

            source = GuestInput(source, catalogue, guest)
        return RecordReader(source, layout, catalogue)
    except BaseException:
        source.close()
        raise


def _layout(
    source: TraceInput, guest: GuestTrace | None, headless: bool, catalogue: Catalogue
) -> PayloadLayout:
    try:
        # A log that is followed may have only a short line yet.
        line = source.follows and guest is None and not headless
        source.more(1 if line else HEADER_BYTES)
        if len(source.data) < HEADER_BYTES and source.data[:1] == HEADER_ID.to_bytes(8, "little")[:1]:
            source.more(HEADER_BYTES)
        layout = headed_layout(source.data)
        if layout is not None and len(source.data) < layout.start and not source.more(layout.start):
            raise Unusable("byte 0: the file ends within its header")
    except Unusable as error:
        raise Unusable(f"{source.path}: {error}") from None
    except Broken as broken:
        raise Unusable(f"{source.path}: {broken}") from None
    except Discontinued as gone:
        raise Unusable(f"{source.path}: {gone}") from None
    if source.interrupted:
        raise KeyboardInterrupt
    if layout is not None:
        return layout
    if guest is not None:
        return PayloadLayout("<", None, 0)
    if headless:
        return headless_layout(source.data)
    if not source.data:
        raise Unusable(f"{source.path}: byte 0: the file is empty, without even a header")
    from tesc.trace.logs import looks_like_log

    if looks_like_log(source.data):
        return LOG
    raise Unusable(_no_trace(source, catalogue))


def _no_trace(source: TraceInput, catalogue: Catalogue) -> str:
    return (
        f"{source.path}: byte 0: not a simpletrace file (it does not begin with a header), and "
        f"not a log (no line is an event of {catalogue.path}); --guest reads a guest's stream, "
        "--no-header records without a header"
    )
