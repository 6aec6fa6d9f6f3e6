"""The fast writer writes what fastavro writes, and refuses what does not fit."""

from __future__ import annotations

import json
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.replay.avro import record_writer
from fraudstream.replay.encode import Encoder

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"
TRANSACTION = json.loads((SCHEMAS / "transaction.avsc").read_text())
LONGS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.fixed_dictionaries({
    "transaction_id": st.text(), "event_time": LONGS, "ingested_at": LONGS, "type": st.none() | st.text(max_size=200),
    "channel": st.text(), "amount": st.none() | st.floats(allow_nan=False), "counterparty_id": st.none() | st.text(),
}, optional={"old_balance_origin": st.none() | st.floats(allow_nan=False)})
KINDS = {"type": "record", "name": "Kinds", "fields": [
    {"name": "i", "type": "int"}, {"name": "b", "type": "bytes"}, {"name": "t", "type": "boolean"},
    {"name": "f", "type": "float"}, {"name": "last", "type": ["string", "null"]}]}


def plain(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without logical types, so that numbers stay numbers."""
    return {**schema, "fields": [{**f, "type": f["type"]["type"] if isinstance(f["type"], dict) else f["type"]}
                                 for f in schema["fields"]]}


@given(VALUES)
def test_transactions_round_trip_in_the_wire_format(value: dict[str, Any]) -> None:
    data = Encoder(77, TRANSACTION)(value)
    assert data[:5] == b"\x00\x00\x00\x00\x4d"
    back = schemaless_reader(BytesIO(data[5:]), parse_schema(plain(TRANSACTION)), None)
    assert isinstance(back, dict)
    assert {name: back[name] for name in value} == value
    assert back["new_balance_origin"] is None


@given(st.fixed_dictionaries({"i": st.integers(-(2**31), 2**31 - 1), "b": st.binary(max_size=100), "t": st.booleans(),
                              "f": st.floats(width=32), "last": st.none() | st.text(max_size=90)}))
def test_the_same_bytes_as_fastavro(value: dict[str, Any]) -> None:
    out = BytesIO()
    schemaless_writer(out, parse_schema(KINDS), value)
    write = record_writer(KINDS)
    assert write and write(value) == out.getvalue()


@pytest.mark.parametrize("wrong", [
    {"i": 2**31}, {"i": 1.5}, {"i": True}, {"b": "text"}, {"t": 1}, {"f": "x"}, {"last": 3}])
def test_what_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    write = record_writer(KINDS)
    good = {"i": 1, "b": b"", "t": True, "f": 0.5, "last": None}
    assert write and write(good)
    with pytest.raises((TypeError, ValueError, struct.error)):
        write(good | wrong)
    with pytest.raises(KeyError):
        write({"i": 1})


def test_other_schemas_are_left_to_fastavro() -> None:
    schema = {"type": "record", "name": "R", "fields": [{"name": "a", "type": {"type": "map", "values": "int"}}]}
    assert record_writer(schema) is None
    assert Encoder(1, schema)({"a": {"k": 1}})[5:] == b"\x02\x02k\x02\x00"
