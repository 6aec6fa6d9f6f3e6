"""Small things several endpoints need."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rowtime.ksql.errors import GenericError, error_body
from rowtime.ksql.service import Service


def service_of(request: Request) -> Service:
    return request.app.state.service


def not_acceptable(request: Request) -> Response:
    accept = request.headers.get("accept", "")
    e = GenericError(f"HTTP 406: none of the content types of {request.url.path} fits Accept: {accept}", code=40600)
    return JSONResponse(error_body(e), status_code=406)
