"""ALTER STREAM, ALTER TABLE."""

from __future__ import annotations

from typing import Any

from rowtime.ksql.statements.handler import CommandHandler, kind_of
from rowtime.sql.types import quoted


class AlterHandler(CommandHandler):
    def command_id(self, statement: Any) -> str:
        return f"{kind_of(statement.is_table)}/{quoted(statement.name)}/alter"
