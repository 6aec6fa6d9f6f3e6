"""INSERT INTO … SELECT and INSERT INTO … VALUES."""

from __future__ import annotations

from typing import Any

from rowtime.errors import KsqlError, StatementError
from rowtime.ksql.entities import Entity
from rowtime.ksql.session import Session
from rowtime.ksql.statements.handler import CommandHandler, Handler
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement
from rowtime.sql.types import quoted


class InsertIntoHandler(CommandHandler):
    def command_id(self, statement: Any) -> str:
        return f"stream/{quoted(statement.target)}/create"


class InsertValuesHandler(Handler):
    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        try:
            await session.service.engine.insert_values(parsed, session.properties)
        except KsqlError as e:
            code = e.code if isinstance(e, StatementError) else StatementError.code
            text = parsed.text if e.message.startswith("Failed to prepare statement") else masked(parsed.statement)
            raise StatementError(e.message, text, code=code) from e
        return None


def masked(statement: Any) -> str:
    """The statement without its values, as errors show it."""
    assert isinstance(statement, ast.InsertValues)
    columns = f" ({', '.join(map(quoted, statement.columns))})" if statement.columns else ""
    values = ", ".join("'[value]'" for _ in statement.values)
    return f"INSERT INTO {quoted(statement.target)}{columns} VALUES ({values});"
