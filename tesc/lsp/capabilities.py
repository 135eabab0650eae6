"""What a client says that it can do."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lsprotocol import types as t


def capability(capabilities: t.ClientCapabilities, path: str) -> Any:
    """The value at a path such as `text_document.code_action.data_support`; None where it is not said."""
    found: Any = capabilities
    for name in path.split("."):
        found = getattr(found, name, None)
    return found
