"""Batch decoding: equal to fastavro for any schema and values, and safe on any bytes."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.harness.enriched import SCHEMA_TEXT, payload, row
from scoring.avro.decoder import BatchDecoder
from scoring.avro.schema import parse_record, parse_schema
from scoring.errors import SchemaError

LONG = st.integers(-(2**63), 2**63 - 1)
DOUBLE = st.floats(allow_nan=False)
KINDS: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "boolean": ("boolean", st.booleans()),
    "int": ("int", st.integers(-(2**31), 2**31 - 1)),
    "long": ("long", LONG),
    "float": ("float", st.floats(width=32, allow_nan=False)),
    "double": ("double", DOUBLE),
    "string": ("string", st.text(max_size=200)),
    "bytes": ("bytes", st.binary(max_size=100)),
    "fixed": ({"type": "fixed", "size": 3}, st.binary(min_size=3, max_size=3)),
    "enum": ({"type": "enum", "symbols": ["A", "B", "C"]}, st.sampled_from("ABC")),
    "array": ({"type": "array", "items": ["null", "long"]}, st.lists(st.none() | LONG, max_size=5)),
    "map": ({"type": "map", "values": "double"}, st.dictionaries(st.text(max_size=5), DOUBLE, max_size=4)),
    "record": ({"type": "record", "fields": [{"name": "x", "type": "string"}, {"name": "y", "type": ["null", "long"]}]},
               st.fixed_dictionaries({"x": st.text(max_size=9), "y": st.none() | LONG})),
}
READ_KINDS = ("boolean", "int", "long", "float", "double", "string", "bytes", "enum")


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A record schema and rows of it."""
    fields, values = [], {}
    for number in range(draw(st.integers(1, 6))):
        name, kind = f"F{number}", draw(st.sampled_from(sorted(KINDS)))
        type, value = KINDS[kind]
        named = {**type, "name": f"N{number}"} if isinstance(type, dict) else type
        shape = draw(st.sampled_from(["plain", "null first", "null last"]))
        nullable = {"plain": named, "null first": ["null", named], "null last": [named, "null"]}[shape]
        fields.append({"name": name, "type": nullable, "kind": kind})
        values[name] = value if shape == "plain" else st.none() | value
    rows = draw(st.lists(st.fixed_dictionaries(values), min_size=1, max_size=6))
    return {"type": "record", "name": "R", "fields": fields}, rows


def encoded(schema: dict[str, Any], rows: list[dict[str, Any]]) -> list[bytes]:
    parsed, out = fastavro.parse_schema(schema), []
    for values in rows:
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, parsed, values)
        out.append(buffer.getvalue())
    return out


def same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, str):
        return found == wanted.encode()
    return found == wanted or (isinstance(wanted, float) and math.isclose(found, wanted))


@given(tables(), st.integers(0, 5))
@settings(max_examples=80, deadline=None)
def test_decodes_as_fastavro_encodes(table: tuple[dict[str, Any], list[dict[str, Any]]], framing: int) -> None:
    schema, rows = table
    wanted = [field["name"] for field in schema["fields"] if field["kind"] in READ_KINDS]
    payloads = [bytes(framing) + data for data in encoded(schema, rows)]
    batch = BatchDecoder(parse_schema(json.dumps(schema)), wanted).decode(payloads, framing)
    assert not batch.bad.any()
    for name in wanted:
        column = batch.columns[name]
        for at, values in enumerate(rows):
            assert bool(column.null[at]) == (values[name] is None)
            assert values[name] is None or same(column.values[at], values[name]), (name, values[name])


@given(tables(), st.data())
@settings(max_examples=50, deadline=None)
def test_a_broken_record_does_not_disturb_its_neighbours(
    table: tuple[dict[str, Any], list[dict[str, Any]]], data: st.DataObject
) -> None:
    schema, rows = table
    decoder = BatchDecoder(parse_schema(json.dumps(schema)), [])
    payloads = encoded(schema, rows)
    broken = data.draw(st.binary(max_size=60))
    batch = decoder.decode([payloads[0], broken, payloads[-1]])
    assert not batch.bad[0] and not batch.bad[2]


