"""Avro: resolution of the writer's schema, coercions, errors."""

from __future__ import annotations

import io
import json
from typing import Any

import fastavro
import pytest

from rowtime.errors import KsqlError, SerdeError
from rowtime.serde import columns_from_schema, key_schema, reader, value_schema, writer
from rowtime.serde.api import Format
from rowtime.sql.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DOUBLE,
    INTEGER,
    STRING,
    TIMESTAMP,
    Array,
    Column,
    ColumnKind,
    Field,
    Map,
    SqlType,
    Struct,
)

AVRO = Format("AVRO")


def record(*fields: tuple[str, Any]) -> dict[str, Any]:
    return {"type": "record", "name": "R", "fields": [{"name": n, "type": t} for n, t in fields]}


def encode(schema: Any, value: Any) -> bytes:
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, schema, value)
    return b"\0\0\0\0\1" + stream.getvalue()


def read_one(schema: Any, value: Any, *columns: Column, wrap: bool = True) -> Any:
    text = json.dumps(schema)
    read = reader(Format("AVRO", wrap), columns, {c.name for c in columns}, {1: text}.__getitem__)
    return read([encode(schema, value)])[0]


def test_fields_are_found_by_upper_case_and_missing_ones_are_null() -> None:
    schema = record(("transaction_id", "string"), ("amount", "double"), ("more", {"type": "array", "items": "long"}))
    row = read_one(schema, {"transaction_id": "t1", "amount": 2.5, "more": [1, 2]},
                   Column("AMOUNT", DOUBLE), Column("TRANSACTION_ID", STRING), Column("ABSENT", BIGINT))
    assert row == (2.5, "t1", None)


@pytest.mark.parametrize(("avro", "value", "target", "expected"), [
    ("int", 5, BIGINT, 5), ("float", 0.5, DOUBLE, 0.5), ("long", 7, STRING, "7"), ("double", 1e10, STRING, "1.0E10"),
    ("float", 0.10000000149011612, STRING, "0.1"), ("boolean", True, STRING, "true"),
    ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "B", STRING, "B"),
    ({"type": "fixed", "name": "F", "size": 2}, b"ab", BYTES, b"ab"), ("int", 3, TIMESTAMP, 3),
])
def test_widening(avro: Any, value: Any, target: SqlType, expected: Any) -> None:
    assert read_one(record(("f", avro)), {"f": value}, Column("F", target)) == (expected,)


@pytest.mark.parametrize(("avro", "value", "target", "message"), [
    ("long", 5, INTEGER, "Cannot deserialize type INT64 as type INT32 for path: ->F"),
    ("double", 5.0, BIGINT, "Cannot deserialize type FLOAT64 as type INT64 for path: ->F"),
    ("string", "x", BOOLEAN, "Cannot deserialize type STRING as type BOOLEAN for path: ->F"),
])
def test_narrowing_is_refused(avro: Any, value: Any, target: SqlType, message: str) -> None:
    error = read_one(record(("f", avro)), {"f": value}, Column("F", target))
    assert isinstance(error, SerdeError) and str(error) == message


def test_a_union_of_several_types_is_a_struct() -> None:
    schema = record(("u", ["null", "int", "string"]))
    (column,) = columns_from_schema(json.dumps(schema))
    assert column.type == Struct((Field("INT", INTEGER), Field("STRING", STRING)))
    assert read_one(schema, {"u": "x"}, column) == ((None, "x"),)
    assert read_one(schema, {"u": None}, column) == (None,)


def test_an_inferred_key_is_one_column() -> None:
    (key,) = columns_from_schema(json.dumps(record(("f", "int"))), ColumnKind.KEY, single="ROWKEY")
    assert str(key) == "`ROWKEY` STRUCT<`F` INTEGER> KEY"
    (key,) = columns_from_schema('"string"', ColumnKind.KEY, single="ROWKEY")
    assert str(key) == "`ROWKEY` STRING KEY"


def test_a_record_that_may_be_null() -> None:
    schema = ["null", record(("f", "int"))]
    assert read_one(schema, {"f": 1}, Column("F", INTEGER)) == (1,)
    assert read_one(schema, None, Column("F", INTEGER)) is None


def test_named_types_are_resolved() -> None:
    point = {"type": "record", "name": "P", "namespace": "n", "fields": [{"name": "x", "type": "int"}]}
    schema = record(("a", point), ("b", {"type": "array", "items": "n.P"}))
    struct = Struct((Field("X", INTEGER),))
    row = read_one(schema, {"a": {"x": 1}, "b": [{"x": 2}]}, Column("A", struct), Column("B", Array(struct)))
    assert row == ((1,), [(2,)])


def test_maps_are_read_from_maps() -> None:
    schema = record(("m", {"type": "map", "values": ["null", "int"]}))
    assert read_one(schema, {"m": {"k": 1, "l": None}}, Column("M", Map(STRING, INTEGER))) == ({"k": 1, "l": None},)


def test_a_single_column_may_stand_alone() -> None:
    assert read_one("string", "x", Column("K", STRING), wrap=False) == ("x",)
    unwrapped = Format("AVRO", wrap=False)
    assert writer(unwrapped, [Column("K", STRING)], 3)([("x",), (None,), None]) == [b"\0\0\0\0\3\2x", None, None]
    assert key_schema([Column("K", STRING)], "OUT") == '"string"'


def test_records_that_are_not_of_confluents_format_are_errors() -> None:
    read = reader(AVRO, [Column("F", INTEGER)], {"F"}, {1: json.dumps(record(("f", "int")))}.__getitem__)
    rows = read([None, b"", b"\1\0\0\0\1\2", b"\0\0\0\0\1\2"])
    assert rows[0] is None and rows[3] == (1,)
    assert [str(r) for r in rows[1:3]] == ["Invalid Avro: no bytes", "Unknown magic byte!"]


def test_an_unknown_schema_is_asked_for() -> None:
    read = reader(AVRO, [Column("F", INTEGER)], {"F"}, {}.__getitem__)
    with pytest.raises(KeyError):
        read([b"\0\0\0\0\x09\2"])


def test_malformed_utf8_is_replaced() -> None:
    schema = record(("f", "bytes"))
    text = json.dumps(record(("f", "string")))
    read = reader(AVRO, [Column("F", STRING)], {"F"}, {1: text}.__getitem__)
    assert read([encode(schema, {"f": b"a\xff"})]) == [("a\ufffd",)]


def test_names_avro_forbids() -> None:
    with pytest.raises(KsqlError, match="Schema is not compatible with Avro: Illegal initial character: 1A"):
        value_schema([Column("1A", INTEGER)])
    assert '"name":"A_B"' in value_schema([Column("A.B", INTEGER)])


def test_keys_of_several_columns_are_named_after_the_sink() -> None:
    text = key_schema([Column("A", INTEGER, ColumnKind.KEY), Column("B", STRING, ColumnKind.KEY)], "MY_OUTPUT")
    assert json.loads(text)["connect.name"] == "io.confluent.ksql.avro_schemas.MyOutputKey"
