"""Test records given as JSON, as bytes in the formats of the sources that read their topic."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal as Number
from typing import Any

from rowtime import serde
from rowtime.errors import SerdeError
from rowtime.log.api import Record, Schemas
from rowtime.serde.api import Format
from rowtime.sql.types import (
    BIGINT,
    BYTES,
    DATE,
    DOUBLE,
    INTEGER,
    TIME,
    TIMESTAMP,
    Array,
    Column,
    Decimal,
    Map,
    SqlType,
    Struct,
)


def sql_value(value: Any, t: SqlType) -> Any:
    """A JSON value as rowtime holds it."""
    if value is None:
        return None
    if isinstance(t, Decimal):
        return Number(str(value)).quantize(Number(1).scaleb(-t.scale))
    if isinstance(t, Array):
        return [sql_value(v, t.item) for v in value]
    if isinstance(t, Map):
        return {k: sql_value(v, t.value) for k, v in value.items()}
    if isinstance(t, Struct):
        return tuple(sql_value(_get(value, f.name), f.type) for f in t.fields)
    if t == BYTES:
        return base64.b64decode(value)
    if t == DOUBLE:
        return float(value)
    return int(value) if t in (INTEGER, BIGINT, DATE, TIME, TIMESTAMP) else value


def _get(fields: Mapping[str, Any], name: str) -> Any:
    return next((v for k, v in fields.items() if k == name or k.upper() == name), None)


async def _bytes(value: Any, fmt: Format, columns: Sequence[Column], subject: str, schemas: Schemas) -> bytes | None:
    if value is None:
        return None
    if fmt.name == "JSON":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    if fmt.name == "DELIMITED":
        return str(value).encode()
    latest = await schemas.latest(subject) if fmt.name == "AVRO" else None
    if isinstance(value, Mapping):
        row = tuple(sql_value(_get(value, c.name), c.type) for c in columns)
    else:
        row = tuple(sql_value(value, c.type) for c in columns[:1])
    (made,) = serde.writer(fmt, columns, latest[0] if latest else 0)([row])
    if isinstance(made, SerdeError):
        raise made
    return made


def _windowed(key: bytes | None, window: Mapping[str, Any] | None) -> bytes | None:
    if key is None or not window:
        return key
    start, end = int(window["start"]), int(window.get("end") or 0)
    times = (end, start) if window.get("type", "time").lower() == "session" else (start,)
    return key + b"".join(t.to_bytes(8, "big", signed=True) for t in times)


async def record_of(given: Mapping[str, Any], source: Any, schemas: Schemas) -> Record:
    """`source` is one that reads the record's topic, or None: then key and value are JSON."""
    plain = Format("JSON")
    key_format, key = (source.key_format, source.schema.key) if source else (plain, ())
    value_format, value = (source.value_format, source.schema.value) if source else (plain, ())
    topic = given["topic"]
    key_format = replace(key_format, wrap=len(key) > 1)
    key_bytes = await _bytes(given.get("key"), key_format, key, f"{topic}-key", schemas) if key else None
    value_bytes = await _bytes(given.get("value"), value_format, value, f"{topic}-value", schemas)
    headers = tuple((h["KEY"], base64.b64decode(h["VALUE"])) for h in given.get("headers") or ())
    return Record(_windowed(key_bytes, given.get("window")), value_bytes, given.get("timestamp") or 0, headers)
