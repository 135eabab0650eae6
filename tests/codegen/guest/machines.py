"""The machines for which guest code is compiled and run: little- and big-endian, 32- and 64-bit."""

from __future__ import annotations

# Compiler, its package, its flags; the emulator that runs its programs, and its package.
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
