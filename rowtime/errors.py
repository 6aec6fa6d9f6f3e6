"""Errors that reach a user, each with what ksqlDB's REST API says in its place."""

from __future__ import annotations


class RowtimeError(Exception):
    """Base of all errors of rowtime; str() is one clear message."""


class KsqlError(RowtimeError):
    """A request or statement is refused. `code` is ksqlDB's error code (HTTP status × 100 + n)."""

    code = 40000

    def __init__(self, message: str, *, code: int | None = None):
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class StatementError(KsqlError):
    """A statement is wrong (@type statement_error): its text, and line and column where they are known."""

    code = 40001

    def __init__(self, message: str, statement: str = "", *, line: int | None = None, column: int | None = None,
                 code: int | None = None):
        super().__init__(message, code=code)
        self.statement, self.line, self.column = statement, line, column


class ParseError(StatementError):
    """The text is not SQL that is understood; the message starts with ksqlDB's `line L:C: `."""


class SerdeError(RowtimeError):
    """Bytes that cannot be read, or a value that cannot be written, in a stated format."""
