"""A websocket client of a few lines, for tests."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import CloseConnection, Request, TextMessage


def messages(url: str, asked: Any) -> Iterator[Any]:
    """What /ws/query sends, as JSON where it is."""
    host = urlsplit(url)
    connection = WSConnection(ConnectionType.CLIENT)
    with socket.create_connection((host.hostname, host.port), timeout=20) as sock:
        target = f"/ws/query?request={quote(json.dumps(asked))}"
        sock.sendall(connection.send(Request(host=host.netloc, target=target)))
        text = ""
        while True:
            connection.receive_data(sock.recv(65536))
            for event in connection.events():
                if isinstance(event, CloseConnection):
                    return
                if isinstance(event, TextMessage):
                    text += event.data
                    if event.message_finished:
                        yield json.loads(text) if text[:1] in "[{" else text
                        text = ""
