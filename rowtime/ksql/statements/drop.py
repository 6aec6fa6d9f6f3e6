"""DROP STREAM, DROP TABLE."""

from __future__ import annotations

from typing import Any

from rowtime.ksql.entities import Entity
from rowtime.ksql.statements.handler import CommandHandler, kind_of
from rowtime.sql.parser import ParsedStatement
from rowtime.sql.types import quoted


class DropHandler(CommandHandler):
    def answer(self, parsed: ParsedStatement, command_id: str, done: Any) -> Entity:
        answer = super().answer(parsed, command_id, done)
        if done.warning:
            name = quoted(parsed.statement.name)  # type: ignore[attr-defined]
            answer["commandStatus"]["message"] = f"Source {name} does not exist."
        return answer

    def command_id(self, statement: Any) -> str:
        return f"{kind_of(statement.is_table)}/{statement.name}/drop"
