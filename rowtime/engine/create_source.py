"""CREATE STREAM and CREATE TABLE over a topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rowtime.engine.change import Change, NewTopic, Registration
from rowtime.engine.context import Context
from rowtime.engine.metastore import DataSource, TimestampColumn, WindowInfo
from rowtime.engine.properties import With, key_format, read_with, value_format
from rowtime.engine.schema_rules import RESERVED, check_format, check_keys
from rowtime.engine.source_table import source_table_query
from rowtime.engine.timestamps import timestamp_reader
from rowtime.engine.upgrade import check_upgrade
from rowtime.errors import KsqlError, StatementError
from rowtime.serde import columns_from_schema, key_schema, value_schema
from rowtime.serde.api import Format
from rowtime.sql import ast
from rowtime.sql.format import format_statement
from rowtime.sql.types import STRING, Column, ColumnKind, Schema

_KINDS = {None: ColumnKind.VALUE, ast.Constraint.KEY: ColumnKind.KEY, ast.Constraint.PRIMARY_KEY: ColumnKind.KEY,
          ast.Constraint.HEADERS: ColumnKind.HEADERS, ast.Constraint.HEADER: ColumnKind.HEADERS}


def literal(value: object) -> ast.Expression:
    """A WITH clause's value as a literal."""
    if isinstance(value, bool):
        return ast.BooleanLiteral(value)
    if isinstance(value, int):
        return ast.IntegerLiteral(value)
    return ast.StringLiteral(str(value))


def with_properties(properties: ast.Properties, added: dict[str, object]) -> ast.Properties:
    """The clause with defaults put in, names upper-cased."""
    given = {name.upper(): value for name, value in properties}
    return tuple(sorted({**{n: literal(v) for n, v in added.items()}, **given}.items()))


def check_name_free(context: Context, statement: ast.CreateSource | ast.CreateAs) -> bool:
    """False where the source exists and IF NOT EXISTS was said."""
    found = context.metastore.get(statement.name)
    if found is None:
        return True
    if statement.if_not_exists:
        return False
    kind, existing = ("table" if statement.is_table else "stream"), found.kind.lower()
    if statement.or_replace:
        if found.is_source or getattr(statement, "is_source", False):
            raise KsqlError(f"Cannot add {kind} '{statement.name}': CREATE OR REPLACE is not supported on source "
                            f"{kind}s.")
        return True
    raise KsqlError(f"Cannot add {kind} '{statement.name}': A {existing} with the same name already exists")


async def prepare_create_source(statement: ast.CreateSource, context: Context) -> Change:
    clause = read_with(statement.properties)
    topic = clause.text("KAFKA_TOPIC")
    if topic is None:
        raise KsqlError('Failed to prepare statement: Missing required property "KAFKA_TOPIC" which has no default '
                        "value.")
    default_key = str(context.setting("ksql.persistence.default.format.key", "KAFKA"))
    default_value = context.setting("ksql.persistence.default.format.value")
    value_fmt = value_format(clause, None if default_value is None else str(default_value))
    has_key = any(e.constraint in (ast.Constraint.KEY, ast.Constraint.PRIMARY_KEY) for e in statement.elements)
    key_fmt = key_format(clause, default_key, has_key)
    columns = await _columns(statement, clause, topic, key_fmt, value_fmt, context)
    schema = Schema(tuple(columns))
    _check_columns(statement, schema)
    key_fmt = key_fmt if schema.key or clause.text("KEY_FORMAT") or clause.text("FORMAT") else key_fmt
    check_format("Key", key_fmt, schema.key)
    check_format("Value", value_fmt, schema.value)
    _check_clause(clause, schema, key_fmt, value_fmt)
    shown = _shown(statement, schema, key_fmt, value_fmt)
    text = format_statement(shown)
    try:
        if not check_name_free(context, statement):
            return Change(shown, text, _exists(statement), warning=True)
        replaced = context.metastore.get(statement.name)
        if replaced is not None:
            check_upgrade(replaced, statement.is_table, schema, topic)
    except KsqlError as e:
        raise StatementError(e.message, text) from e
    change = Change(shown, text, f"{'Table' if statement.is_table else 'Stream'} created",
                    replaces=statement.name in context.metastore.sources)
    change.topic = _topic(statement, clause, topic, context, key_fmt)
    change.source = DataSource(statement.name, statement.is_table, schema, topic, key_fmt, value_fmt,
                               window_info(clause), _timestamp(clause, schema), text, statement.is_source)
    change.registrations = registrations(topic, statement.name, key_fmt, value_fmt, schema, reuse=True)
    if statement.is_source and statement.is_table:
        change.query = source_table_query(change.source, context)
    return change


def _exists(statement: ast.CreateSource | ast.CreateAs) -> str:
    kind = "table" if statement.is_table else "stream"
    return f"Cannot add {kind} `{statement.name}`: A {kind} with the same name already exists."


