"""GET /is_valid_property/{name}."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rowtime.ksql.errors import generic
from rowtime.ksql.settings import SERVER

_FIXED = {s.name for s in SERVER if not s.editable and s.name.startswith("ksql.")}


async def get(request: Request) -> Response:
    name = request.path_params["name"]
    if name in _FIXED:
        return generic(f"One or more properties overrides set locally are prohibited by the KSQL server: {name}")
    return JSONResponse(True)
