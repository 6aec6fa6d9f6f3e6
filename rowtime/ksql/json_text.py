"""Values of rows as JSON text, as ksqlDB's REST API prints them."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Callable, Sequence
from typing import Any

from rowtime.serde.java_text import java_double, java_string
from rowtime.sql.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIME,
    TIMESTAMP,
    Array,
    Column,
    Decimal,
    Map,
    SqlType,
    Struct,
)

Encode = Callable[[Any], str]

_EPOCH = datetime.datetime(1970, 1, 1)
_text: Encode = json.JSONEncoder(ensure_ascii=False).encode


def iso_date(days: int) -> str:
    """`2020-01-01`."""
    return (_EPOCH.date() + datetime.timedelta(days=days)).isoformat()


def iso_time(ms: int) -> str:
    """`10:00`, with seconds and milliseconds only where they are not zero."""
    seconds, millis = divmod(ms, 1000)
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    if second or millis:
        text += f":{second:02d}"
    return text + (f".{millis:03d}" if millis else "")


def iso_timestamp(ms: int) -> str:
    """`2020-01-01T00:00:00.000`."""
    seconds, millis = divmod(ms, 1000)
    return f"{(_EPOCH + datetime.timedelta(seconds=seconds)).isoformat()}.{millis:03d}"


def _double(x: float) -> str:
    text = java_double(x)
    return text if text[-1].isdigit() else f'"{text}"'


_PRIMITIVES: dict[SqlType, Encode] = {
    BOOLEAN: lambda v: "true" if v else "false",
    INTEGER: str,
    BIGINT: str,
    DOUBLE: _double,
    STRING: _text,
    BYTES: lambda v: f'"{base64.b64encode(v).decode()}"',
    DATE: lambda v: f'"{iso_date(v)}"',
    TIME: lambda v: f'"{iso_time(v)}"',
    TIMESTAMP: lambda v: f'"{iso_timestamp(v)}"',
}


def encoder(t: SqlType) -> Encode:
    """A function from a value of this type, or None, to JSON text."""
    inner = _not_null(t)
    return lambda v: "null" if v is None else inner(v)


def _not_null(t: SqlType) -> Encode:
    if isinstance(t, Decimal):
        return lambda v: format(v, "f")
    if isinstance(t, Array):
        item = encoder(t.item)
        return lambda v: f"[{','.join(map(item, v))}]"
    if isinstance(t, Map):
        return _map(t)
    if isinstance(t, Struct):
        return _struct(t)
    return _PRIMITIVES[t]


def _map(t: Map) -> Encode:
    key, value = java_string(t.key), encoder(t.value)
    return lambda v: "{" + ",".join(f"{_text(key(k))}:{value(x)}" for k, x in v.items()) + "}"


def _struct(t: Struct) -> Encode:
    fields = [(_text(f.name) + ":", encoder(f.type)) for f in t.fields]
    return lambda v: "{" + ",".join(name + encode(x) for (name, encode), x in zip(fields, v, strict=True)) + "}"


def row_encoder(columns: Sequence[Column]) -> Callable[[Sequence[Any]], str]:
    """A function from a row to `[…]`."""
    encoders = [encoder(c.type) for c in columns]
    return lambda row: "[" + ",".join([encode(v) for encode, v in zip(encoders, row, strict=True)]) + "]"
