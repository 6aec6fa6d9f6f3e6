"""Batch encoding: fastavro reads back what was given."""

from __future__ import annotations

import io
import json
from typing import Any

import fastavro
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.avro.encoder import Constant, Items, RecordEncoder, Rows
from scoring.avro.schema import parse_record
from scoring.avro.varint import encode_long
from scoring.errors import SchemaError

REASON = {"type": "record", "name": "Reason", "fields": [{"name": "text", "type": "string"},
                                                         {"name": "value", "type": ["null", "double"]}]}
SCHEMA = {"type": "record", "name": "R", "fields": [
    {"name": "long", "type": "long"}, {"name": "double", "type": ["double", "null"]},
    {"name": "flag", "type": "boolean"}, {"name": "text", "type": ["null", "string"]},
    {"name": "constant", "type": "string"}, {"name": "none", "type": ["null", "int"]},
    {"name": "items", "type": {"type": "array", "items": REASON}}]}
LONG = st.integers(-(2**63), 2**63 - 1)
ROW = st.tuples(LONG, st.none() | st.floats(allow_nan=False), st.booleans(), st.none() | st.text(max_size=90),
                st.integers(0, 2))


def source(rows: list[Any]) -> dict[str, Any]:
    longs, doubles, flags, texts, counts = zip(*rows, strict=True)
    numbers = np.arange(len(rows), dtype=float)
    items = [{"text": Rows([b"a%d" % rank] * len(rows)), "value": Rows(numbers + rank, numbers % 2 == 0)}
             for rank in range(2)]
    return {
        "long": Rows(np.array(longs, dtype=np.int64)),
        "double": Rows(np.array([d or 0.0 for d in doubles]), np.array([d is None for d in doubles])),
        "flag": Rows(np.array(flags)),
        "text": Rows([None if t is None else t.encode() for t in texts], np.array([t is None for t in texts])),
        "constant": Constant("c"),
        "items": Items(np.array(counts), items),
    }


@given(st.lists(ROW, min_size=1, max_size=8))
@settings(max_examples=80, deadline=None)
def test_fastavro_reads_what_was_encoded(rows: list[Any]) -> None:
    encoder = RecordEncoder(parse_record(json.dumps(SCHEMA)), b"head")
    payloads = encoder.encode(source(rows), len(rows))
    for number, (payload, row) in enumerate(zip(payloads, rows, strict=True)):
        assert payload[:4] == b"head"
        stream = io.BytesIO(payload[4:])
        found = fastavro.schemaless_reader(stream, fastavro.parse_schema(SCHEMA), None)
        long, double, flag, text, count = row
        items = [{"text": f"a{rank}", "value": float(number + rank) if number % 2 else None} for rank in range(count)]
        assert stream.read() == b""
        assert found == {"long": long, "double": double, "flag": flag, "text": text, "constant": "c", "none": None,
                         "items": items}


@given(LONG)
def test_one_long_as_fastavro_writes_it(value: int) -> None:
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, fastavro.parse_schema("long"), value)
    assert encode_long(value) == buffer.getvalue()


def test_a_null_that_the_schema_forbids_is_told() -> None:
    encoder = RecordEncoder(parse_record('{"type": "record", "name": "R", "fields": [{"name": "A", "type": "long"}]}'))
    with pytest.raises(SchemaError, match="field A is null"):
        encoder.encode({"A": Rows(np.array([1]), np.array([True]))}, 1)
    with pytest.raises(SchemaError, match="field A is required"):
        encoder.check([])
