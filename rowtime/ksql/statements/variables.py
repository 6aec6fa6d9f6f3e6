"""DEFINE and UNDEFINE: the parser has put the values in already; the session remembers them for SHOW VARIABLES."""

from __future__ import annotations

from rowtime.errors import KsqlError
from rowtime.ksql.entities import Entity
from rowtime.ksql.session import Session
from rowtime.ksql.statements.handler import Handler
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement


class DefineHandler(Handler):
    async def validate(self, session: Session, parsed: ParsedStatement) -> None:
        await self.execute(session, parsed)

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        assert isinstance(parsed.statement, ast.DefineVariable)
        session.variables[parsed.statement.name] = parsed.statement.value
        return None


class UndefineHandler(Handler):
    async def validate(self, session: Session, parsed: ParsedStatement) -> None:
        await self.execute(session, parsed)

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        assert isinstance(parsed.statement, ast.UndefineVariable)
        if session.variables.pop(parsed.statement.name, None) is None:
            raise KsqlError(f"Cannot undefine variable '{parsed.statement.name}' which was never defined")
        return None
