"""One call of each event with extreme values: the log agrees with the trace.

Always with some events; with every twentieth file of a QEMU checkout, and in nightly runs with all.
"""

from __future__ import annotations

import pytest

from tesc.file_settings import Overrides
from tesc.files import find_files
from tesc.trace.events import Catalogue
from tesc.trace.inverse import doubts
from tesc.workspace import Workspace
from tests.e2e.generated_calls import compared

EVENTS = """\
plain(void)
numbers(int a, unsigned b, int64_t c, uint64_t d) "%d %u %" PRId64 "/%" PRIu64
narrow(int8_t a, uint8_t b, int16_t c, uint16_t d, bool e) "a=%d b=%u c=%d d=0x%x e=%d"
wide(long a, unsigned long b, long long c, size_t d, ssize_t e) "%ld %lu %lld %zu %zd"
hexadecimal(uint32_t a, uint64_t b, int c) "0x%08x 0x%016" PRIx64 " %#x"
padded(int a, int b, const char *c) "[%8d] [%-8d] [%-12s]"
octal(unsigned a, unsigned b) "0%o %X"
address(void *a, const void *b, unsigned long c) "%p (%p) %lx"
text(const char *a, int b) "%s: %d"
texts(const char *a, const char *b, unsigned c) "name='%s' path='%s' flags 0x%x"
last(uint8_t a, const char *b) "%u %s"
percent(int a) "100%% of %d%%"
doubtful(const char *a, const char *b) "%s%s"
unprinted(int a, int b) "%d"
cut(uint64_t a) "%d"
measured(int width, uint64_t a) "0x%0*" PRIx64
"""


def of_files(files, profile=None):
    """The events of files, each name once, and the events whose formats TE436 reports."""
    workspace = Workspace(Overrides(profile=profile))
    for file in files:
        workspace.add_file(str(file))
    workspace.resolve()
    events = {event.name: event for unit in workspace.units for event in unit.events}
    known = [event for unit in workspace.units for event in Catalogue(unit).events]
    doubtful = {one.name for one in known if doubts(one.format, one.kinds, one.model)}
    return list(events.values()), doubtful


def check(found, doubtful, most_unsure):
    assert found.wrong == {}
    # Unless the format itself is ambiguous, this is rare: a text contains what the format prints after it.
    plainly = {name: said for name, said in found.unsure.items() if name not in doubtful}
    assert len(plainly) <= found.calls * 0.001 + 1, plainly
    assert len(found.unsure) <= most_unsure


@pytest.mark.parametrize("seed", range(3))
def test_some(need, tmp_path, seed):
    (tmp_path / "trace-events").write_text(EVENTS)
    events, doubtful = of_files([tmp_path / "trace-events"])
    assert doubtful == {"doubtful", "unprinted", "cut", "measured"}
    found = compared(events, tmp_path, need("gcc", "gcc"), seed)
    check(found, doubtful, 5)
    assert found.calls == len(events) == EVENTS.count("\n")
    assert {"unprinted", "cut"} <= set(found.unsure)


def test_qemu(need, qemu_tree, tmp_path, request):
    nightly = request.config.getoption("nightly")
    files = sorted(find_files(str(qemu_tree)))[:: 1 if nightly else 20]
    events, doubtful = of_files(files, "qemu")
    for seed in range(3 if nightly else 1):
        folder = tmp_path / str(seed)
        folder.mkdir()
        found = compared(events, folder, need("gcc", "gcc"), seed)
        # printf leaves these open: `%s%s`, widths, all but one byte of an argument of `%c`.
        check(found, doubtful, found.calls // 100)
        print(f"{found.calls} events, {len(found.unsure)} not surely read, {len(found.wrong)} wrong")
