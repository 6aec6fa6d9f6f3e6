"""POST /query and /query-stream: SELECT (pull and push) and PRINT."""

from __future__ import annotations

import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from rowtime.errors import KsqlError, ParseError, StatementError
from rowtime.ksql import media, pull_rules, row_formats
from rowtime.ksql.backend import PullResult
from rowtime.ksql.endpoints.common import not_acceptable, service_of
from rowtime.ksql.errors import GenericError, error_body, error_response, of_statement
from rowtime.ksql.print_topic import print_topic
from rowtime.ksql.requests import SqlRequest, read_sql
from rowtime.ksql.service import RunningPush, Service
from rowtime.sql import ast
from rowtime.sql.format import format_expression
from rowtime.sql.parser import ParsedStatement

log = logging.getLogger("rowtime.ksql")
Formats = Mapping[str, type[row_formats.RowFormat]]

QUERY: Formats = {
    media.DELIMITED: row_formats.Delimited, media.V1: row_formats.V1, media.JSON: row_formats.V1AsJson,
}  # fmt: skip
QUERY_STREAM: Formats = {
    media.DELIMITED: row_formats.Delimited, media.V1: row_formats.V1, media.JSON: row_formats.JsonArray,
}  # fmt: skip
SCAN = "ksql.query.pull.table.scan.enabled"
CHUNK = 500
"""Rows of a pull query that go out at a time."""


def endpoint(formats: Formats, text_field: str, properties_field: str) -> Callable[[Request], Awaitable[Response]]:
    async def post(request: Request) -> Response:
        accepted = media.negotiate(request.headers.get("accept"), tuple(formats))
        if accepted is None:
            return not_acceptable(request)
        try:
            asked = await read_sql(request, text_field, properties_field)
            return await answer(service_of(request), asked, formats[accepted])
        except KsqlError as e:
            return error_response(e)

    return post


async def answer(service: Service, asked: SqlRequest, row_format: type[row_formats.RowFormat]) -> Response:
    parsed = only_statement(service, asked)
    try:
        if isinstance(parsed.statement, ast.PrintTopic):
            lines = await print_topic(service.engine, parsed.statement)
            return StreamingResponse(lines, media_type=row_format.media_type)
        if not isinstance(parsed.statement, ast.QueryStatement):
            message = "Only SELECT and PRINT can be sent to this endpoint; send others to /ksql"
            raise StatementError(message, parsed.text)
        if parsed.statement.query.emit is None:
            return await pull(service, parsed, asked.properties, row_format)
        return await push(service, parsed, asked.properties, row_format)
    except KsqlError as e:
        raise of_statement(e, parsed.text) from e


def only_statement(service: Service, asked: SqlRequest) -> ParsedStatement:
    try:
        statements = service.parse(asked)
    except ParseError as e:
        raise StatementError(f"{e.message}\nStatement: {asked.sql}", asked.sql, code=e.code) from e
    if len(statements) != 1:
        raise GenericError(f"Expected exactly one KSQL statement; found {len(statements)} instead")
    return statements[0]


# ---------------------------------------------------------------- pull
async def pull(
    service: Service, parsed: ParsedStatement, properties: Mapping[str, object], row_format: type[row_formats.RowFormat]
) -> Response:
    assert isinstance(parsed.statement, ast.QueryStatement)
    query = parsed.statement.query
    on_stream = _check_pull(service, query, properties)
    result = await _pull(service, query, properties)
    query_id = f"transient_{query.source.name}_{random.getrandbits(63)}" if on_stream else f"query_{service.now_ms()}"
    out = row_format(query_id, result.columns)
    final = "Query Completed" if on_stream else None
    return StreamingResponse(_pulled(out, result.rows, final), media_type=out.media_type)


def _check_pull(service: Service, query: ast.Query, properties: Mapping[str, object]) -> bool:
    """Whether it reads a stream; KsqlError where ksqlDB refuses it."""
    source = service.engine.metastore.get(query.source.name)
    if source is None or query.joins:
        return False
    if source.is_table:
        scan = properties.get(SCAN, service.engine.config.get(SCAN, True))
        pull_rules.check(query, source, str(scan).lower() != "false")
    return not source.is_table


async def _pull(service: Service, query: ast.Query, properties: Mapping[str, object]) -> PullResult:
    """Errors in WHERE show the condition."""
    try:
        return await service.engine.pull(query, properties)
    except KsqlError as e:
        if query.where is None or not e.message.startswith("Error in WHERE") or "\nStatement: " in e.message:
            raise
        raise KsqlError(f"{e.message}\nStatement: {format_expression(query.where)}", code=e.code) from e


async def _pulled(
    out: row_formats.RowFormat, rows: Sequence[tuple[Any, ...]], final: str | None
) -> AsyncIterator[bytes]:
    head = out.header()
    for start in range(0, len(rows), CHUNK):
        yield (head + out.rows((row, False) for row in rows[start : start + CHUNK])).encode()
        head = ""
    yield (head + out.end(final)).encode()


# ---------------------------------------------------------------- push
async def push(
    service: Service, parsed: ParsedStatement, properties: Mapping[str, object], row_format: type[row_formats.RowFormat]
) -> Response:
    assert isinstance(parsed.statement, ast.QueryStatement)
    query = await service.engine.push(parsed.statement.query, properties)
    service.push_queries[query.id] = RunningPush(query, parsed.text)
    final = "Limit Reached" if parsed.statement.query.limit is not None else None
    out = row_format(query.id, query.columns)
    return StreamingResponse(_pushed(service, query, out, final), media_type=out.media_type)


def _in_flight(e: Exception, query_id: str) -> KsqlError:
    """What a client is told when its query fails after the first row."""
    if isinstance(e, KsqlError):
        return e
    log.error("push query %s failed", query_id, exc_info=e)
    return GenericError(f"{type(e).__name__}: {e}", code=50000)


async def _pushed(
    service: Service, query: Any, out: row_formats.RowFormat, final: str | None
) -> AsyncIterator[bytes]:
    try:
        yield out.header().encode()
        try:
            async for batch in query:
                text = out.rows(batch)
                if text:
                    yield text.encode()
        except Exception as e:
            yield out.error(error_body(_in_flight(e, query.id))).encode()
            final = None
        yield out.end(final).encode()
    finally:
        service.push_queries.pop(query.id, None)
        await query.close()
