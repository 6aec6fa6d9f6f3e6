from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest
from starlette.types import ASGIApp, Message

JSON = "application/vnd.schemaregistry.v1+json"


class Answer(NamedTuple):
    status: int
    content_type: str
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


Call = Callable[..., Awaitable[Answer]]


async def _call(app: ASGIApp, method: str, target: str, body: Any = None, content_type: str = JSON) -> Answer:
    path, _, query = target.partition("?")
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(content)).encode())]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
             "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
             "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8081)}
    await app(scope, receive, send)
    found = dict(sent[0]["headers"])
    text = b"".join(message.get("body", b"") for message in sent[1:]).decode()
    return Answer(sent[0]["status"], found.get(b"content-type", b"").decode(), text)


@pytest.fixture
def call() -> Call:
    """await call(app, method, path, body): one HTTP request to an ASGI application."""
    return _call


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
