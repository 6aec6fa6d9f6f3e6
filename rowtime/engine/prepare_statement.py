"""One statement to what it will do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from rowtime.engine import administration as admin
from rowtime.engine.change import Change
from rowtime.engine.context import Context
from rowtime.engine.create_as import prepare_create_as, prepare_insert_into
from rowtime.engine.create_source import prepare_create_source
from rowtime.engine.metastore import QueryLinks
from rowtime.errors import KsqlError
from rowtime.log.api import TopicInfo
from rowtime.sql import ast

Prepare = Callable[[Any, Context], Change | Awaitable[Change]]
_PREPARE: dict[type, Prepare] = {
    ast.CreateSource: prepare_create_source, ast.CreateAs: prepare_create_as, ast.InsertInto: prepare_insert_into,
    ast.DropSource: admin.prepare_drop, ast.Terminate: admin.prepare_terminate, ast.PauseQuery: admin.prepare_pause,
    ast.ResumeQuery: admin.prepare_pause, ast.AlterSource: admin.prepare_alter,
    ast.CreateType: admin.prepare_create_type, ast.DropType: admin.prepare_drop_type,
}


def is_command(statement: ast.Statement) -> bool:
    """Whether it changes something and so goes through the command log."""
    return type(statement) in _PREPARE


async def prepare(statement: ast.Statement, context: Context) -> Change:
    handler = _PREPARE.get(type(statement))
    if handler is None:
        raise KsqlError(f"This statement cannot be executed here: {type(statement).__name__}")
    found = handler(statement, context)
    return await found if isawaitable(found) else found  # type: ignore[return-value]


def apply_to_metastore(change: Change, context: Context, query_id: str) -> None:
    """What a change does to the metastore; the same in the sandbox and for good."""
    if change.warning:
        return
    metastore, statement = context.metastore, change.statement
    for ended in change.terminates:
        metastore.queries.pop(ended, None)
    if change.drops:
        metastore.remove(change.drops)
    if change.topic is not None and change.topic.name not in context.topics:
        context.topics[change.topic.name] = TopicInfo(change.topic.name, change.topic.partitions, change.topic.config)
    if change.source is not None:
        metastore.add(change.source, change.query.sources if change.query else metastore.parents.get(
            change.source.name, ()))
    if change.query is not None:
        metastore.queries[query_id] = QueryLinks(query_id, change.query.sources, change.query.sink)
    if isinstance(statement, ast.CreateType):
        metastore.types[statement.name] = statement.type
    if isinstance(statement, ast.DropType):
        metastore.types.pop(statement.name, None)
