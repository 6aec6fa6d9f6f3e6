"""CREATE SOURCE TABLE: a query of its own keeps the topic's rows, for pull queries; it writes nothing."""

from __future__ import annotations

from rowtime.engine.analysis import analyse
from rowtime.engine.change import PlannedQuery
from rowtime.engine.context import Context
from rowtime.engine.metastore import DataSource
from rowtime.engine.planning import Request, plan_query
from rowtime.engine.prepare import prepare_query
from rowtime.engine.properties import With
from rowtime.sql import ast


def source_table_query(table: DataSource, context: Context) -> PlannedQuery:
    """Reads the table as it is declared."""
    metastore = context.metastore.clone()
    metastore.add(table)
    query = ast.Query((ast.AllColumns(),), ast.Source(table.name, table.name), emit=ast.Emit.CHANGES)
    analysis = analyse(prepare_query(query, metastore), metastore)
    plan = plan_query(analysis, Request(table.name, "", With(), context.settings(), context.partitions))
    return PlannedQuery(plan, table.name, "", (), f"CST_{table.name}")