def _shown(statement: ast.CreateSource, schema: Schema, key_fmt: Format, value_fmt: Format) -> ast.CreateSource:
    """With inferred columns and the properties ksqlDB fills in."""
    elements = statement.elements
    if len(elements) < len(schema):
        declared = {e.name for e in elements}
        kind = ast.Constraint.PRIMARY_KEY if statement.is_table else ast.Constraint.KEY
        elements += tuple(ast.TableElement(c.name, c.type, kind if c.kind is ColumnKind.KEY else None)
                          for c in schema if c.name not in declared)
    added: dict[str, object] = {"CLEANUP_POLICY": "compact" if statement.is_table else "delete"}
    given = {n.upper() for n, _ in statement.properties}
    if "FORMAT" not in given:
        added |= {"KEY_FORMAT": key_fmt.name, "VALUE_FORMAT": value_fmt.name}
        properties = with_properties(statement.properties, added)
    else:
        kept = tuple((n, v) for n, v in statement.properties if n.upper() != "FORMAT")
        properties = with_properties(kept, added | {"KEY_FORMAT": key_fmt.name, "VALUE_FORMAT": value_fmt.name})
    return replace(statement, elements=elements, properties=properties)


async def _columns(statement: ast.CreateSource, clause: With, topic: str, key_fmt: Format, value_fmt: Format,
                   context: Context) -> list[Column]:
    columns = [Column(e.name, e.type, _KINDS[e.constraint]) for e in statement.elements]
    if not any(c.kind is ColumnKind.KEY for c in columns) and key_fmt.name == "AVRO":
        columns = [*await _inferred(topic, "key", clause, key_fmt, context), *columns]
    if not any(c.kind is ColumnKind.VALUE for c in columns) and value_fmt.name == "AVRO":
        columns += await _inferred(topic, "value", clause, value_fmt, context)
    return columns


async def _inferred(topic: str, side: str, clause: With, fmt: Format, context: Context) -> list[Column]:
    schema_id = clause.integer(f"{side.upper()}_SCHEMA_ID")
    kind = ColumnKind.KEY if side == "key" else ColumnKind.VALUE
    if schema_id is not None:
        text = await context.schemas.by_id(schema_id)
    else:
        found = await context.schemas.latest(f"{topic}-{side}")
        if found is None:
            raise KsqlError(f"Schema for message {side}s on topic '{topic}' does not exist in the Schema Registry."
                            f"\nSubject: {topic}-{side}\nPossible causes include:\n- The topic itself does not exist\n"
                            f"- Messages on the topic are not {fmt.name} formatted")
        text = found[1]
    return columns_from_schema(text, kind, wrap=fmt.wrap if side == "value" else True, upper=schema_id is None,
                               single="ROWKEY" if side == "key" else "ROWVAL")


def _check_columns(statement: ast.CreateSource, schema: Schema) -> None:
    for column in schema:
        if column.name in RESERVED:
            raise KsqlError(f"'{column.name}' is a reserved column name. You cannot use it as a name for a column.")
        if column.kind is ColumnKind.HEADERS:
            raise KsqlError("HEADERS columns are not supported by rowtime: leave the column out.")
        if sum(c.name == column.name for c in schema) > 1:
            raise KsqlError(f"Failed to prepare statement: Duplicate column names: `{column.name}`")
    check_keys(schema.key)
    if statement.is_table and not schema.key:
        raise KsqlError("Tables require a PRIMARY KEY. Please define the PRIMARY KEY.")
    if not schema.value and not schema.key:
        raise KsqlError("The statement does not define any columns.")
    _check_constraints(statement)


def _check_clause(clause: With, schema: Schema, key_fmt: Format, value_fmt: Format) -> None:
    if clause.boolean("WRAP_SINGLE_VALUE") is not None and len(schema.value) > 1:
        raise KsqlError("'WRAP_SINGLE_VALUE' is only valid for single-field value schemas")
    for side, fmt in (("KEY", key_fmt), ("VALUE", value_fmt)):
        if clause.values.get(f"{side}_SCHEMA_ID") is not None and fmt.name != "AVRO":
            raise KsqlError(f"{side}_FORMAT should support schema inference when {side}_SCHEMA_ID is provided. "
                            f"Current format is {fmt.name}.")


def _check_constraints(statement: ast.CreateSource) -> None:
    for e in statement.elements:
        if statement.is_table and e.constraint is ast.Constraint.KEY:
            raise KsqlError(f"Column `{e.name}` is a 'KEY' column: please use 'PRIMARY KEY' for tables.\nTables have "
                            "PRIMARY KEYs, which are unique and NON NULL.\nStreams have KEYs, which have no uniqueness "
                            "or NON NULL constraints.")
        if not statement.is_table and e.constraint is ast.Constraint.PRIMARY_KEY:
            raise KsqlError(f"Column `{e.name}` is a 'PRIMARY KEY' column: please use 'KEY' for streams.\nTables have "
                            "PRIMARY KEYs, which are unique and NON NULL.\nStreams have KEYs, which have no uniqueness "
                            "or NON NULL constraints.")


