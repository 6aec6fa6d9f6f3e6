"""PAUSE and RESUME."""

from __future__ import annotations

from typing import Any

from rowtime.ksql.entities import Entity
from rowtime.ksql.statements.handler import CommandHandler
from rowtime.sql.parser import ParsedStatement


class PauseHandler(CommandHandler):
    word = "pause"

    def command_id(self, statement: Any) -> str:
        return f"{self.word}/{statement.query_id or 'ALL'}/execute"

    def answer(self, parsed: ParsedStatement, command_id: str, done: Any) -> Entity:
        return {**super().answer(parsed, command_id, done), "statementText": parsed.text}


class ResumeHandler(PauseHandler):
    word = "resume"
