"""TERMINATE."""

from __future__ import annotations

from typing import Any

from rowtime.ksql.entities import Entity
from rowtime.ksql.statements.handler import CommandHandler
from rowtime.sql.parser import ParsedStatement


class TerminateHandler(CommandHandler):
    def command_id(self, statement: Any) -> str:
        return f"terminate/{statement.query_id or 'ALL'}/execute"

    def answer(self, parsed: ParsedStatement, command_id: str, done: Any) -> Entity:
        answer = super().answer(parsed, command_id, done)
        return {**answer, "statementText": parsed.text}
