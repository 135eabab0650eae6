"""A page on the data models: the table that the format rules and `tesc decode` use."""

from __future__ import annotations

from tesc.config.settings import PROFILES
from tesc.syntax.data_models import MODELS

_HEAD = """\
# Data models

C's types differ between targets, and so do the conversions that print them. `uint64_t` is `unsigned long` on
64-bit Linux and `unsigned long long` on macOS, although `long` has 64 bits there too: `%zu` prints it on
Linux, and the compiler rejects that on macOS. [TE401](../rules/TE401.md) reports what no target of a project
prints correctly, [TE404](../rules/TE404.md) what only some do. `data-models` in the
[configuration](configuration.md) and `--data-model` select the targets; the default is that of the
[profile](profiles.md).

`tesc decode --data-model` prints a trace as the traced program's target would: `%lx` prints a `long` of -1 as
`ffffffff` if `long` has 32 bits.

| name | targets | `long` | address | `int32_t` | `int64_t` | `intmax_t` | `intptr_t`, `ssize_t` | profiles |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""
_MACROS = """
What `%` followed by a macro of `<inttypes.h>` expands to, with the letter `x`:

| name | {sizes} |
| --- |{rules}|
"""
_TAIL = """
Tests compare these tables with gcc, clang and, where available, the headers of C libraries: glibc 2.36, musl
1.2.3, mingw-w64 10, newlib 3.3 and picolibc 1.8. The values for Apple, OpenBSD and Emscripten come from
reading their headers. If nothing but gcc's own `<stdint.h>` was included before it, newlib's `<inttypes.h>`
defines no 64-bit macros, and a 32-bit `PRIxMAX` (newlib 3.3, gcc 12); include `<sys/types.h>` or `<stdio.h>`
first.
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
