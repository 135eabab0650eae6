"""Dependency files in make's format, which ninja reads too."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def rule(outputs: Sequence[str], inputs: Sequence[str]) -> str:
    """A rule that says that the outputs depend on the inputs."""
    targets = " ".join(_escaped(path) for path in outputs)
    sources = "".join(f" \\\n {_escaped(path)}" for path in dict.fromkeys(inputs))
    # Without a rule of its own, an input that was removed would stop make.
    phony = "".join(f"\n{_escaped(path)}:\n" for path in dict.fromkeys(inputs))
    return f"{targets}:{sources}\n{phony}"


def _escaped(path: str) -> str:
    """A path as both make and ninja read it."""
    made = path.replace("\\", "\\\\") if "\\ " in path or "\\#" in path else path
    return made.replace("$", "$$").replace(" ", "\\ ").replace("#", "\\#")
