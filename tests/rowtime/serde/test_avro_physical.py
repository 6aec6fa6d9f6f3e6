"""Writing by a schema that was given."""

from __future__ import annotations

import io
import json
from typing import Any

import fastavro
import pytest

from rowtime.errors import KsqlError, SerdeError
from rowtime.serde import writer
from rowtime.serde.api import Format
from rowtime.sql.types import BIGINT, DOUBLE, INTEGER, STRING, Array, Column, Field, Map, SqlType, Struct

AVRO = Format("AVRO")


def fields(**types: Any) -> dict[str, Any]:
    return {"type": "record", "name": "R", "fields": [
        {"name": n, **(t if isinstance(t, dict) and "default" in t else {"type": t})} for n, t in types.items()]}


def written(schema: Any, columns: dict[str, SqlType], *row: Any) -> Any:
    made = writer(AVRO, [Column(n, t) for n, t in columns.items()], 102, schema=json.dumps(schema))
    (data,) = made([row])
    if isinstance(data, bytes):
        assert data[:5] == b"\0\0\0\0\x66"
        return fastavro.schemaless_reader(io.BytesIO(data[5:]), schema, None)
    return data


def test_fields_in_the_schemas_order_and_types() -> None:
    inner = {"type": "record", "name": "Inner", "fields": [{"name": "x", "type": ["null", "int"]}]}
    schema = fields(b="string", a=["int", "null"], m={"type": "map", "values": "double"}, s=inner,
                    l={"type": "array", "items": "long"})
    columns = {"a": INTEGER, "s": Struct((Field("x", INTEGER),)), "b": STRING, "l": Array(BIGINT),
               "m": Map(STRING, DOUBLE)}
    row = written(schema, columns, 7, (None,), "t", [1, 2], {"k": 0.5})
    assert row == {"b": "t", "a": 7, "m": {"k": 0.5}, "s": {"x": None}, "l": [1, 2]}


def test_defaults_fill_the_others() -> None:
    schema = fields(a="int", d={"type": "string", "default": "foo"}, n={"type": ["null", "int"], "default": None})
    assert written(schema, {"a": INTEGER}, 1) == {"a": 1, "d": "foo", "n": None}


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(KsqlError, match="Schema from Schema Registry misses field with name: b"):
        written(fields(a="int"), {"b": INTEGER}, 1)
    with pytest.raises(KsqlError, match="Missing default value for required Avro field: \\[b\\]"):
        written(fields(a="int", b="int"), {"a": INTEGER}, 1)
    with pytest.raises(KsqlError, match="Cannot write DOUBLE as Avro int"):
        written(fields(a="int"), {"a": DOUBLE}, 1.0)
    assert isinstance(written(fields(a="int"), {"a": INTEGER}, None), SerdeError)
