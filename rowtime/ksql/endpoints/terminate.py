"""POST /ksql/terminate: end every query, drop every stream and table, delete the topics that are named."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rowtime.errors import KsqlError
from rowtime.ksql.endpoints.common import service_of
from rowtime.ksql.errors import GenericError, error_response
from rowtime.ksql.requests import SqlRequest, read_json
from rowtime.ksql.service import Service
from rowtime.sql.types import quoted


async def post(request: Request) -> Response:
    service = service_of(request)
    try:
        body = await read_json(request)
        patterns = _patterns(body.get("deleteTopicList", []))
        for query_id in list(service.push_queries):
            await service.close_push(query_id)
        await _run(service, "TERMINATE ALL;")
        await _drop_all(service, patterns)
    except KsqlError as e:
        return error_response(e)
    return JSONResponse([])


def _patterns(given: object) -> list[re.Pattern[str]]:
    if not isinstance(given, list) or not all(isinstance(p, str) for p in given):
        raise GenericError('Invalid JSON in request: "deleteTopicList" must be a list of regular expressions')
    try:
        return [re.compile(p) for p in given]
    except re.error as e:
        raise GenericError(f"Invalid pattern: {e}") from None


async def _drop_all(service: Service, patterns: list[re.Pattern[str]]) -> None:
    """Those that nothing was made from first."""
    store = service.engine.metastore
    while store.sources:
        source = next(s for s in store.sources.values() if not store.children(s.name))
        delete = not source.is_source and any(p.fullmatch(source.topic) for p in patterns)
        kind = "TABLE" if source.is_table else "STREAM"
        await _run(service, f"DROP {kind} {quoted(source.name)}{' DELETE TOPIC' if delete else ''};")


async def _run(service: Service, text: str) -> None:
    _, error = await service.run(SqlRequest(text))
    if error is not None:
        raise error
