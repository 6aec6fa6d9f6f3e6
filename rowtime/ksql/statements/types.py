"""CREATE TYPE, DROP TYPE."""

from __future__ import annotations

from typing import Any

from rowtime.ksql.statements.handler import CommandHandler


class CreateTypeHandler(CommandHandler):
    def command_id(self, statement: Any) -> str:
        return f"type/{statement.name}/create"


class DropTypeHandler(CommandHandler):
    def command_id(self, statement: Any) -> str:
        return f"type/{statement.name}/drop"
