"""POST /close-query: end a push query."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rowtime.errors import KsqlError
from rowtime.ksql.endpoints.common import service_of
from rowtime.ksql.errors import error_response, generic
from rowtime.ksql.requests import read_json


async def post(request: Request) -> Response:
    try:
        body = await read_json(request)
    except KsqlError as e:
        return error_response(e)
    query_id = body.get("queryId")
    if not isinstance(query_id, str):
        return generic('Invalid JSON in request: "queryId" is missing')
    if not await service_of(request).close_push(query_id):
        return generic(f"No query with id {query_id}")
    return Response()
