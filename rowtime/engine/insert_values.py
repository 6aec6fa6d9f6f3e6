"""INSERT INTO … VALUES."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowtime.engine import cast
from rowtime.engine.code import Module
from rowtime.engine.create_source import registrations
from rowtime.engine.expressions import Expressions
from rowtime.engine.metastore import DataSource, Metastore
from rowtime.engine.output import Encoder
from rowtime.engine.registration import register
from rowtime.engine.scope import Scope
from rowtime.engine.topology import Target
from rowtime.engine.typing import can_cast_implicitly
from rowtime.errors import KsqlError, StatementError
from rowtime.log.api import Step
from rowtime.serde.java_text import java_double
from rowtime.sql import ast
from rowtime.sql.format import format_expression
from rowtime.sql.parser import ParsedStatement
from rowtime.sql.types import (
    BIGINT,
    BYTES,
    DATE,
    DOUBLE,
    STRING,
    TIME,
    TIMESTAMP,
    Array,
    Column,
    Decimal,
    Map,
    SqlType,
    Struct,
    is_numeric,
    quoted,
)

if TYPE_CHECKING:
    from rowtime.engine.engine import Engine


async def insert(engine: Engine, parsed: ParsedStatement, properties: Mapping[str, object]) -> None:
    statement = parsed.statement
    assert isinstance(statement, ast.InsertValues)
    source = _target(engine.metastore, statement)
    try:
        await write_row(engine, source, _values(source, statement))
    except StatementError:
        raise
    except KsqlError as e:
        raise StatementError(e.message, parsed.text) from e


def check(metastore: Metastore, parsed: ParsedStatement) -> None:
    """StatementError where the row cannot be inserted, KsqlError where nothing can be inserted there."""
    statement = parsed.statement
    assert isinstance(statement, ast.InsertValues)
    source = _target(metastore, statement)
    try:
        _values(source, statement)
    except KsqlError as e:
        raise StatementError(e.message, parsed.text) from e


def _target(metastore: Metastore, statement: ast.InsertValues) -> DataSource:
    source = metastore.get(statement.target)
    if source is None:
        raise KsqlError(f"Cannot insert values into an unknown stream/table: `{statement.target}`")
    if source.is_source:
        raise KsqlError(f"Cannot insert values into read-only {source.kind.lower()}: {source.name}")
    if source.window is not None:
        raise KsqlError("Cannot insert values into windowed stream or table")
    return source


def _values(source: DataSource, statement: ast.InsertValues) -> dict[str, Any]:
    """Column → value, ROWTIME included when given."""
    names = statement.columns or tuple(c.name for c in (*source.schema.key, *source.schema.value))
    prefix = f"Failed to insert values into '{source.name}'. "
    if len(names) != len(statement.values):
        given = ", ".join(map(format_expression, statement.values))
        raise KsqlError(f"{prefix}Expected a value for each column. Expected Columns: "
                        f"[{', '.join(statement.columns)}]. Got [{given}]")
    found: dict[str, Any] = {}
    for name, node in zip(names, statement.values, strict=True):
        column = source.schema.find(name)
        if column is None and name != "ROWTIME":
            raise KsqlError(f"{prefix}Column name `{name}` does not exist.")
        found[name] = evaluate(node, column.type if column else BIGINT, prefix, quoted(name))
    if source.is_table:
        missing = [c.name for c in source.schema.key if found.get(c.name) is None]
        if missing:
            raise KsqlError(f"{prefix}Value for primary key column(s) {', '.join(missing)} is required for tables")
    return found


def evaluate(node: ast.Expression, t: SqlType, prefix: str = "", field: str = "") -> Any:
    """The value of a constant expression as `t`."""
    module = Module()
    try:
        code = Expressions(module, Scope()).compile(node)
    except KsqlError as e:
        if isinstance(node, ast.ColumnRef):
            raise KsqlError(f"{prefix}Unsupported column reference in insert value: {node.name}") from e
        raise KsqlError(f"{prefix}{e.message}") from e
    if code.type is None:
        return None
    wrong = f"{prefix}Expected type {t} for field {field} but got "
    if not _fits(code.type, t):
        raise KsqlError(f"{wrong}{_base(code.type)}({_shown(_value(code.text, module, prefix), code.type)})")
    try:
        return _value(cast.cast(code, t, module).text, module, prefix)
    except KsqlError:
        hint = ". Date format must be yyyy-mm-dd" if t == DATE else ""
        shown = _shown(_value(code.text, module, prefix), code.type)
        raise KsqlError(f"{wrong}{_base(code.type)}({shown}){hint}") from None


def _value(text: str, module: Module, prefix: str) -> Any:
    module.line(f"def value():\n    return {text}")
    module.names["recorded"] = lambda function, *arguments: function(*arguments)
    try:
        return module.load("values")["value"]()
    except (ArithmeticError, ValueError, TypeError) as e:
        raise KsqlError(f"{prefix}{e}") from e


def _base(t: SqlType) -> str:
    return str(t).partition("<")[0].partition("(")[0]


def _shown(value: Any, t: SqlType) -> str:
    """As Java prints it."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(t, Array):
        return f"[{', '.join(_shown(v, t.item) for v in value)}]"
    if isinstance(t, Map):
        return "{" + ", ".join(f"{_shown(k, t.key)}={_shown(v, t.value)}" for k, v in value.items()) + "}"
    if isinstance(t, Struct):
        return "Struct{" + ",".join(f"{f.name}={_shown(v, f.type)}" for f, v in zip(t.fields, value, strict=True)) + "}"
    return java_double(value) if t == DOUBLE else str(value)


def _fits(source: SqlType, target: SqlType) -> bool:
    if can_cast_implicitly(source, target) or isinstance(target, Decimal) and is_numeric(source) and source != DOUBLE:
        return True
    if isinstance(source, Array) and isinstance(target, Array):
        return _fits(source.item, target.item)
    if isinstance(source, Map) and isinstance(target, Map):
        return _fits(source.key, target.key) and _fits(source.value, target.value)
    if isinstance(source, Struct) and isinstance(target, Struct):
        types = {f.name: f.type for f in target.fields}
        return all(f.name in types and _fits(f.type, types[f.name]) for f in source.fields)
    return source == STRING and target in (DATE, TIME, TIMESTAMP, BYTES)


async def write_row(engine: Engine, source: DataSource, values: Mapping[str, Any]) -> None:
    """One record into a source's topic, durable on return."""
    if source.topic not in engine.log.topics():
        raise KsqlError(f"Failed to insert values into '{source.name}'. Topic '{source.topic}' does not exist.")
    ids = await register(engine.schemas, registrations(source.topic, source.name, source.key_format,
                                                       source.value_format, source.schema, reuse=False))
    target = Target(source.topic, source.key_format, source.schema.key, source.value_format, source.schema.value)
    encoder = Encoder(target)
    encoder.open(ids.get(f"{source.topic}-key", 0), ids.get(f"{source.topic}-value", 0))
    ts = values.get("ROWTIME")
    ts = engine.clock() if ts is None else ts
    outputs, problems = encoder([(_row(source.schema.key, values), _row(source.schema.value, values), ts)])
    if problems:
        raise KsqlError(f"Failed to insert values into '{source.name}'. {problems[0]}")
    number = engine.log.commit(Step("insert-values", (), outputs))
    await engine.log.durable(number)


def _row(columns: tuple[Column, ...], values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(values.get(c.name) for c in columns)
