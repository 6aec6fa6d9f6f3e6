"""CREATE STREAM, CREATE TABLE, with or without AS SELECT."""

from __future__ import annotations

from typing import Any

from rowtime.ksql.entities import Entity, warning
from rowtime.ksql.session import Session
from rowtime.ksql.statements.handler import CommandHandler, kind_of
from rowtime.sql.parser import ParsedStatement
from rowtime.sql.types import quoted


class CreateHandler(CommandHandler):
    def command_id(self, statement: Any) -> str:
        return f"{kind_of(statement.is_table)}/{quoted(statement.name)}/create"

    async def validate(self, session: Session, parsed: ParsedStatement) -> None:
        session.created.add(parsed.statement.name)  # type: ignore[attr-defined]

    def answer(self, parsed: ParsedStatement, command_id: str, done: Any) -> Entity:
        if done.warning:
            return warning(parsed.text, done.message)
        return super().answer(parsed, command_id, done)
