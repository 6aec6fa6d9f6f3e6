"""DESCRIBE source, DESCRIBE STREAMS|TABLES, DESCRIBE FUNCTION."""

from __future__ import annotations

from rowtime import functions
from rowtime.errors import KsqlError
from rowtime.ksql import descriptions
from rowtime.ksql.entities import Entity, entity
from rowtime.ksql.session import Session
from rowtime.ksql.statements.handler import Handler
from rowtime.ksql.statements.listing import described
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement


class DescribeHandler(Handler):
    async def validate(self, session: Session, parsed: ParsedStatement) -> None:
        assert isinstance(parsed.statement, ast.Describe)
        name = parsed.statement.name
        if name not in session.created and session.service.engine.metastore.get(name) is None:
            raise KsqlError(f"Could not find STREAM/TABLE '{name}' in the Metastore")

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        s = parsed.statement
        assert isinstance(s, ast.Describe)
        source = session.service.engine.metastore.get(s.name)
        if source is None:
            raise KsqlError(f"Could not find STREAM/TABLE '{s.name}' in the Metastore")
        found = await descriptions.source(session.service.engine, source, s.extended)
        return entity("sourceDescription", parsed.text, sourceDescription=found)


class DescribeAllHandler(Handler):
    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        s = parsed.statement
        assert isinstance(s, ast.DescribeAll)
        return await described(session, parsed.text, s.is_table, s.extended)


class DescribeFunctionHandler(Handler):
    async def validate(self, session: Session, parsed: ParsedStatement) -> None:
        assert isinstance(parsed.statement, ast.DescribeFunction)
        functions.describe(parsed.statement.name)

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        assert isinstance(parsed.statement, ast.DescribeFunction)
        found = functions.describe(parsed.statement.name)
        return entity("describe_function", parsed.text, **descriptions.function(found))
