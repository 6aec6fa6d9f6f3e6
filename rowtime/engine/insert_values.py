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
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement
from rowtime.sql.types import BIGINT, BYTES, DATE, STRING, TIME, TIMESTAMP, Column, SqlType, is_numeric

if TYPE_CHECKING:
    from rowtime.engine.engine import Engine


async def insert(engine: Engine, parsed: ParsedStatement, properties: Mapping[str, object]) -> None:
    statement = parsed.statement
    assert isinstance(statement, ast.InsertValues)
    try:
        source = _target(engine.metastore, statement)
        await write_row(engine, source, _values(source, statement))
    except StatementError:
        raise
    except KsqlError as e:
        raise StatementError(e.message, parsed.text) from e


def check(metastore: Metastore, parsed: ParsedStatement) -> None:
    """StatementError where the row cannot be inserted."""
    statement = parsed.statement
    assert isinstance(statement, ast.InsertValues)
    try:
        _values(_target(metastore, statement), statement)
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
        raise KsqlError(f"Failed to prepare statement: Expected {len(names)} values but got {len(statement.values)}."
                        if not statement.columns else f"{prefix}Expected a value for each column. Expected Columns: "
                        f"{list(names)}. Got {len(statement.values)} values.")
    found: dict[str, Any] = {}
    for name, node in zip(names, statement.values, strict=True):
        column = source.schema.find(name)
        if column is None and name != "ROWTIME":
            raise KsqlError(f"{prefix}Column name `{name}` does not exist.")
        found[name] = evaluate(node, column.type if column else BIGINT, prefix)
    if source.is_table:
        missing = [c.name for c in source.schema.key if found.get(c.name) is None]
        if missing:
            raise KsqlError(f"{prefix}Value for primary key column(s) {', '.join(missing)} is required for tables")
    return found


def evaluate(node: ast.Expression, t: SqlType, prefix: str = "") -> Any:
    """The value of a constant expression as `t`."""
    module = Module()
    code = Expressions(module, Scope()).compile(node)
    if code.type is None:
        return None
    if not _fits(code.type, t):
        raise KsqlError(f"{prefix}Expected type {t} for field but got {code.type}")
    text = cast.cast(code, t, module).text
    module.line(f"def value():\n    return {text}")
    module.names["recorded"] = lambda function, *arguments: function(*arguments)
    try:
        return module.load("values")["value"]()
    except (ArithmeticError, ValueError, TypeError) as e:
        raise KsqlError(f"{prefix}{e}") from e


def _fits(source: SqlType, target: SqlType) -> bool:
    if can_cast_implicitly(source, target) or is_numeric(source) and is_numeric(target):
        return True
    if source == STRING and target in (DATE, TIME, TIMESTAMP, BYTES):
        return True
    return cast.converter(source, target) is not None and type(source) is type(target) and not is_numeric(source) \
        and target != STRING and source != STRING


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
