"""The data models as a page: the table that the format rules and `tesc decode` go by."""

from __future__ import annotations

from tesc.config.settings import PROFILES
from tesc.syntax.data_models import MODELS

_HEAD = """\
# Data models

What the types of C are differs between targets, and so does what prints them. `uint64_t` is `unsigned long`
on 64-bit Linux and `unsigned long long` on macOS, where `long` has 64 bits as well: `%zu` prints it on the
one and is refused on the other. [TE401](../rules/TE401.md) reports what no target of a project prints right,
[TE404](../rules/TE404.md) what some do not. `data-models` in the [configuration](configuration.md) and
`--data-model` say which targets these are; without them, the [profile](profiles.md) does.

`tesc decode --data-model` prints a trace as the traced program's target does: `-1` of a `long` by `%lx` is
`ffffffff` where `long` has 32 bits.

| name | targets | `long` | address | `int32_t` | `int64_t` | `intmax_t` | `intptr_t`, `ssize_t` | profiles |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""
_MACROS = """
`%` before the macros of `<inttypes.h>` becomes, with `x` as the letter:

| name | {sizes} |
| --- |{rules}|
"""
_TAIL = """
Tests compare the table with gcc, clang and, where they can be had, the headers of C libraries: glibc 2.36,
musl 1.2.3, mingw-w64 10, newlib 3.3 and picolibc 1.8. Those of Apple, OpenBSD and Emscripten were read.
newlib's `<inttypes.h>` defines nothing of 64 bits, and a `PRIxMAX` of 32, where gcc's own `<stdint.h>` is
all that was included before it (newlib 3.3, gcc 12); include `<sys/types.h>` or `<stdio.h>` first.
"""
_SIZES = ("8", "16", "32", "64", "MAX", "PTR")


def page() -> str:
    """The page's text."""
    rows = []
    for name, model in MODELS.items():
        profiles = [f"`{profile}`" for profile, settings in PROFILES.items() if name in settings.data_models]
        types = [f"`{model.types[type_]}`" for type_ in ("int32_t", "int64_t", "intmax_t", "intptr_t")]
        cells = [f"`{name}`", model.hosts, str(model.long_bits), str(model.address_bits), *types]
        rows.append(f"| {' | '.join([*cells, ', '.join(profiles)])} |")
    macros = [
        f"| `{name}` | {' | '.join(f'`%{model.lengths[size]}x`' for size in _SIZES)} |"
        for name, model in MODELS.items()
    ]
    head = _MACROS.format(
        sizes=" | ".join(f"PRIx{size}" for size in _SIZES), rules="|".join(" --- " for _ in _SIZES)
    )
    return _HEAD + "\n".join(rows) + "\n" + head + "\n".join(macros) + "\n" + _TAIL
