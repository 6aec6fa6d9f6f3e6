"""EXPLAIN of a statement that does not run: planned as if it did."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rowtime.engine.analysis import analyse
from rowtime.engine.planning import Request, plan_query
from rowtime.engine.prepare import prepare_query
from rowtime.engine.properties import With
from rowtime.engine.topology import Plan
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement


@dataclass(slots=True)
class Explained:
    id: str
    plan: Plan
    sources: list[str]
    sinks: list[str]


async def explain(engine: Any, statement: ast.Statement, text: str, properties: Mapping[str, object]) -> Explained:
    """KsqlError when the statement is wrong."""
    if isinstance(statement, ast.QueryStatement):
        return _transient(engine, statement.query, properties)
    parsed = ParsedStatement(text, statement, statement.pos or ast.Position(1, 0))
    (change,) = await engine.validate([parsed], properties)
    planned = change.query
    if planned is None:
        return Explained("", Plan([], change.source.schema, False, None, None, None), [], [])  # type: ignore[arg-type]
    return Explained(planned.prefix, planned.plan, list(planned.sources), [planned.sink])


def _transient(engine: Any, query: ast.Query, properties: Mapping[str, object]) -> Explained:
    context = engine.context(properties, sandbox=True)
    prepared = prepare_query(replace(query, emit=query.emit or ast.Emit.CHANGES), context.metastore)
    analysis = analyse(prepared, context.metastore, transient=True)
    plan = plan_query(analysis, Request("", "", With({}), context.settings(), context.partitions))
    sources = [s.source.name for s in analysis.sides]
    return Explained(f"transient_{sources[0]}_{random.getrandbits(62)}", plan, sources, [])
