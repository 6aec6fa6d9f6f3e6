"""DROP STREAM, DROP TABLE."""

from __future__ import annotations

from typing import Any

from rowtime.ksql.statements.handler import CommandHandler, kind_of


class DropHandler(CommandHandler):
    def command_id(self, statement: Any) -> str:
        return f"{kind_of(statement.is_table)}/{statement.name}/drop"
