"""SET, UNSET, ALTER SYSTEM."""

from __future__ import annotations

from rowtime.errors import KsqlError
from rowtime.ksql.entities import Entity
from rowtime.ksql.session import Session
from rowtime.ksql.settings import ALLOWED, is_known
from rowtime.ksql.statements.handler import Handler
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement


def check(name: str, value: object = None) -> None:
    if not is_known(name):
        raise KsqlError(f"Unknown property: {name}")
    allowed = ALLOWED.get(name.removeprefix("ksql.streams."))
    if value is not None and allowed is not None and str(value).lower() not in allowed:
        raise KsqlError(f"Invalid value {value} for configuration {name}: String must be one of: {', '.join(allowed)}")


class SetHandler(Handler):
    """For the statements after it in the same request."""

    async def validate(self, session: Session, parsed: ParsedStatement) -> None:
        await self.execute(session, parsed)

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        assert isinstance(parsed.statement, ast.SetProperty)
        check(parsed.statement.name, parsed.statement.value)
        session.properties[parsed.statement.name] = parsed.statement.value
        return None


class UnsetHandler(Handler):
    async def validate(self, session: Session, parsed: ParsedStatement) -> None:
        await self.execute(session, parsed)

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        assert isinstance(parsed.statement, ast.UnsetProperty)
        check(parsed.statement.name)
        session.properties.pop(parsed.statement.name, None)
        return None


class AlterSystemHandler(Handler):
    async def validate(self, session: Session, parsed: ParsedStatement) -> None:
        raise KsqlError("ALTER SYSTEM is not supported: set properties in the server's configuration.")
