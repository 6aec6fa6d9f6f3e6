"""DROP, TERMINATE, PAUSE, RESUME, ALTER, CREATE TYPE, DROP TYPE."""

from __future__ import annotations

from dataclasses import replace

from rowtime.engine.change import Change
from rowtime.engine.context import Context
from rowtime.engine.schema_rules import RESERVED
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.format import format_statement
from rowtime.sql.types import Column, Schema


def prepare_drop(statement: ast.DropSource, context: Context) -> Change:
    metastore, name = context.metastore, statement.name
    source = metastore.get(name)
    text = format_statement(statement)
    kind = "Table" if statement.is_table else "Stream"
    if source is None:
        if statement.if_exists:
            return Change(statement, text, f"Source {name} does not exist.", warning=True)
        raise KsqlError(f"{kind} {name} does not exist.")
    if source.is_table != statement.is_table:
        raise KsqlError(f"Incompatible data source type is {source.kind}, but statement was DROP {kind.upper()}")
    if statement.delete_topic and source.is_source:
        raise KsqlError(f"Cannot delete topic for read-only source: {name}")
    children = metastore.children(name)
    if children:
        raise KsqlError(f"Cannot drop {name}.\nThe following streams and/or tables read from this source: "
                        f"[{', '.join(sorted(children))}].\nYou need to drop them before dropping {name}.")
    change = Change(statement, text, f"Source `{name}` (topic: {source.topic}) was dropped.", drops=name)
    change.terminates = _queries_to_end(name, context)
    change.deletes_topic = source.topic if statement.delete_topic else ""
    return change


def _queries_to_end(name: str, context: Context) -> list[str]:
    """The query that made the source ends with it; others that use it keep it from being dropped."""
    metastore = context.metastore
    readers = metastore.readers(name)
    writers = metastore.writers(name)
    inserts = [q for q in writers if q.startswith("INSERTQUERY")]
    if readers or inserts:
        raise KsqlError(f"Cannot drop {name}.\nThe following queries read from this source: [{', '.join(readers)}].\n"
                        f"The following queries write into this source: [{', '.join(inserts)}].\n"
                        f"You need to terminate them before dropping {name}.")
    return writers


def prepare_terminate(statement: ast.Terminate, context: Context) -> Change:
    return Change(statement, format_statement(statement), "Query terminated.",
                  terminates=_chosen(statement.query_id, context))


def prepare_pause(statement: ast.PauseQuery | ast.ResumeQuery, context: Context) -> Change:
    _chosen(statement.query_id, context)
    word = "paused" if isinstance(statement, ast.PauseQuery) else "resumed"
    return Change(statement, format_statement(statement), f"Query {word}.")


def _chosen(query_id: str | None, context: Context) -> list[str]:
    if query_id is None:
        return list(context.metastore.queries)
    if query_id not in context.metastore.queries:
        raise KsqlError(f"Unknown queryId: {query_id}")
    return [query_id]


def prepare_alter(statement: ast.AlterSource, context: Context) -> Change:
    source = context.metastore.require(statement.name)
    kind = source.kind.lower()
    if source.is_source:
        raise KsqlError(f"Cannot alter {kind} '{source.name}': ALTER operations are not supported on source {kind}s.")
    if source.is_table != statement.is_table:
        raise KsqlError(f"Incompatible data source type is {source.kind}, but statement was ALTER "
                        f"{'TABLE' if statement.is_table else 'STREAM'}")
    if source.is_cas:
        raise KsqlError(f"ALTER command is not supported for CREATE ... AS statements: {source.name}")
    columns = list(source.schema)
    for e in statement.columns:
        if e.name in RESERVED or source.schema.find(e.name):
            raise KsqlError(f"Cannot add column `{e.name}` to schema. A column with the same name already exists.")
        columns.append(Column(e.name, e.type))
    text = format_statement(statement)
    changed = replace(source, schema=Schema(tuple(columns)))
    return Change(statement, text, f"{source.kind.title()} `{source.name}` altered.", source=changed, replaces=True)


def prepare_create_type(statement: ast.CreateType, context: Context) -> Change:
    text = format_statement(statement)
    if statement.name in context.metastore.types:
        if statement.if_not_exists:
            return Change(statement, text, f"{statement.name} is already registered with type "
                          f"{context.metastore.types[statement.name]}", warning=True)
        raise KsqlError(f"Cannot register custom type '{statement.name}' since it is already registered with type: "
                        f"{context.metastore.types[statement.name]}")
    return Change(statement, text, f"Registered custom type with name '{statement.name}' and SQL type {statement.type}")


def prepare_drop_type(statement: ast.DropType, context: Context) -> Change:
    text = format_statement(statement)
    if statement.name not in context.metastore.types:
        if statement.if_exists:
            return Change(statement, text, f"Type '{statement.name}' does not exist", warning=True)
        raise KsqlError(f"Type {statement.name} does not exist.")
    return Change(statement, text, f"Dropped type '{statement.name}'")
