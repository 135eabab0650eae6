"""Serves a trace on the loopback interface, for Perfetto's viewer in a browser on the same machine.

The viewer's pages come from another site, but send nothing there: they fetch the trace from the address in
their own URL. The viewer's Content Security Policy allows that only from port 9001 of 127.0.0.1, and the
browser requires the header that lets a page of another origin read the answer (Perfetto's documentation,
"Deep linking to Perfetto UI").
"""

from __future__ import annotations

import os
import shutil
from http.server import BaseHTTPRequestHandler, HTTPServer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

VIEWER = "https://ui.perfetto.dev"
HOST = "127.0.0.1"
PORT = 9001


class _Handler(BaseHTTPRequestHandler):
    """Answers requests with the trace; its name is the only valid path."""

    server: Server

    def do_GET(self) -> None:
        self._answer(True)

    def do_HEAD(self) -> None:
        self._answer(False)

    def _answer(self, whole: bool) -> None:
        # Rejects other hosts: another site's name could resolve to this address; the viewer uses the IP
        # address.
        hosts = (f"{HOST}:{self.server.server_port}", f"localhost:{self.server.server_port}")
        if self.headers.get("Host") not in hosts or self.path.partition("?")[0] != f"/{self.server.name}":
            self.send_error(404)
            return
        file: BinaryIO
        with open(self.server.path, "rb") as file:
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", self.server.viewer)
            self.send_header("Cache-Control", "no-cache")
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(os.fstat(file.fileno()).st_size))
            self.end_headers()
            if whole:
                try:
                    shutil.copyfileobj(file, self.wfile)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the browser has closed the connection

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


class Server(HTTPServer):
    """Serves one file to a viewer. Creating one raises OSError if the port is taken."""

    def __init__(self, path: str, viewer: str = VIEWER, port: int = PORT) -> None:
        self.path = path
        self.viewer = viewer
        self.name = "trace"
        super().__init__((HOST, port), _Handler)

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        return f"{self.viewer}/#!/?url=http://{HOST}:{self.server_port}/{self.name}"
