"""Which event became which: renames between QEMU releases, and properties of any two versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesc.comparison.matching import match
from tesc.syntax.parser import parse
from tesc.syntax.source import Source
from tesc.units.resolve import resolve


def events(text: str, path: str = "trace-events"):
    return resolve([parse(Source(path, text))]).events


def renames(old: str, new: str) -> dict[str, str]:
    return {pair.old.name: pair.new.name for pair in match(events(old), events(new)) if pair.renamed}


CLOCK = """\
{0}_clk_read(uint64_t o, uint32_t v) "o %" PRIx64 " v %x"
{0}_clk_write(uint64_t o, uint32_t v) "o %" PRIx64 " v %x"
"""


IMX = """\
imx_phy_read(uint32_t val, int phy, int reg) "0x%04"PRIx32" <= phy[%d].reg[%d]"
imx_phy_write(uint32_t val, int phy, int reg) "0x%04"PRIx32" => phy[%d].reg[%d]"
imx_phy_update_link(const char *s) "%s"
imx_phy_reset(void) ""
"""
LAN = """\
lan9118_phy_read(uint16_t val, int reg) "[0x%02x] -> 0x%04" PRIx16
lan9118_phy_write(uint16_t val, int reg) "[0x%02x] <- 0x%04" PRIx16
lan9118_phy_update_link(const char *s) "%s"
lan9118_phy_reset(void) ""
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # One word of a device's name changed, in all its events (hw/misc of QEMU 10.0).
        (
            CLOCK.format("npcm7xx"),
            CLOCK.format("npcm"),
            {"npcm7xx_clk_read": "npcm_clk_read", "npcm7xx_clk_write": "npcm_clk_write"},
        ),
        # Words in another order, without parameters to compare (hw/vfio of QEMU 10.1).
        (
            'vfio_put_group(int fd) "fd %d"\n',
            'vfio_group_put(int fd) "fd %d"\n',
            {"vfio_put_group": "vfio_group_put"},
        ),
        # A new event next to a removed one is not a rename.
        (
            'vfio_realize(const char *name, int group) "(%s) group %d"\n',
            'iommufd_cdev_getfd(const char *dev, int devfd) "%s (fd=%d)"\n',
            {},
        ),
        ('a(void) ""\n', 'b(void) ""\n', {}),
        # One parameter was renamed, too (hw/intc of QEMU 8.0).
        (
            'apic_get_irq_delivered(int apic_irq_delivered) "returning coalescing %d"\n',
            'kvm_get_irq_delivered(int irq_delivered) "returning coalescing %d"\n',
            {"apic_get_irq_delivered": "kvm_get_irq_delivered"},
        ),
        # Parameters with other types, one of them renamed, and one more word in the text (9.0).
        (
            'apic_mem_readl(uint64_t addr, uint32_t val)  "0x%"PRIx64" = 0x%08x"\n',
            'apic_register_read(uint8_t reg, uint64_t val) "register 0x%02x = 0x%"PRIx64\n',
            {"apic_mem_readl": "apic_register_read"},
        ),
        # An event without parameters got one (ui of QEMU 9.1).
        (
            'vdagent_send(const char *name) "msg %s"\nvdagent_open(void) ""\n',
            'vdagent_send(const char *name) "msg %s"\nvdagent_fe_open(bool fe_open) "fe_open=%d"\n',
            {"vdagent_open": "vdagent_fe_open"},
        ),
        # Other texts, but the same word was replaced in a whole family (hw/net of QEMU 10.0).
        (
            IMX,
            LAN,
            {f"imx_phy_{n}": f"lan9118_phy_{n}" for n in ("read", "write", "update_link", "reset")},
        ),
    ],
)
def test_renames(old, new, expected):
    assert renames(old, new) == expected


@pytest.mark.parametrize(("there", "renamed"), [("", False), ("i82596_reset(void)\n", True)])
def test_a_source_that_existed_before_has_its_own_events(there, renamed):
    """A device was removed, and another one in the folder is new, or got more events."""
    old = events(
        'mipsnet_write(uint64_t addr, uint64_t v) "write 0x%" PRIx64 " v 0x%" PRIx64 "\\n"\n' + there
    )
    new = events('i82596_ioport_write(uint32_t addr, uint32_t v) "IO write 0x%08x v 0x%08x"\n' + there)
    headings = {"mipsnet_write": "a.c", "i82596_ioport_write": "b.c", "i82596_reset": "b.c"}
    pairs = match(old, new, None, lambda event: headings[event.name])
    assert any(pair.renamed for pair in pairs) is not renamed


def test_an_event_that_moved_to_another_file_is_the_same():
    [pair] = match(events("x(int a)\n", "a/trace-events"), events("x(int a)\n", "b/trace-events"))
    assert pair.old.source.path == "a/trace-events"
    assert pair.new.source.path == "b/trace-events"


def test_of_two_events_with_one_name_each_keeps_its_file():
    old = (*events("x(int a)\n", "a"), *events("x(int b)\n", "b"))
    new = (*events("x(int b)\n", "b"), *events("x(int a)\n", "a"))
    assert [(p.old.source.path, p.new.source.path) for p in match(old, new)] == [("b", "b"), ("a", "a")]


NAMES = st.lists(st.sampled_from(["read", "write", "net", "disk", "done", "start"]), min_size=1, max_size=3)
PARAMETERS = st.sampled_from(["void", "int a", "int a, char *s", "uint64_t addr"])
VERSIONS = st.lists(st.tuples(NAMES.map("_".join), PARAMETERS), max_size=12).map(
    lambda found: "".join(f'{name}({parameters}) "text"\n' for name, parameters in found)
)


@given(VERSIONS, VERSIONS)
def test_each_event_is_in_one_pair(old, new):
    before, after = events(old), events(new)
    pairs = match(before, after)
    assert sorted(id(p.old) for p in pairs if p.old) == sorted(map(id, before))
    assert [id(p.new) for p in pairs if p.new] == [id(event) for event in after]
    assert all(p.old or p.new for p in pairs)


@given(VERSIONS)
def test_a_version_is_itself(text):
    assert all(
        p.old is not None and p.new is not None and not p.renamed for p in match(events(text), events(text))
    )
