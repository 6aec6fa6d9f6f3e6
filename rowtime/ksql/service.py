"""What the endpoints share: the engine, the state of commands, the push queries that run."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rowtime.errors import KsqlError, StatementError
from rowtime.ksql.backend import Engine, PushQuery
from rowtime.ksql.entities import Entity
from rowtime.ksql.errors import NOT_QUERY, GenericError, of_statement
from rowtime.ksql.requests import SqlRequest
from rowtime.ksql.session import Session
from rowtime.ksql.statements import HANDLERS
from rowtime.ksql.statements.handler import CommandHandler, Handler
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement, parse_statements

COMPATIBLE_VERSION = "7.9.5"
"""The ksqlDB release whose behaviour is served."""


COMMAND_WAIT_SECONDS, COMMAND_POLL_SECONDS = 5.0, 0.02


@dataclass(slots=True)
class RunningPush:
    """A push query that a client listens to, and its text."""

    query: PushQuery
    text: str


@dataclass(slots=True)
class Service:
    engine: Engine
    host: str = "127.0.0.1:8088"
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    push_queries: dict[str, RunningPush] = field(default_factory=dict)
    commands: asyncio.Lock = field(default_factory=asyncio.Lock)

    def parse(self, request: SqlRequest) -> list[ParsedStatement]:
        return parse_statements(request.sql, variables=request.variables, types=self.engine.metastore.types)

    async def close_push(self, query_id: str) -> bool:
        """Whether there was such a push query."""
        found = self.push_queries.pop(query_id, None)
        if found is not None:
            await found.query.close()
        return found is not None

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    async def run(self, request: SqlRequest) -> tuple[list[Entity], KsqlError | None]:
        """All statements of a request, or none when one of them is wrong: entities so far, and the error."""
        if not await self._reached(request.command_sequence_number):
            message = "Timed out while waiting for a previous command to execute. command sequence number: "
            return [], GenericError(message + str(request.command_sequence_number), code=50301)
        try:
            statements = self.parse(request)
        except KsqlError as e:
            return [], of_statement(e, request.sql)
        session = Session(self, dict(request.properties), dict(request.variables))
        async with self.commands if _has_commands(statements) else contextlib.nullcontext():
            return await self._run(session, statements)

    async def _reached(self, number: int | None) -> bool:
        """Whether that command has been executed; waits for it a little."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + COMMAND_WAIT_SECONDS
        while number is not None and number >= self.engine.sequence:
            if loop.time() >= deadline:
                return False
            await asyncio.sleep(COMMAND_POLL_SECONDS)
        return True

    async def _run(
        self, session: Session, statements: Sequence[ParsedStatement]
    ) -> tuple[list[Entity], KsqlError | None]:
        try:
            await self._validate(session.copy(), statements)
        except KsqlError as e:
            return [], e
        return await self._execute(session, statements)

    async def _validate(self, session: Session, statements: Sequence[ParsedStatement]) -> None:
        for parsed in statements:
            if isinstance(parsed.statement, ast.QueryStatement | ast.PrintTopic):
                raise StatementError(NOT_QUERY, parsed.text, code=40002)
        sandbox = self.engine.sandbox()
        for parsed in statements:
            handler = HANDLERS.get(type(parsed.statement))
            if handler is None:
                raise StatementError("This statement cannot be sent to a server", parsed.text)
            try:
                await handler.validate(session, parsed)
            except KsqlError as e:
                raise of_statement(e, parsed.text) from e
            if handler.in_engine(session, parsed):
                await _attempt(sandbox, handler, session, parsed)

    async def _execute(
        self, session: Session, statements: Sequence[ParsedStatement]
    ) -> tuple[list[Entity], KsqlError | None]:
        entities: list[Entity] = []
        for parsed in statements:
            try:
                entity = await HANDLERS[type(parsed.statement)].execute(session, parsed)
            except KsqlError as e:
                return entities, HANDLERS[type(parsed.statement)].error(parsed, of_statement(e, parsed.text))
            if entity is not None:
                entities.append(entity)
        return entities, None


async def _attempt(sandbox: Any, handler: Handler, session: Session, parsed: ParsedStatement) -> None:
    try:
        await sandbox.attempt(parsed, session.properties)
    except StatementError as e:
        raise handler.error(parsed, e) from e


def _has_commands(statements: Sequence[ParsedStatement]) -> bool:
    """Whether the request changes what exists: such requests run one after another."""
    return any(isinstance(HANDLERS.get(type(s.statement)), CommandHandler) for s in statements)