def window_info(clause: With) -> WindowInfo | None:
    name = clause.text("WINDOW_TYPE")
    size = clause.text("WINDOW_SIZE")
    if name is None:
        if size is not None:
            raise KsqlError("WINDOW_SIZE is only allowed with WINDOW_TYPE.")
        return None
    if name.upper() not in ast.WindowType.__members__:
        raise KsqlError(f"Invalid value for WINDOW_TYPE property: '{name}'. String must be one of: SESSION, HOPPING, "
                        "TUMBLING")
    kind = ast.WindowType[name.upper()]
    if kind is ast.WindowType.SESSION:
        if size is not None:
            raise KsqlError("'WINDOW_SIZE' should not be set for SESSION windows.")
        return WindowInfo(kind)
    if size is None:
        raise KsqlError(f"{kind.value} windows require 'WINDOW_SIZE' to be provided in the WITH clause. For example: "
                        "'WINDOW_SIZE'='10 SECONDS'")
    return WindowInfo(kind, _duration(size))


def _duration(text: str) -> int:
    amount, _, unit = text.strip().partition(" ")
    name = unit.strip().upper()
    name = name if name.endswith("S") else name + "S"
    if not amount.isdigit() or name not in ast.UNIT_MS:
        raise KsqlError(f"Invalid value for WINDOW_SIZE property: '{text}'. For example: '10 SECONDS'.")
    return int(amount) * ast.UNIT_MS[name]


def _timestamp(clause: With, schema: Schema) -> TimestampColumn | None:
    name = clause.text("TIMESTAMP")
    if name is None:
        if clause.text("TIMESTAMP_FORMAT") is not None:
            raise KsqlError("TIMESTAMP_FORMAT is only allowed with TIMESTAMP.")
        return None
    wanted = name.strip("`") if name.startswith("`") else name.upper()
    column = schema.find(wanted)
    if column is None:
        raise KsqlError(f"The TIMESTAMP column set in the WITH clause does not exist in the schema: '{wanted}'")
    pattern = clause.text("TIMESTAMP_FORMAT")
    if pattern is not None and column.type != STRING:
        raise KsqlError("'TIMESTAMP_FORMAT' set in the WITH clause can only be used when the timestamp column is of "
                        "type STRING.")
    timestamp_reader(column.type, pattern)
    return TimestampColumn(wanted, pattern, name)


def _topic(statement: ast.CreateSource, clause: With, topic: str, context: Context, key_fmt: Format) -> NewTopic | None:
    partitions = clause.integer("PARTITIONS")
    existing = context.topics.get(topic)
    if existing is not None:
        if partitions is not None and partitions != existing.partitions:
            raise KsqlError(f"A Kafka topic with the name '{topic}' already exists, with different partition/replica "
                            f"configuration than required. KSQL expects {partitions} partitions (topic has "
                            f"{existing.partitions}), and 1 replication factor (topic has 1).")
        return None
    if partitions is None:
        given = {n.upper() for n, _ in statement.properties}
        added: dict[str, object] = {"PARTITIONS": 2} | ({} if "FORMAT" in given else {"KEY_FORMAT": key_fmt.name})
        shown = replace(statement, properties=with_properties(statement.properties, added))
        raise KsqlError(f"Topic '{topic}' does not exist. If you want to create a new topic for the stream/table "
                        "please re-run the statement providing the required 'PARTITIONS' configuration in the WITH "
                        f"clause (and optionally 'REPLICAS'). For example: {format_statement(shown)}", code=40000)
    retention = clause.integer("RETENTION_MS")
    config = {"cleanup.policy": "compact" if statement.is_table else "delete"}
    if retention is not None:
        config["retention.ms"] = str(retention)
    return NewTopic(topic, partitions, config)


def registrations(topic: str, name: str, key_fmt: Format, value_fmt: Format, schema: Schema | Sequence[Column], *,
                  reuse: bool) -> list[Registration]:
    """The subjects of a topic whose sides are AVRO."""
    columns = schema if isinstance(schema, Schema) else Schema(tuple(schema))
    found = []
    if key_fmt.name == "AVRO" and columns.key:
        options = dict(key_fmt.options)
        text = key_schema(columns.key, name, options.get("fullSchemaName", ""))
        found.append(Registration(f"{topic}-key", text, reuse))
    if value_fmt.name == "AVRO" and columns.value:
        options = dict(value_fmt.options)
        text = value_schema(columns.value, options.get("fullSchemaName", ""), value_fmt.wrap)
        found.append(Registration(f"{topic}-value", text, reuse))
    return found
