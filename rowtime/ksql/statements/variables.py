"""DEFINE and UNDEFINE: the parser has put the values in already; the session remembers them for SHOW VARIABLES."""

from __future__ import annotations

from rowtime.ksql.entities import Entity, warning
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
        name = parsed.statement.name
        if session.variables.pop(name, None) is None:
            return warning(parsed.text, f"Cannot undefine variable '{name}' which was never defined")
        return None
