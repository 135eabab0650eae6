"""The machines that guests' code is compiled for and runs on: little and big-endian, of 32 and 64 bits."""

from __future__ import annotations

# Compiler, its package, its flags; what runs its programs, and the package of that.
MACHINES = {
    "x86_64": ("gcc", "gcc", ["-m64"], None),
    "i386": ("gcc", "gcc-multilib", ["-m32"], None),
    "clang": ("clang", "clang", [], None),
    "big-endian": (
        "powerpc-linux-gnu-gcc",
        "gcc-powerpc-linux-gnu, with libc6-dev-powerpc-cross",
        ["-static"],
        ("qemu-ppc", "qemu-user"),
    ),
}
