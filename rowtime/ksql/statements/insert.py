"""INSERT INTO … SELECT and INSERT INTO … VALUES."""

from __future__ import annotations

from typing import Any

from rowtime.errors import KsqlError
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
    def in_engine(self, session: Session, parsed: ParsedStatement) -> bool:
        return True

    def error(self, parsed: ParsedStatement, e: KsqlError) -> KsqlError:
        if e.message.startswith("Failed to prepare statement"):
            return e
        return super().error(parsed, e)

    def shown(self, parsed: ParsedStatement) -> str:
        return masked(parsed.statement)

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        await session.service.engine.insert_values(parsed, session.properties)
        return None


def masked(statement: Any) -> str:
    """The statement without its values, as errors show it."""
    assert isinstance(statement, ast.InsertValues)
    columns = f" ({', '.join(map(quoted, statement.columns))})" if statement.columns else ""
    values = ", ".join("'[value]'" for _ in statement.values)
    return f"INSERT INTO {quoted(statement.target)}{columns} VALUES ({values});"
