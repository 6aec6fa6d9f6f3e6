"""POST /heartbeat and /lag: what servers of a cluster tell each other. This one is alone: it listens and goes on."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rowtime.errors import KsqlError
from rowtime.ksql.errors import error_response
from rowtime.ksql.requests import read_json


async def heartbeat(request: Request) -> Response:
    return await _heard(request, {"isOk": True})


async def lag(request: Request) -> Response:
    return await _heard(request, {"isOk": True})


async def _heard(request: Request, answer: dict[str, bool]) -> Response:
    try:
        await read_json(request)
    except KsqlError as e:
        return error_response(e)
    return JSONResponse(answer)
