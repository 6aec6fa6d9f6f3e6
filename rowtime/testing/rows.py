"""The records of a stream's or table's topic as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rowtime.engine.cast import function
from rowtime.engine.engine import Engine
from rowtime.engine.keys import key_reader
from rowtime.engine.local import drive
from rowtime.engine.metastore import DataSource
from rowtime.errors import KsqlError, SerdeError
from rowtime.ksql.json_text import encoder
from rowtime.log.api import Record
from rowtime.serde import reader
from rowtime.sql.types import (
    BIGINT,
    BYTES,
    DATE,
    DOUBLE,
    STRING,
    TIME,
    TIMESTAMP,
    Array,
    Decimal,
    Map,
    SqlType,
    Struct,
)

BOUNDS = ("WINDOWSTART", "WINDOWEND")


@dataclass(frozen=True, slots=True)
class Row:
    """Values by column as the engine holds them; `deleted`: a tombstone, which has key columns only."""

    values: Mapping[str, Any]
    deleted: bool


def column_types(source: DataSource) -> dict[str, SqlType]:
    """Key columns, then the value's, then ROWTIME and a window's bounds."""
    types = {c.name: c.type for c in (*source.schema.key, *source.schema.value)}
    return types | {"ROWTIME": BIGINT} | (dict.fromkeys(BOUNDS, BIGINT) if source.window else {})


def read_rows(engine: Engine, source: DataSource) -> list[Row]:
    """All rows of its topic, partition by partition; ValueError for bytes that are not in its format."""
    records = _records(engine, source.topic)
    for data in (side for r in records for side in (r.key, r.value)):
        if data is not None and len(data) > 5 and not data[0] and "AVRO" in (source.key_format.name,
                                                                             source.value_format.name):
            _fetch(engine, int.from_bytes(data[1:5], "big"))
    columns = source.schema.value
    keys = key_reader(source.key_format, source.schema.key, source.window, engine.cache.get)([r.key for r in records])
    values = reader(source.value_format, columns, {c.name for c in columns}, engine.cache.get)(
        [r.value for r in records])
    return [_row(source, record, key, value) for record, key, value in zip(records, keys, values, strict=True)]


def _records(engine: Engine, topic: str) -> list[Record]:
    if topic not in engine.log.topics():
        return []
    found: list[Record] = []
    for partition, (start, end) in enumerate(drive(engine.log.offsets(topic))):
        found += drive(engine.log.read(topic, partition, start, end - start))
    return found


def _fetch(engine: Engine, schema_id: int) -> None:
    try:
        drive(engine.cache.fetch(schema_id))
    except KeyError:
        return


def _row(source: DataSource, record: Record, key: Any, value: Any) -> Row:
    for part in (key, value):
        if isinstance(part, SerdeError):
            raise ValueError(f"{source.name}: a record of topic {source.topic} cannot be read: {part}")
    found: dict[str, Any] = {"ROWTIME": record.timestamp}
    names = [c.name for c in source.schema.key] + (list(BOUNDS) if source.window else [])
    found |= dict(zip(names, key or [None] * len(names), strict=True))
    if value is not None:
        found |= dict(zip((c.name for c in source.schema.value), value, strict=True))
    return Row(found, value is None)


def as_held(value: Any, t: SqlType) -> Any:
    """A Python or JSON value as the engine holds it: a struct as a tuple, times as numbers; KsqlError if it is none."""
    if value is None:
        return None
    if isinstance(t, Struct) and isinstance(value, Mapping):
        fields = {str(k).upper(): v for k, v in value.items()} | dict(value)
        return tuple(as_held(fields.get(f.name), f.type) for f in t.fields)
    if isinstance(t, Array) and isinstance(value, Sequence) and not isinstance(value, str):
        return [as_held(v, t.item) for v in value]
    if isinstance(t, Map) and isinstance(value, Mapping):
        return {as_held(k, t.key): as_held(v, t.value) for k, v in value.items()}
    if isinstance(value, str) and t in (DATE, TIME, TIMESTAMP, BYTES):
        return _parsed(value, t)
    if t == DOUBLE and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(t, Decimal):
        return _parsed(str(value), t)
    return value


def _parsed(text: str, t: SqlType) -> Any:
    convert = function(STRING, t)
    assert convert is not None
    try:
        return convert(text)
    except (ValueError, ArithmeticError) as e:
        raise KsqlError(f"'{text}' is no {t}: {e}") from e


def as_text(value: Any, t: SqlType) -> str:
    """A value as JSON text."""
    return encoder(t)(value)


def as_given(value: Any, t: SqlType) -> Any:
    """A value as people write it: structs as dicts, dates and times as the REST API shows them."""
    if value is None:
        return None
    if isinstance(t, Struct):
        return {f.name: as_given(v, f.type) for f, v in zip(t.fields, value, strict=True)}
    if isinstance(t, Array):
        return [as_given(v, t.item) for v in value]
    if isinstance(t, Map):
        return {k: as_given(v, t.value) for k, v in value.items()}
    return encoder(t)(value).strip('"') if t in (DATE, TIME, TIMESTAMP) else value
