"""Statements to text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rowtime.sql import ast
from rowtime.sql.format_expression import format_expression, format_string
from rowtime.sql.format_query import format_duration, format_query
from rowtime.sql.names import format_name, format_type


def format_statement(s: ast.Statement) -> str:
    """With its semicolon."""
    return _FORMATS[type(s)](s) + ";"


def _kind(is_table: bool) -> str:
    return "TABLE" if is_table else "STREAM"


def _if(flag: bool, text: str) -> str:
    return text if flag else ""


def format_properties(properties: ast.Properties) -> str:
    """` WITH (A='x', B=1)`, sorted by name, or nothing."""
    if not properties:
        return ""
    return f" WITH ({', '.join(f'{name}={format_expression(value)}' for name, value in sorted(properties))})"


def _property_names_quoted(properties: ast.Properties) -> ast.Properties:
    return tuple((name if format_name(name) == name else format_string(name), value) for name, value in properties)


def _with(properties: ast.Properties) -> str:
    return format_properties(_property_names_quoted(properties))


def format_element(e: ast.TableElement) -> str:
    suffix = f" {e.constraint.value}" if e.constraint else ""
    if e.header is not None:
        suffix += f"({format_string(e.header)})"
    return f"{format_name(e.name)} {format_type(e.type)}{suffix}"


def _elements(elements: tuple[ast.TableElement, ...]) -> str:
    return f" ({', '.join(map(format_element, elements))})" if elements else ""


def _create(s: ast.CreateSource) -> str:
    head = f"CREATE {_if(s.or_replace, 'OR REPLACE ')}{_if(s.is_source, 'SOURCE ')}{_kind(s.is_table)} "
    name = f"{_if(s.if_not_exists, 'IF NOT EXISTS ')}{format_name(s.name)}"
    return head + name + _elements(s.elements) + _with(s.properties)


def _create_as(s: ast.CreateAs) -> str:
    head = f"CREATE {_if(s.or_replace, 'OR REPLACE ')}{_kind(s.is_table)} {_if(s.if_not_exists, 'IF NOT EXISTS ')}"
    return f"{head}{format_name(s.name)}{_with(s.properties)} AS {format_query(s.query)}"


def _names(names: tuple[str, ...]) -> str:
    return f"({', '.join(map(format_name, names))}) " if names else ""


def _values(values: tuple[ast.Expression, ...]) -> str:
    return f"({', '.join(map(format_expression, values))})"


def _insert_values(s: ast.InsertValues) -> str:
    return f"INSERT INTO {format_name(s.target)} {_names(s.columns)}VALUES {_values(s.values)}"


def _drop(s: ast.DropSource) -> str:
    head = f"DROP {_kind(s.is_table)} {_if(s.if_exists, 'IF EXISTS ')}{format_name(s.name)}"
    return head + _if(s.delete_topic, " DELETE TOPIC")


def _alter(s: ast.AlterSource) -> str:
    options = ",\n".join(f"ADD COLUMN {format_name(e.name)} {format_type(e.type)}" for e in s.columns)
    return f"ALTER {_kind(s.is_table)} {format_name(s.name)}\n{options}"


def _print(s: ast.PrintTopic) -> str:
    text = f"PRINT {format_string(s.topic)}{_if(s.from_beginning, ' FROM BEGINNING')}"
    text += f" INTERVAL {s.interval}" if s.interval is not None else ""
    return text + (f" LIMIT {s.limit}" if s.limit is not None else "")


def _by_id(word: str) -> Callable[[Any], str]:
    return lambda s: f"{word} {'ALL' if s.query_id is None else format_name(s.query_id)}"


def _explain(s: ast.Explain) -> str:
    inner = format_statement(s.statement)[:-1] if s.statement else format_name(s.query_id or "")
    return f"EXPLAIN {inner}"


def _timeout(d: ast.Duration | None) -> str:
    return f" TIMEOUT {format_duration(d)}" if d else ""


def _assert_topic(s: ast.AssertTopic) -> str:
    head = f"ASSERT {_if(not s.exists, 'NOT EXISTS ')}TOPIC {format_string(s.topic)}"
    return head + _with(s.properties) + _timeout(s.timeout)


def _assert_schema(s: ast.AssertSchema) -> str:
    text = f"ASSERT {_if(not s.exists, 'NOT EXISTS ')}SCHEMA"
    text += f" SUBJECT {format_string(s.subject)}" if s.subject is not None else ""
    text += f" ID {s.schema_id}" if s.schema_id is not None else ""
    return text + _timeout(s.timeout)


def _assert_values(s: ast.AssertValues) -> str:
    head = f"ASSERT {_if(s.tombstone, 'NULL ')}VALUES {format_name(s.source)} {_names(s.columns)}"
    return f"{head}{'KEY' if s.tombstone else 'VALUES'} {_values(s.values)}"


def _assert_source(s: ast.AssertSource) -> str:
    source = s.source
    head = f"ASSERT {_kind(source.is_table)} {format_name(source.name)}"
    return head + _elements(source.elements) + _with(source.properties)


def _assignment(word: str) -> Callable[[Any], str]:
    return lambda s: f"{word} {format_string(s.name)}={format_string(s.value)}"


_FORMATS: dict[type, Callable[[Any], str]] = {
    ast.CreateSource: _create,
    ast.CreateAs: _create_as,
    ast.InsertInto: lambda s: f"INSERT INTO {format_name(s.target)}{_with(s.properties)} {format_query(s.query)}",
    ast.InsertValues: _insert_values,
    ast.QueryStatement: lambda s: format_query(s.query),
    ast.PrintTopic: _print,
    ast.DropSource: _drop,
    ast.AlterSource: _alter,
    ast.Terminate: _by_id("TERMINATE"),
    ast.PauseQuery: _by_id("PAUSE"),
    ast.ResumeQuery: _by_id("RESUME"),
    ast.ListItems: lambda s: f"SHOW {s.what}{_if(s.extended, ' EXTENDED')}",
    ast.Describe: lambda s: f"DESCRIBE {format_name(s.name)}{_if(s.extended, ' EXTENDED')}",
    ast.DescribeAll: lambda s: f"DESCRIBE {_kind(s.is_table)}S{_if(s.extended, ' EXTENDED')}",
    ast.DescribeFunction: lambda s: f"DESCRIBE FUNCTION {format_name(s.name)}",
    ast.Explain: _explain,
    ast.SetProperty: _assignment("SET"),
    ast.UnsetProperty: lambda s: f"UNSET {format_string(s.name)}",
    ast.AlterSystem: _assignment("ALTER SYSTEM"),
    ast.DefineVariable: lambda s: f"DEFINE {s.name}={format_string(s.value)}",
    ast.UndefineVariable: lambda s: f"UNDEFINE {s.name}",
    ast.CreateType: lambda s: (
        f"CREATE TYPE {_if(s.if_not_exists, 'IF NOT EXISTS ')}{format_name(s.name)} AS {format_type(s.type)}"
    ),
    ast.DropType: lambda s: f"DROP TYPE {_if(s.if_exists, 'IF EXISTS ')}{format_name(s.name)}",
    ast.RunScript: lambda s: f"RUN SCRIPT {format_string(s.path)}",
    ast.AssertTopic: _assert_topic,
    ast.AssertSchema: _assert_schema,
    ast.AssertValues: _assert_values,
    ast.AssertSource: _assert_source,
}
