"""Whether units are what their files say."""

from __future__ import annotations

from tesc.analysis.check import check
from tesc.analysis.registry import selected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tesc.analysis.diagnostic import Diagnostic
    from tesc.config.settings import Settings
    from tesc.syntax.source import Source
    from tesc.units.unit import Unit

# Syntax, and directives.
_FATAL = ("TE001", "TE003", "TE004", "TE005", "TE307", "TE410", "TE5")
_HARMLESS = ("TE504",)


def mistakes(units: Sequence[Unit], settings: Mapping[Source, Settings]) -> list[Diagnostic]:
    """What keeps units from being all that their files say; nothing where they are whole."""
    found = check(units, selected(_FATAL, _HARMLESS), settings, {})
    return [diagnostic for diagnostic in found if diagnostic.severity == "error"]
