"""/healthz, /readyz and /metrics on a thread of their own."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from scoring.errors import ConfigError


class Page(Protocol):
    """text: what /metrics shows. not_ready: why not, empty where ready."""

    @property
    def not_ready(self) -> str: ...

    def text(self) -> str: ...


class HealthServer:
    """Serves until closed. address: HOST:PORT; port 0 picks a free one, `port` says which."""

    def __init__(self, address: str, metrics: Page) -> None:
        host, _, port = address.rpartition(":")
        handler = type("Handler", (_Handler,), {"metrics": metrics})
        try:
            self._server = ThreadingHTTPServer((host, int(port)), handler)
        except OSError as error:
            raise ConfigError([f"http: cannot listen on {address} ({error.strerror or error})"]) from error
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    metrics: Page

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self._answer(200, "ok\n")
        elif self.path == "/readyz":
            reason = self.metrics.not_ready
            self._answer(503 if reason else 200, f"{reason or 'ready'}\n")
        elif self.path == "/metrics":
            self._answer(200, self.metrics.text(), "text/plain; version=0.0.4; charset=utf-8")
        else:
            self._answer(404, "try /healthz, /readyz or /metrics\n")

    def _answer(self, status: int, text: str, content_type: str = "text/plain; charset=utf-8") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged."""
