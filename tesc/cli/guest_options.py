"""Options for reading a guest's stream, shared by `tesc guest receive`, `decode` and `query`."""

from __future__ import annotations

from tesc.cli.terminal import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from tesc.trace.guest import GuestTrace
    from tesc.wire.packet import TextAt
    from tesc.wire.schema import WireSchema

# The options' names after parsing.
NAMES = ("elf", "firmware", "go_on")


def add_guest_options(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Add the options, which `guest_of` reads."""
    parser.add_argument(
        "--elf",
        metavar="FIRMWARE[@OFFSET]",
        help="look up strings in this program that the guest sent only by address; OFFSET is how far the "
        "firmware was moved when it was loaded",
    )
    parser.add_argument(
        "--firmware",
        metavar="FILE",
        help="the events file that the guest was built from, to show how its declarations differ",
    )
    parser.add_argument(
        "--go-on",
        action="store_true",
        help="decode the events of a guest even if its declarations differ",
    )


def guest_of(options: argparse.Namespace) -> GuestTrace | None:
    """How the options say to read a guest's stream; None without --guest.

    Raises Failure.
    """
    if options.guest is None:
        for name in NAMES:
            if getattr(options, name):
                raise Failure(f"--{name.replace('_', '-')} requires --guest")
        return None
    from tesc.trace.guest import GuestTrace

    return GuestTrace(
        prefix=options.guest,
        wire=options.wire,
        text_at=_texts_of(options.elf),
        firmware=_schema_of(options),
        go_on=options.go_on,
    )


def _schema_of(options: argparse.Namespace) -> WireSchema | None:
    """The declarations in the file of --firmware; None without one. Raises Failure."""
    if options.firmware is None:
        return None
    from tesc.cli.overrides import overrides
    from tesc.cli.units import load, refused
    from tesc.units.rejections import rejections
    from tesc.wire.schema import schema_of_range

    if _is_program(options.firmware):
        raise Failure(
            f"{options.firmware}: --firmware takes the events file that the guest was built from, "
            "and --elf the guest's program"
        )
    _, built = load(options.firmware, overrides(options))
    if refused(rejections(built, "decode")):
        raise Failure(f"{options.firmware}: it has errors, so its declarations are unknown")
    return schema_of_range(built, 0)


def _is_program(path: str) -> bool:
    """True if a file is an ELF program; one that cannot be read is reported where it is used."""
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False


def _texts_of(path: str | None) -> TextAt | None:
    """A function that finds text by address in a firmware file, or None; `path` may end with @OFFSET.

    Raises Failure.
    """
    if path is None:
        return None
    from tesc.wire.elf import NoElf, Texts, segments_of

    name, _, offset = path.rpartition("@")
    try:
        moved = int(offset, 0) if name else 0
    except ValueError:
        name, moved = path, 0
    try:
        with open(name or path, "rb") as file:
            return Texts(segments_of(file.read()), moved)
    except OSError as wrong:
        raise Failure(f"{name or path}: {wrong.strerror}") from None
    except NoElf as wrong:
        raise Failure(f"{name or path}: {wrong}") from None
