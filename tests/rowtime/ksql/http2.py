"""A client of clear-text HTTP/2."""

from __future__ import annotations

import socket

import h2.config
import h2.connection
import h2.events


class Http2:
    """One request over clear-text HTTP/2 with prior knowledge."""

    def __init__(self, address: str):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        self.connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.connection.initiate_connection()
        self.authority = address

    def request(self, path: str, chunks: list[bytes], end: bool = True) -> str:
        headers = [(":method", "POST"), (":path", path), (":authority", self.authority), (":scheme", "http")]
        self.connection.send_headers(1, headers)
        for chunk in chunks:
            self.connection.send_data(1, chunk)
        self.connection.end_stream(1)
        self.socket.sendall(self.connection.data_to_send())
        body = b""
        while True:
            for event in self.connection.receive_data(self.socket.recv(65536)):
                if isinstance(event, h2.events.DataReceived):
                    body += event.data
                if isinstance(event, h2.events.StreamEnded):
                    return body.decode()
            self.socket.sendall(self.connection.data_to_send())
