"""TERMINATE."""

from __future__ import annotations

from typing import Any

from rowtime.ksql.entities import Entity, entity
from rowtime.ksql.session import Session
from rowtime.ksql.statements.handler import CommandHandler
from rowtime.sql.parser import ParsedStatement


class TerminateHandler(CommandHandler):
    """Persistent queries are the engine's; a push query is closed here."""

    def in_engine(self, session: Session, parsed: ParsedStatement) -> bool:
        return push_query(session, parsed) is None

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        query_id = push_query(session, parsed)
        if query_id is None:
            return await super().execute(session, parsed)
        closed = await session.service.close_push(query_id)
        return entity("terminate_query", parsed.text, queryId=query_id, wasTerminated=closed)

    def command_id(self, statement: Any) -> str:
        return f"terminate/{statement.query_id or 'ALL'}/execute"

    def answer(self, parsed: ParsedStatement, command_id: str, done: Any) -> Entity:
        answer = super().answer(parsed, command_id, done)
        return {**answer, "statementText": parsed.text}


def push_query(session: Session, parsed: ParsedStatement) -> str | None:
    """The id of the push query it names, in any case."""
    wanted = parsed.statement.query_id  # type: ignore[attr-defined]
    return next((i for i in session.service.push_queries if wanted and i.upper() == wanted.upper()), None)
