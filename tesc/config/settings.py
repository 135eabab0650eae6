"""The settings for checking and generating, and the profiles with their defaults."""

from __future__ import annotations

import os

from tesc.config.lookup import find_configuration
from tesc.limits import RECORD_ARGUMENTS, TRACER_ARGUMENTS
from tesc.records import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from tesc.config.loading import Configuration

    Compat = Literal["qemu", "fixed"]
    Severity = Literal["error", "warning", "information"]
    # What settings can assign to a rule: a severity, or off.
    Level = Literal["error", "warning", "information", "off"]
    # How a guest sends its events.
    Wire = Literal["frames", "words"]

WIRES: tuple[Wire, ...] = ("frames", "words")


@record
class UnitSettings:
    """Directives from outside for one root file, like those of the command line's options."""

    path: str = ""
    include: tuple[str, ...] = ()
    event_prefix: str = ""
    disable: tuple[str, ...] = ()


@record
class Tapset:
    """A SystemTap tapset to generate: its file name, format, traced program and probe prefix."""

    name: str
    format: str
    binary: str
    probe_prefix: str


@record
class GenerateSettings:
    """What `tesc gen` generates: groups in this order (None: all folders), backends, formats, folder."""

    groups: tuple[str, ...] | None = None
    backends: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    out: str | None = None
    tapsets: tuple[Tapset, ...] = ()


@record
class SpanSettings:
    """Patterns of events that begin and end a span, and the parameters that are its key."""

    name: str
    begin: tuple[str, ...]
    end: tuple[str, ...]
    key: tuple[str, ...] = ()


@record
class Settings:
    """How the files below a folder are checked and generated.

    `root` is the folder of the configuration, empty without one; the paths in `include_path`, `guest_files`,
    `sources` and `units` are absolute. `max_args` limits the arguments of an event, `frame_args` those of an
    event that a guest sends in frames; `wire` is how guests send events, `data_models` are those for which
    formats are checked, `types` are words that the project allows in types in addition to the standard ones.
    `disable` are patterns for every unit; `exclusive` are sets of folders whose events are never linked into
    one program; `exclude` and the first element of each of `per_file_ignores` are patterns of paths below
    `root`. `qemu_release` is a version of QEMU from 4.2 on; empty means the newest.
    """

    profile: str = "default"
    root: str = ""
    max_args: int = RECORD_ARGUMENTS
    frame_args: int = TRACER_ARGUMENTS
    wire: Wire = "frames"
    data_models: tuple[str, ...] = ("lp64", "ilp32")
    types: frozenset[str] = frozenset()
    include_path: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    guest_files: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, Level], ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    compat: Compat = "qemu"
    qemu_release: str = ""
    units: tuple[UnitSettings, ...] = ()
    spans: tuple[SpanSettings, ...] = ()
    generate: GenerateSettings = GenerateSettings()

    @property
    def stable(self) -> str:
        """The settings as text that is the same in every process."""
        return repr(replace(self, types=tuple(sorted(self.types))))

    def unit_of(self, file: str) -> UnitSettings:
        """The directives from outside for a root file."""
        if not self.units:
            return UnitSettings()
        path = os.path.abspath(file)
        return next((unit for unit in self.units if unit.path == path), UnitSettings())

    @property
    def guest_args(self) -> int:
        """The maximum number of arguments of an event that crosses the guest tunnel."""
        return min(self.max_args, RECORD_ARGUMENTS) if self.wire == "words" else self.frame_args

    @property
    def lists_any(self) -> bool:
        """Whether the settings name any file as a root."""
        return bool(self.units or self.guest_files)

    def lists(self, file: str) -> bool:
        """Whether the settings name a file as a root, which it then is even if another file includes it."""
        path = os.path.abspath(file)
        return any(unit.path == path for unit in self.units) or path in self.guest_files

    def crosses(self, file: str) -> bool:
        """Whether the events of a root file cross the guest tunnel."""
        return bool(self.guest_files) and os.path.abspath(file) in self.guest_files


PROFILES = {
    "default": Settings(),
    "classic": Settings(profile="classic", wire="words"),
    # Firmware is built with freestanding compilers, whose uint32_t may be unsigned long.
    "guest": Settings(
        profile="guest",
        max_args=TRACER_ARGUMENTS,
        data_models=("ilp32", "lp64", "newlib", "newlib-clang", "newlib64"),
    ),
    # The data models of QEMU's hosts; only Emscripten has 32 bits. The two user-mode emulators are never
    # linked together.
    "qemu": Settings(
        profile="qemu",
        max_args=TRACER_ARGUMENTS,
        data_models=("lp64", "llp64", "darwin", "openbsd", "wasm32", "wasm64"),
        exclusive=(("bsd-user", "linux-user"),),
    ),
}


def agreed(settings: Settings, max_args: int | None) -> Settings:
    """Settings with consistent limits of arguments; `max_args` is the explicitly set limit, if any.

    That also applies to frames. In profile guest, all events are a guest's.
    """
    if max_args is not None:
        settings = replace(settings, max_args=max_args, frame_args=max_args)
    if settings.profile == "guest" and settings.max_args != settings.guest_args:
        settings = replace(settings, max_args=settings.guest_args)
    return settings


def profile_at(path: str) -> str:
    """The profile of a file without any configuration: `qemu` inside a QEMU checkout.

    That is the case if a folder above it contains scripts/tracetool.py.
    """
    folder = os.path.dirname(os.path.abspath(path))
    while True:
        if os.path.isfile(os.path.join(folder, "scripts", "tracetool.py")):
            return "qemu"
        parent = os.path.dirname(folder)
        if parent == folder:
            return "default"
        folder = parent


def settings_at(path: str, profile: str | None = None) -> Settings:
    """The settings of a file; `profile` overrides the one that is found.

    Raises BadConfiguration if the configuration above the file is invalid.
    """
    return settings_with(configuration_at(path), path, profile)


def settings_with(configuration: Configuration | None, path: str, profile: str | None = None) -> Settings:
    """The settings of a file with the given configuration."""
    if configuration is None:
        return PROFILES[profile or profile_at(path)]
    from tesc.config.merging import settings_from

    return settings_from(configuration, path, profile)


def configuration_at(path: str) -> Configuration | None:
    """The configuration nearest above a file. Raises BadConfiguration if it is invalid."""
    file = find_configuration(path)
    if file is None:
        return None
    # Most projects have no configuration, and then need not import the modules that read one.
    from tesc.config.errors import BadConfiguration
    from tesc.config.loading import link_elsewhere, load
    from tesc.files import leads_out

    try:
        return load(file)
    except BadConfiguration:
        if leads_out(file, os.path.dirname(file)):
            raise link_elsewhere(file) from None
        raise
