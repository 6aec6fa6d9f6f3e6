"""Avro against fastavro, on random schemas and rows."""

from __future__ import annotations

import importlib.util
import io
import json
from pathlib import Path
from typing import Any

import fastavro
from hypothesis import given, settings
from hypothesis import strategies as st

from rowtime.errors import SerdeError
from rowtime.serde import columns_from_schema, element_writer, reader, value_schema, writer
from rowtime.serde.api import Format
from rowtime.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIMESTAMP,
    Array,
    Column,
    Decimal,
    Map,
    SqlType,
    Struct,
)

spec = importlib.util.spec_from_file_location("serde_strategies", Path(__file__).with_name("strategies.py"))
assert spec and spec.loader
strategies = importlib.util.module_from_spec(spec)
spec.loader.exec_module(strategies)
AVRO = Format("AVRO")


def plain(schema: Any) -> Any:
    """The schema without logical types but decimals, so that fastavro keeps numbers as they are."""
    if isinstance(schema, list):
        return [plain(s) for s in schema]
    if isinstance(schema, dict):
        return {k: plain(v) for k, v in schema.items() if k != "logicalType" or v == "decimal"}
    return schema


def as_fastavro(value: Any, t: SqlType) -> Any:
    """A row's value as fastavro has it."""
    if value is None:
        return None
    match t:
        case Array(item):
            return [as_fastavro(v, item) for v in value]
        case Map(_, inner):
            return {k: as_fastavro(v, inner) for k, v in value.items()}
        case Struct(fields):
            return {f.name: as_fastavro(v, f.type) for f, v in zip(fields, value, strict=True)}
    return value


def normal(value: Any) -> Any:
    """MapEntry arrays as maps."""
    if isinstance(value, dict):
        return {k: normal(v) for k, v in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(v, dict) and set(v) == {"key", "value"} for v in value):
            return {v["key"]: normal(v["value"]) for v in value}
        return [normal(v) for v in value]
    return value


def no_empty_maps(value: Any) -> Any:
    """fastavro reads an empty MAP as an empty list."""
    if isinstance(value, dict):
        return {k: no_empty_maps(v) for k, v in value.items()} or []
    return [no_empty_maps(v) for v in value] if isinstance(value, list) else value


@given(strategies.tables())
@settings(max_examples=80, deadline=None)
def test_what_is_written_fastavro_reads(table: tuple[list[Column], list[tuple[Any, ...]]]) -> None:
    columns, rows = table
    schema = fastavro.parse_schema(plain(json.loads(value_schema(columns))))
    for data, row in zip(writer(AVRO, columns, 7)(rows), rows, strict=True):
        assert isinstance(data, bytes) and data[:5] == b"\0\0\0\0\7"
        stream = io.BytesIO(data[5:])
        record = fastavro.schemaless_reader(stream, schema, None)
        assert stream.read() == b""
        expected = {c.name: as_fastavro(v, c.type) for c, v in zip(columns, row, strict=True)}
        assert no_empty_maps(normal(record)) == no_empty_maps(expected)


@given(strategies.tables(), st.data())
@settings(max_examples=80, deadline=None)
def test_reading_back_gives_the_columns_in_use(table: tuple[list[Column], list[tuple[Any, ...]]],
                                               data: st.DataObject) -> None:
    columns, rows = table
    text = value_schema(columns)
    used = {c.name for c in columns if data.draw(st.booleans())}
    read = reader(AVRO, columns, used, {7: text}.__getitem__)
    for row, back in zip(rows, read(writer(AVRO, columns, 7)(rows)), strict=True):
        assert isinstance(back, tuple)
        assert all(v == b for c, v, b in zip(columns, row, back, strict=True) if c.name in used)
    assert columns_from_schema(text) == columns


@given(strategies.tables())
@settings(max_examples=40, deadline=None)
def test_cut_records_are_errors_and_cost_their_neighbours_nothing(
        table: tuple[list[Column], list[tuple[Any, ...]]]) -> None:
    columns, rows = table
    read = reader(AVRO, columns, {c.name for c in columns}, {7: value_schema(columns)}.__getitem__)
    for data, row in zip(writer(AVRO, columns, 7)(rows), rows, strict=True):
        assert isinstance(data, bytes)
        cut, whole = read([data[:-1], data])
        assert isinstance(cut, SerdeError)
        assert whole == row


