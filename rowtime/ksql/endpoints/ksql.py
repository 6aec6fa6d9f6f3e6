"""POST /ksql: statements in, entities out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rowtime.errors import KsqlError
from rowtime.ksql import media
from rowtime.ksql.endpoints.common import not_acceptable, service_of
from rowtime.ksql.errors import error_response
from rowtime.ksql.requests import read_sql


async def post(request: Request) -> Response:
    accepted = media.negotiate(request.headers.get("accept"), (media.JSON, media.V1))
    if accepted is None:
        return not_acceptable(request)
    try:
        asked = await read_sql(request)
    except KsqlError as e:
        return error_response(e)
    entities, error = await service_of(request).run(asked)
    if error is not None:
        return error_response(error, entities)
    return JSONResponse(entities, media_type=accepted)
