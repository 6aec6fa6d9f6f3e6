"""HTTPS with a certificate of a private authority and basic auth in front of a plain HTTP server."""

from __future__ import annotations

import base64
import http.client
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import trustme


class Authority:
    """A certificate authority of one test; `ca` is the PEM file that clients have to trust."""

    def __init__(self, directory: Path) -> None:
        self._made, self.directory = trustme.CA(), directory
        self.ca = directory / "ca.pem"
        self._made.cert_pem.write_to_path(str(self.ca))

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._made.issue_cert("127.0.0.1").configure_cert(context)
        return context

    def key_and_certificates(self, name: str = "127.0.0.1") -> Path:
        """One PEM file with the private key and the chain, as Kafka's PEM key stores take it."""
        file = self.directory / "server.pem"
        self._made.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(str(file))
        return file


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that do not trust the certificate hang up, which is no fault of the server."""


class SecuredProxy:
    """Passes on what carries the right user and password; answers 401 to everything else."""

    def __init__(self, upstream: str, user: str, password: str, authority: Authority) -> None:
        self._host = urlsplit(upstream).netloc
        self._wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.refused = self.passed = 0
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._server.socket = authority.server_context().wrap_socket(self._server.socket, server_side=True,
                                                                     do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        """Status, content type and body of the server behind."""
        if headers.get("Authorization") != self._wanted:
            self.refused += 1
            return 401, "application/json", b'{"error_code": 401, "message": "Unauthorized"}'
        self.passed += 1
        kept = {name: value for name, value in headers.items() if name in ("Accept", "Content-Type")}
        connection = http.client.HTTPConnection(self._host, timeout=60)
        connection.request(method, path, body or None, kept)
        response = connection.getresponse()
        found = response.status, response.headers.get("Content-Type") or "text/plain", response.read()
        connection.close()
        return found

    def _handler(proxy) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                return

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, kind, answer = proxy.answer(self.command, self.path, dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_PUT = do_DELETE = do_GET

        return Handler
