"""A schema registry for tests: ids and newest versions, over HTTP, with a switch that makes it fail."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class RegistryStub:
    """Serves /schemas/ids/{id} and /subjects/{subject}/versions/latest."""

    def __init__(self) -> None:
        self.schemas: dict[int, str] = {}
        self.subjects: dict[str, int] = {}
        self.failing = False
        self.requests = 0
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, answer = stub.answer(self.path)
                body = json.dumps(answer).encode()
                with contextlib.suppress(ConnectionError):
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def register(self, subject: str, schema: str) -> int:
        identity = len(self.schemas) + 1
        self.schemas[identity] = schema
        self.subjects[subject] = identity
        return identity

    def answer(self, path: str) -> tuple[int, dict[str, object]]:
        self.requests += 1
        parts = path.strip("/").split("/")
        if self.failing:
            return 500, {"error_code": 50001, "message": "told to fail"}
        if parts[:2] == ["schemas", "ids"] and int(parts[2]) in self.schemas:
            return 200, {"schema": self.schemas[int(parts[2])]}
        if parts[0] == "subjects" and parts[1] in self.subjects:
            identity = self.subjects[parts[1]]
            return 200, {"subject": parts[1], "version": 1, "id": identity, "schema": self.schemas[identity]}
        return 404, {"error_code": 40403, "message": "not found"}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
