"""Entries of arrays {NAME, VALUE} as columns: what a mapping's extra columns arrive as."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import fastavro
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.avro.decoder import BatchDecoder
from scoring.avro.schema import parse_record

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "transaction_enriched.avsc").read_text())
FIELDS = {"ACCOUNT_ID", "MEASURES", "ATTRIBUTES", "AMOUNT"}
SMALL = SCHEMA | {"fields": [field for field in SCHEMA["fields"] if field["name"] in FIELDS]}
NAMES = st.sampled_from(["a", "b", "", None])


def entries(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    entry = st.none() | st.fixed_dictionaries({"NAME": NAMES, "VALUE": st.none() | values})
    return st.none() | st.lists(entry, max_size=5)


RECORDS = st.lists(st.fixed_dictionaries({
    "ACCOUNT_ID": st.none() | st.text(max_size=4), "AMOUNT": st.none() | st.floats(allow_nan=False),
    "MEASURES": entries(st.floats(allow_nan=False)), "ATTRIBUTES": entries(st.text(max_size=200))}),
    min_size=1, max_size=9)


def encoded(record: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(SMALL), record)
    return out.getvalue()


def first(array: Any, name: str) -> Any:
    found = [e["VALUE"] for e in array or () if e is not None and e["NAME"] == name and e["VALUE"] is not None]
    return found[0] if found else None


@settings(max_examples=200, deadline=None)
@given(RECORDS)
def test_entries_are_read_by_name(records: list[dict[str, Any]]) -> None:
    wanted = ["AMOUNT", "ATTRIBUTES.a", "MEASURES.b", "MEASURES.a"]
    batch = BatchDecoder(parse_record(json.dumps(SMALL)), wanted).decode([encoded(r) for r in records])
    assert not batch.bad.any()
    for name in wanted[1:]:
        array, _, entry = name.partition(".")
        column = batch.columns[name]
        pairs = zip(column.values.tolist(), column.null.tolist(), strict=True)
        values = [None if null else value for value, null in pairs]
        found = [first(r[array], entry) for r in records]
        assert values == [v.encode() if isinstance(v, str) else v for v in found]


def test_a_schema_knows_its_entries() -> None:
    record = parse_record(json.dumps(SCHEMA))
    distance, category = record.field("MEASURES.distance"), record.field("ATTRIBUTES.category")
    assert distance and distance.type.value.kind == "double" and distance.type.nullable
    assert category and category.type.value.kind == "string"
    assert record.field("AMOUNT.x") is None and record.field("OTHER.x") is None
