"""GET /ws/query: a SELECT or PRINT over a websocket, its answer a message a row.

The query string holds `request`: {"ksql": …, "streamsProperties": {…}} as JSON. The first message is the list of
columns, each further one {"row": {"columns": […]}}, the last {"error": "done"}; PRINT sends its lines.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from rowtime.errors import KsqlError
from rowtime.ksql.endpoints.query import only_statement
from rowtime.ksql.entities import fields_info
from rowtime.ksql.errors import GenericError, error_body, of_statement
from rowtime.ksql.json_text import row_encoder
from rowtime.ksql.print_topic import print_topic
from rowtime.ksql.requests import SqlRequest, parse_json, read_body
from rowtime.ksql.service import RunningPush, Service
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement

DONE = '{"error":"done"}'
TRY_AGAIN, PROTOCOL_ERROR = 1013, 1002


async def query(socket: WebSocket) -> None:
    await socket.accept()
    service: Service = socket.app.state.service
    try:
        asked = _asked(socket)
        parsed = only_statement(service, asked)
        try:
            async for text in _messages(service, parsed, asked):
                await socket.send_text(text)
        except KsqlError as e:
            raise of_statement(e, parsed.text) from e
        await socket.close()
    except KsqlError as e:
        await socket.send_text(json.dumps(error_body(e)))
        await socket.close(PROTOCOL_ERROR)
    except WebSocketDisconnect:
        return


def _asked(socket: WebSocket) -> SqlRequest:
    text = socket.query_params.get("request")
    if text is None:
        raise GenericError('The query string lacks "request"')
    return read_body(parse_json(text))


def _messages(service: Service, parsed: ParsedStatement, asked: SqlRequest) -> AsyncIterator[str]:
    statement = parsed.statement
    if isinstance(statement, ast.PrintTopic):
        return _printed(service, statement)
    if not isinstance(statement, ast.QueryStatement):
        raise GenericError("Only SELECT and PRINT can be sent to this endpoint; send others to /ksql")
    if statement.query.emit is None:
        return _pulled(service, statement.query, asked)
    return _pushed(service, parsed, statement.query, asked)


async def _printed(service: Service, statement: ast.PrintTopic) -> AsyncIterator[str]:
    async for line in await print_topic(service.engine, statement):
        yield line.decode()


async def _pulled(service: Service, query: ast.Query, asked: SqlRequest) -> AsyncIterator[str]:
    result = await service.engine.pull(query, asked.properties)
    encode = row_encoder(result.columns)
    yield json.dumps(fields_info(result.columns))
    for row in result.rows:
        yield _row(encode(row))
    yield DONE


async def _pushed(service: Service, parsed: ParsedStatement, query: ast.Query, asked: SqlRequest) -> AsyncIterator[str]:
    push = await service.engine.push(query, asked.properties)
    service.push_queries[push.id] = RunningPush(push, parsed.text)
    encode = row_encoder(push.columns)
    try:
        yield json.dumps(fields_info(push.columns))
        async for batch in push:
            for text in _rows(encode, batch):
                yield text
        yield DONE
    finally:
        service.push_queries.pop(push.id, None)
        await push.close()


def _rows(encode: Any, batch: Sequence[Any]) -> list[str]:
    return [_row(encode(values), ',"tombstone":true' if tombstone else "") for values, tombstone in batch]


def _row(columns: str, mark: str = "") -> str:
    return f'{{"row":{{"columns":{columns}{mark}}}}}'
