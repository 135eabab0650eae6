"""One module for each feature of the language server; each registers its handlers."""

from __future__ import annotations

import pkgutil
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tesc.lsp.server import Server


def register_all(server: Server) -> None:
    """Register the handlers of every feature: modules with a function `register`."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}").register(server)
