"""Errors as JSON: @type generic_error and statement_error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import JSONResponse

from rowtime.errors import KsqlError, StatementError

NOT_QUERY = (
    "The following statement types should be issued to the websocket endpoint '/query':\n\t* PRINT\n\t* SELECT"
)


class GenericError(KsqlError):
    """About the request or the server, not about one statement."""


def error_body(e: KsqlError, entities: Sequence[Any] = ()) -> dict[str, Any]:
    if isinstance(e, StatementError):
        return {
            "@type": "statement_error", "error_code": e.code, "message": e.message,
            "statementText": e.statement, "entities": list(entities),
        }  # fmt: skip
    return {"@type": "generic_error", "error_code": e.code, "message": e.message}


def error_response(e: KsqlError, entities: Sequence[Any] = ()) -> JSONResponse:
    """HTTP status is the error code without its last two digits."""
    return JSONResponse(error_body(e, entities), status_code=e.code // 100)


def generic(message: str, code: int = 40000) -> JSONResponse:
    return error_response(GenericError(message, code=code))


def of_statement(e: KsqlError, text: str) -> KsqlError:
    """The same error, said of a statement unless it already says of which or is about something else."""
    if isinstance(e, GenericError) or (isinstance(e, StatementError) and e.statement):
        return e
    code = e.code if e.code != KsqlError.code else StatementError.code
    return StatementError(e.message, text, code=code)
