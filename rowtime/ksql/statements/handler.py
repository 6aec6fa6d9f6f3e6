"""What all handlers have in common."""

from __future__ import annotations

from typing import Any

from rowtime.errors import KsqlError, StatementError
from rowtime.ksql.entities import Entity, current_status
from rowtime.ksql.session import Session
from rowtime.sql.parser import ParsedStatement


class Handler:
    """Validates and executes one kind of statement."""

    def in_engine(self, session: Session, parsed: ParsedStatement) -> bool:
        """Whether the engine's sandbox validates it."""
        return False

    def shown(self, parsed: ParsedStatement) -> str:
        """The statement as errors show it."""
        return parsed.text

    def error(self, parsed: ParsedStatement, e: KsqlError) -> KsqlError:
        """An error of the statement, with its text as errors show it."""
        if not isinstance(e, StatementError) or e.statement != parsed.text:
            return e
        return StatementError(e.message, self.shown(parsed), code=e.code)

    async def validate(self, session: Session, parsed: ParsedStatement) -> None:
        """Raises KsqlError; changes nothing but the session, which is a copy."""

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        raise AssertionError(f"{type(self).__name__} does not execute")


class CommandHandler(Handler):
    """A statement that the engine keeps in its command log."""

    def in_engine(self, session: Session, parsed: ParsedStatement) -> bool:
        return True

    def command_id(self, statement: Any) -> str:
        raise AssertionError(f"{type(self).__name__} has no command id")

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        done = await session.service.engine.execute(parsed, session.properties)
        command_id = self.command_id(parsed.statement)
        session.service.statuses[command_id] = {
            "status": "SUCCESS", "message": done.message, "queryId": done.query_id,
        }  # fmt: skip
        return self.answer(parsed, command_id, done)

    def answer(self, parsed: ParsedStatement, command_id: str, done: Any) -> Entity:
        text = parsed.text if done.warning else done.text
        return current_status(text, command_id, done.message, query_id=done.query_id, sequence=done.sequence)


def kind_of(is_table: bool) -> str:
    return "table" if is_table else "stream"