@given(tables(), st.data())
@settings(max_examples=50, deadline=None)
def test_cut_or_lengthened_records_are_bad(
    table: tuple[dict[str, Any], list[dict[str, Any]]], data: st.DataObject
) -> None:
    schema, rows = table
    whole = encoded(schema, rows)[0]
    cut = whole[: data.draw(st.integers(0, max(len(whole) - 1, 0)))]
    batch = BatchDecoder(parse_schema(json.dumps(schema)), []).decode([cut, whole + b"\0", whole])
    assert batch.bad.tolist() == [len(cut) < len(whole), True, False]


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=20))
@settings(max_examples=80, deadline=None)
def test_any_bytes_are_taken(payloads: list[bytes]) -> None:
    decoder = BatchDecoder(parse_record(SCHEMA_TEXT), ["AMOUNT", "TYPE", "EVENT_TIME"])
    assert len(decoder.decode(payloads, 5).bad) == len(payloads)


@given(st.integers(0, 10_000), st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=80, deadline=None)
def test_flipped_bytes_are_taken_as_fastavro_takes_them_or_refused(
    number: int, flips: list[tuple[int, int]]
) -> None:
    data = bytearray(payload(row(number)))
    for at, value in flips:
        data[5 + at % (len(data) - 5)] = value
    batch = BatchDecoder(parse_record(SCHEMA_TEXT), ["AMOUNT", "HOUR"]).decode([bytes(data)], 5)
    if not batch.bad[0]:
        found = fastavro.schemaless_reader(io.BytesIO(bytes(data[5:])), plain_schema(), None)
        amount = found["AMOUNT"]  # type: ignore[index,call-overload]
        column = batch.columns["AMOUNT"]
        assert bool(column.null[0]) == (amount is None)
        assert amount is None or math.isnan(amount) or same(column.values[0], amount)


def plain_schema() -> Any:
    """The enriched schema without logical types and with bytes for strings, so that any value can be read."""
    text = SCHEMA_TEXT.replace('"logicalType": "timestamp-millis"', '"x": 1').replace('"string"', '"bytes"')
    return fastavro.parse_schema(json.loads(text))


def test_a_bomb_of_items_is_refused_before_it_is_unpacked() -> None:
    schema = {"type": "record", "name": "R", "fields": [{"name": "A", "type": {"type": "array", "items": "null"}},
                                                        {"name": "B", "type": {"type": "array", "items": "long"}}]}
    decoder = BatchDecoder(parse_schema(json.dumps(schema)), [])
    huge = b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"
    assert decoder.decode([huge + b"\0\0", b"\0" + huge + b"\0", b"\x02\0\0"]).bad.tolist() == [True, True, False]


def test_an_endless_varint_is_bad() -> None:
    schema = parse_schema(json.dumps({"type": "record", "name": "R", "fields": [{"name": "A", "type": "long"}]}))
    batch = BatchDecoder(schema, ["A"]).decode([b"\xff" * 30, b"\x80" * 9 + b"\x01", b"\x02"])
    assert batch.bad.tolist() == [True, False, False]
    assert batch.columns["A"].values[1:].tolist() == [2**62, 1]


@pytest.mark.parametrize(("schema", "wanted", "message"), [
    ('{"type": "record", "name": "R", "fields": []}', "A", "has no field A"),
    ('{"type": "record", "name": "R", "fields": [{"name": "A", "type": {"type": "array", "items": "int"}}]}', "A",
     "field A is array"),
])
def test_a_field_that_cannot_be_read_is_named(schema: str, wanted: str, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        BatchDecoder(parse_record(schema), [wanted])


@pytest.mark.parametrize(("text", "message"), [
    ("{", "not JSON"),
    ('"string"', "expected a record"),
    ('{"type": "record", "name": "R", "fields": [{"name": "A", "type": "R"}]}', "recursive"),
    ('{"type": "record", "name": "R", "fields": [{"name": "A", "type": "unknown"}]}', "unknown type"),
    ("[" * 5000, "schema is"),
    ('{"type": "record", "fields": []}', "no name"),
    ('{"type": "record", "name": "R", "fields": [1]}', "not an Avro field"),
])
def test_what_is_no_record_schema_is_refused(text: str, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        parse_record(text)
