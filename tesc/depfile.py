"""Dependency files in make's format, which ninja reads too."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def rule(outputs: Sequence[str], inputs: Sequence[str]) -> str:
    """The text of a rule by which the outputs depend on the inputs. Raises Unwritable."""
    targets = " ".join(_escaped(path) for path in outputs)
    sources = "".join(f" \\\n {_escaped(path)}" for path in dict.fromkeys(inputs))
    # Without a rule of its own, a removed input would stop make.
    phony = "".join(f"\n{_escaped(path)}:\n" for path in dict.fromkeys(inputs))
    return f"{targets}:{sources}\n{phony}"


class Unwritable(Exception):
    """A path for which make and ninja have no common spelling; the message shows it."""


# What make reads as a pattern, list, variable or order-only separator, or ninja as the end of a name.
_UNWRITABLE = re.compile(r"""[\x00-\x1f\x7f;|*?\[\]<>^`%='"&]|\\:|[(].*[)]$""")


def check(paths: Iterable[str]) -> None:
    """Raise Unwritable for the first path that a rule cannot contain."""
    for path in paths:
        _escaped(path)


def _escaped(path: str) -> str:
    """The depfile escaping of a path, which both make and ninja can read. Raises Unwritable.

    ninja removes make's escapes before spaces, `#`, `:` and `$`, and no others; it accepts quotes and `&`
    only from 1.12 on (depfile_parser.in.cc; GNU make's manual, 4.2 and 4.3).
    """
    wrong = _UNWRITABLE.search(path)
    if wrong:
        raise Unwritable(f"{path}: no rule for make and ninja can hold '{wrong[0]}' in a name")
    if path.startswith("~"):
        path = f"./{path}"  # make would look for a home directory
    made = re.sub(r"(\\*)([ #:])", lambda match: f"{match[1] * 2}\\{match[2]}", path)
    return made.replace("$", "$$")
