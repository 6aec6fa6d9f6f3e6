"""EXPLAIN of a running query or of a statement."""

from __future__ import annotations

from rowtime.errors import KsqlError
from rowtime.ksql import descriptions
from rowtime.ksql.entities import Entity, entity
from rowtime.ksql.session import Session
from rowtime.ksql.statements.handler import Handler
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement


class ExplainHandler(Handler):
    async def validate(self, session: Session, parsed: ParsedStatement) -> None:
        s = parsed.statement
        assert isinstance(s, ast.Explain)
        if s.query_id is not None and s.query_id not in session.service.engine.queries:
            raise KsqlError(
                f"Query with id:{s.query_id} does not exist, use SHOW QUERIES to view the full set of queries."
            )
        if s.statement is not None and not isinstance(s.statement, ast.QueryStatement | ast.CreateAs | ast.InsertInto):
            raise KsqlError("The provided statement does not run a ksql query")

    async def execute(self, session: Session, parsed: ParsedStatement) -> Entity | None:
        s = parsed.statement
        assert isinstance(s, ast.Explain)
        service = session.service
        if s.query_id is not None:
            found = descriptions.query(service.engine, service.engine.queries[s.query_id], service.host)
        else:
            assert s.statement is not None
            text = parsed.text[len("EXPLAIN") :].strip()
            found = await descriptions.explained(service.engine, s.statement, text, session.properties)
        return entity("queryDescription", parsed.text, queryDescription=found)
