"""A topic's records as a test file's output records show them."""

from __future__ import annotations

import base64
from typing import Any

from rowtime.engine.keys import bounds, key_reader
from rowtime.engine.local import drive
from rowtime.errors import SerdeError
from rowtime.log.api import Record
from rowtime.serde import reader
from rowtime.sql.ast import WindowType
from rowtime.sql.types import BYTES, Array, Map, SqlType, Struct
from rowtime.testing.json_numbers import Document


def read_record(topic: str, r: Record, source: Any, cache: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"topic": topic, "timestamp": r.timestamp}
    key = r.key
    if source.window is not None and key is not None:
        start, end = bounds(key, source.window)
        session = source.window.type is WindowType.SESSION
        found["window"] = {"start": start, "end": end, "type": "session" if session else "time"}
        key = key[:-16 if session else -8] or None
    found["key"] = shown(key, source.key_format, source.schema.key, cache, True)
    found["value"] = shown(r.value, source.value_format, source.schema.value, cache, False)
    return found


def shown(data: bytes | None, fmt: Any, columns: Any, cache: Any, is_key: bool) -> Any:
    if data is None:
        return None
    if fmt.name == "DELIMITED":
        return data.decode()
    if fmt.name == "JSON":
        return Document(data.decode())
    if not columns or fmt.name == "NONE":
        return data.decode(errors="replace")
    if fmt.name == "AVRO":
        drive(cache.fetch(int.from_bytes(data[1:5], "big")))
    rows = (key_reader(fmt, columns, None, cache.get) if is_key else
            reader(fmt, columns, {c.name for c in columns}, cache.get))([data])
    if isinstance(rows[0], SerdeError):
        raise ValueError(f"{data!r}: {rows[0]}")
    assert rows[0] is not None
    values = [json_of(v, c.type) for v, c in zip(rows[0], columns, strict=True)]
    if len(columns) == 1 and (is_key or not fmt.wrap or fmt.name == "KAFKA"):
        return values[0]
    return {c.name: v for c, v in zip(columns, values, strict=True)}


def json_of(value: Any, t: SqlType) -> Any:
    if value is None:
        return None
    if isinstance(t, Array):
        return [json_of(v, t.item) for v in value]
    if isinstance(t, Map):
        return {json_of(k, t.key): json_of(v, t.value) for k, v in value.items()}
    if isinstance(t, Struct):
        return {f.name: json_of(v, f.type) for f, v in zip(t.fields, value, strict=True)}
    return base64.b64encode(value).decode() if t == BYTES else value
