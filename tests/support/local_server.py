"""A real HTTP server on a free port of this machine, answering as the test says."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from gateways.base import RawRequest, RawResponse

Answerer = Callable[[RawRequest], RawResponse | None]


@dataclass
class LocalServer:
    """Where the server listens and what it has received. An answerer that returns None hangs up."""

    url: str
    received: list[RawRequest] = field(default_factory=list)


@contextmanager
def serve(answer: Answerer, context: ssl.SSLContext | None = None) -> Iterator[LocalServer]:
    """Serve every GET and POST with `answer`, each in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._respond(b"")

        def do_POST(self) -> None:
            self._respond(self.rfile.read(int(self.headers["Content-Length"])))

        def _respond(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            request = RawRequest(self.command, path, query, dict(self.headers), body)
            server.received.append(request)
            response = answer(request)
            if response is None:
                self.close_connection = True
                return
            self.send_response(response.status)
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    if context:
        listener.socket = context.wrap_socket(listener.socket, server_side=True)
    scheme = "https" if context else "http"
    server = LocalServer(f"{scheme}://127.0.0.1:{listener.server_port}")
    threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
