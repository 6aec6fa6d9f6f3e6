"""GET /status and /status/{type}/{entity}/{action}."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rowtime.ksql.endpoints.common import service_of
from rowtime.ksql.errors import generic


async def one(request: Request) -> Response:
    parts = request.path_params
    command_id = f"{parts['type']}/{parts['entity']}/{parts['action']}"
    found = service_of(request).statuses.get(command_id)
    return generic(f"Command not found: {command_id}", 40400) if found is None else JSONResponse(found)


async def all_commands(request: Request) -> Response:
    statuses = service_of(request).statuses
    return JSONResponse({"commandStatuses": {i: s["status"] for i, s in statuses.items()}})
