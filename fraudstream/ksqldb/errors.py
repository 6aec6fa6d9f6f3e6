"""What ksqlDB refused, as one exception with the server's own message, code, statement and position."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fraudstream.errors import UserError

_POSITION = re.compile(r"\b[Ll]ine:? (\d+)(?::|, [Cc]ol(?:umn)?: )(\d+)")


class KsqlDbError(UserError):
    """A request that ksqlDB refused, or that could not reach it.

    code is ksqlDB's error_code (HTTP status × 100 + n; 0 when no answer came); line and column count from 1 within
    statement, and are None where the server did not say.
    """

    def __init__(self, message: str, code: int = 0, statement: str = ""):
        super().__init__(message)
        self.message, self.code, self.statement = message, code, statement
        self.line, self.column = position(message)

    @classmethod
    def from_body(cls, body: Mapping[str, Any], status: int, statement: str = "") -> KsqlDbError:
        """From the JSON of an error answer (generic_error, statement_error) or of an error in flight."""
        message = str(body.get("message") or f"ksqlDB answered HTTP {status}")
        code = int(body.get("error_code") or status * 100)
        return cls(message, code, str(body.get("statementText") or statement))


class KsqlDbUnreachable(KsqlDbError):
    """No answer came: connection refused, reset or timed out."""


def position(message: str) -> tuple[int | None, int | None]:
    """Line and column (both from 1) out of a server's message, which writes `line 1:29` or `Line: 1, Col: 73`."""
    found = _POSITION.search(message)
    return (int(found.group(1)), int(found.group(2))) if found else (None, None)
