"""DROP STREAM, DROP TABLE."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rowtime.ksql.entities import Entity
from rowtime.ksql.statements.handler import CommandHandler, kind_of
from rowtime.sql import ast
from rowtime.sql.format import format_statement
from rowtime.sql.parser import ParsedStatement
from rowtime.sql.types import quoted


def shown(parsed: ParsedStatement) -> str:
    """The statement as answers and errors show it: DELETE TOPIC has been dealt with before."""
    statement = parsed.statement
    if isinstance(statement, ast.DropSource) and statement.delete_topic:
        return format_statement(replace(statement, delete_topic=False))
    return parsed.text


class DropHandler(CommandHandler):
    def shown(self, parsed: ParsedStatement) -> str:
        return shown(parsed)

    def answer(self, parsed: ParsedStatement, command_id: str, done: Any) -> Entity:
        answer = super().answer(parsed, command_id, done)
        if not done.warning:
            answer["statementText"] = shown(parsed)
        else:
            name = quoted(parsed.statement.name)  # type: ignore[attr-defined]
            answer["commandStatus"]["message"] = f"Source {name} does not exist."
        return answer

    def command_id(self, statement: Any) -> str:
        return f"{kind_of(statement.is_table)}/{statement.name}/drop"
