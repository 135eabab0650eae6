"""The settings that checking asks, and the profiles that they start from."""

from __future__ import annotations

import os

from tesc.records import record, replace

# Tracers' own limits allow ten (LTTng-UST's macros); a guest's record holds six.
_QEMU_MAX_ARGS = 10
_MAX_ARGS = 6

DATA_MODELS = ("lp64", "ilp32", "llp64")


@record
class Settings:
    """How a file is checked.

    `max_args` caps the arguments of an event, `data_models` are those that formats are checked
    for, `types` are words that a project allows in types beside the standard ones, and
    `exclusive` holds sets of folders whose events are never linked into one program.
    """

    profile: str = "default"
    max_args: int = _MAX_ARGS
    data_models: tuple[str, ...] = ("lp64", "ilp32")
    types: frozenset[str] = frozenset()
    exclusive: tuple[tuple[str, ...], ...] = ()


PROFILES = {
    "default": Settings(),
    "classic": Settings(profile="classic"),
    # QEMU has no 32-bit hosts any more, Windows stays; its two user-mode emulators never meet.
    "qemu": Settings(
        profile="qemu",
        max_args=_QEMU_MAX_ARGS,
        data_models=("lp64", "llp64"),
        exclusive=(("bsd-user", "linux-user"),),
    ),
}


def profile_at(path: str) -> str:
    """The profile of a file without any configuration: `qemu` inside a QEMU checkout.

    That is where a folder above it holds scripts/tracetool.py.
    """
    folder = os.path.dirname(os.path.abspath(path))
    while True:
        if os.path.isfile(os.path.join(folder, "scripts", "tracetool.py")):
            return "qemu"
        parent = os.path.dirname(folder)
        if parent == folder:
            return "default"
        folder = parent


def settings_at(path: str, profile: str | None = None, max_args: int | None = None) -> Settings:
    """The settings of a file; what is given overrides what is found."""
    settings = PROFILES[profile or profile_at(path)]
    return settings if max_args is None else replace(settings, max_args=max_args)
