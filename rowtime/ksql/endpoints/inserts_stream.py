"""POST /inserts-stream: rows in as lines, an acknowledgement for each out (HTTP/2 only)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.types import Receive, Scope, Send

from rowtime.errors import KsqlError
from rowtime.ksql import media
from rowtime.ksql.errors import GenericError, error_body, error_response
from rowtime.ksql.literals import literal_of
from rowtime.ksql.requests import parse_json
from rowtime.ksql.service import Service
from rowtime.sql import ast
from rowtime.sql.format import format_statement
from rowtime.sql.parser import ParsedStatement

HTTP2_ONLY = "This endpoint is only available when using HTTP2"


class InsertsStream:
    """An ASGI application of its own: it answers while the request still arrives."""

    def __init__(self, service: Service):
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lines = _lines(receive)
        try:
            if scope["http_version"] != "2":
                raise GenericError(HTTP2_ONLY, code=40004)
            target, properties = self._target(await anext(lines, b""))
        except KsqlError as e:
            return await error_response(e)(scope, receive, send)
        accept = next((v.decode() for k, v in scope["headers"] if k == b"accept"), None)
        accepted = media.negotiate(accept, (media.DELIMITED, media.JSON)) or media.DELIMITED
        await _Answer(send, accepted).run(self, lines, target, properties)

    def _target(self, line: bytes) -> tuple[Any, dict[str, object]]:
        body = parse_json(line)
        name = body.get("target")
        if not isinstance(name, str):
            raise GenericError('Invalid JSON in request: "target" is missing')
        source = self.service.engine.metastore.get(_normalise(name))
        if source is None:
            raise GenericError(f"Cannot insert values into an unknown stream/table: {name}", code=40001)
        return source, dict(body.get("properties") or {})

    async def insert(self, source: Any, line: bytes, properties: dict[str, object]) -> None:
        row = parse_json(line)
        columns = tuple(_normalise(name) for name in row)
        types = {c.name: c.type for c in source.schema}
        values = tuple(literal_of(v, types.get(c)) for c, v in zip(columns, row.values(), strict=True))
        statement = ast.InsertValues(source.name, columns, values)
        parsed = ParsedStatement(format_statement(statement), statement, ast.Position(1, 0))
        await self.service.engine.insert_values(parsed, properties)


def _normalise(name: str) -> str:
    if len(name) > 1 and name[0] == name[-1] == "`":
        return name[1:-1]
    return name.upper()


async def _lines(receive: Receive) -> AsyncIterator[bytes]:
    rest, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return
        more = message.get("more_body", False)
        *lines, rest = (rest + message.get("body", b"")).split(b"\n")
        for line in lines:
            if line.strip():
                yield line
    if rest.strip():
        yield rest


class _Answer:
    def __init__(self, send: Send, media_type: str):
        self.send_message, self.media_type = send, media_type
        self.array = media_type == media.JSON

    async def run(self, endpoint: InsertsStream, lines: AsyncIterator[bytes], source: Any, properties: Any) -> None:
        headers = [(b"content-type", self.media_type.encode())]
        await self.send_message({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send("[" if self.array else "")
        seq = 0
        async for line in lines:
            try:
                await endpoint.insert(source, line, properties)
            except KsqlError as e:
                error = {**error_body(e), "status": "error", "seq": seq}
                await self._item(error, seq)
                break
            await self._item({"status": "ok", "seq": seq}, seq)
            seq += 1
        await self._send("]" if self.array else "", more=False)

    async def _item(self, item: dict[str, Any], seq: int) -> None:
        text = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
        await self._send(("," if seq else "") + text if self.array else text + "\n")

    async def _send(self, text: str, more: bool = True) -> None:
        if text or not more:
            await self.send_message({"type": "http.response.body", "body": text.encode(), "more_body": more})