avro_types = st.recursive(
    st.sampled_from(["int", "long", "float", "double", "string", "boolean", "bytes"]),
    lambda inner: st.one_of(inner.map(lambda t: {"type": "array", "items": t}),
                            inner.map(lambda t: {"type": "map", "values": t})), max_leaves=3)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "int": strategies.int32, "long": strategies.int64, "float": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False), "string": strategies.text, "boolean": st.booleans(),
    "bytes": st.binary(max_size=5),
}


def avro_values(t: Any) -> st.SearchStrategy[Any]:
    if isinstance(t, str):
        return VALUES[t]
    if t["type"] == "array":
        return st.lists(avro_values(t["items"]), max_size=3)
    return st.dictionaries(strategies.text, avro_values(t["values"]), max_size=3)


@given(st.lists(st.tuples(avro_types, st.sampled_from(["plain", "null first", "null last"])), max_size=5), st.data())
@settings(max_examples=80, deadline=None)
def test_other_writers_records_are_read(fields: list[tuple[Any, str]], data: st.DataObject) -> None:
    wrap = {"plain": lambda t: t, "null first": lambda t: ["null", t], "null last": lambda t: [t, "null"]}
    schema = {"type": "record", "name": "R", "fields": [
        {"name": f"f{i}", "type": wrap[kind](t)} for i, (t, kind) in enumerate(fields)]}
    record = {f"f{i}": data.draw(avro_values(t) if kind == "plain" else st.none() | avro_values(t))
              for i, (t, kind) in enumerate(fields)}
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, schema, record)
    columns = columns_from_schema(json.dumps(schema)) if fields else []
    read = reader(AVRO, columns, {c.name for c in columns}, {1: json.dumps(schema)}.__getitem__)
    assert read([b"\0\0\0\0\1" + stream.getvalue()]) == [tuple(record.values())]


@given(strategies.types, st.data())
@settings(max_examples=40, deadline=None)
def test_spliced_items_are_the_same_bytes(item: SqlType, data: st.DataObject) -> None:
    items = data.draw(st.lists(strategies.values(item), max_size=4))
    columns = [Column("A", Array(item))]
    encode = element_writer(item)
    (spliced,) = writer(AVRO, columns, 1, spliced={"A"})([([encode(v) for v in items],)])
    assert spliced == writer(AVRO, columns, 1)([(items,)])[0]


def test_decimal_precision_is_kept_to() -> None:
    columns = [Column("D", Decimal(4, 2))]
    too_large, too_fine = writer(AVRO, columns, 1)([(strategies.Number("100.00"),), (strategies.Number("1.234"),)])
    assert isinstance(too_large, SerdeError) and "less than 10^2" in str(too_large)
    assert isinstance(too_fine, SerdeError)


PLAIN = st.sampled_from([BOOLEAN, INTEGER, BIGINT, DOUBLE, STRING, DATE, TIMESTAMP])
SCALARS: dict[SqlType, st.SearchStrategy[Any]] = {
    BOOLEAN: st.booleans(), DOUBLE: st.floats(), STRING: strategies.text, INTEGER: strategies.int32,
    BIGINT: strategies.int64, DATE: strategies.int32,
    TIMESTAMP: strategies.int64 | st.sampled_from([-65, -64, 8191, 8192]),
}


@settings(max_examples=150, deadline=None)
@given(st.lists(PLAIN, min_size=1, max_size=5), st.data())
def test_a_row_has_the_same_bytes_in_every_batch(types: list[SqlType], data: st.DataObject) -> None:
    """Rows without NULL, rows with some, tombstones and what cannot be written."""
    columns = [Column(f"C{i}", t) for i, t in enumerate(types)]
    write = writer(Format("AVRO"), columns, 7)
    full = st.tuples(*(SCALARS[t] for t in types))
    gaps = st.tuples(*(st.none() | SCALARS[t] for t in types))
    mixed = st.none() | full | gaps | st.just(("wrong",) * 9)
    batches = data.draw(st.lists(st.lists(full) | st.lists(mixed), max_size=5))
    for rows in batches:
        alone = [writer(Format("AVRO"), columns, 7)([row])[0] for row in rows]
        assert [str(one) for one in write(rows)] == [str(one) for one in alone]
