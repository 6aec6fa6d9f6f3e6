"""Values as CAST(… AS STRING) prints them."""

from __future__ import annotations

import base64
import datetime
from typing import Any

from rowtime.serde.java_text import java_double
from rowtime.sql.types import (
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    TIME,
    TIMESTAMP,
    Array,
    Decimal,
    Map,
    SqlType,
    Struct,
)

_EPOCH = datetime.datetime(1970, 1, 1)


def text_of(value: Any, t: SqlType) -> str:
    """The text of a value that is not NULL."""
    if t == DOUBLE:
        return java_double(value)
    if t == BOOLEAN:
        return "true" if value else "false"
    if isinstance(t, Decimal):
        return format(value, "f")
    if t == DATE:
        return (_EPOCH + datetime.timedelta(days=value)).date().isoformat()
    if t == TIME:
        return _time_text(value)
    if t == TIMESTAMP:
        return _timestamp_text(value)
    if t == BYTES:
        return base64.b64encode(value).decode()
    return _nested_text(value, t)


def _time_text(ms: int) -> str:
    seconds, millis = divmod(ms, 1000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    if seconds % 60 or millis:
        clock += f":{seconds % 60:02d}"
    return clock + (f".{millis:03d}" if millis else "")


def _timestamp_text(ms: int) -> str:
    moment = _EPOCH + datetime.timedelta(milliseconds=ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}"


def _nested_text(value: Any, t: SqlType) -> str:
    if isinstance(t, Array):
        return "[" + ", ".join(_or_null(v, t.item) for v in value) + "]"
    if isinstance(t, Map):
        return "{" + ", ".join(f"{_or_null(k, t.key)}={_or_null(v, t.value)}" for k, v in value.items()) + "}"
    if isinstance(t, Struct):
        return "Struct{" + ",".join(f"{f.name}={_or_null(v, f.type)}" for f, v in zip(t.fields, value, strict=True)
                                    if v is not None) + "}"
    return str(value)


def _or_null(value: Any, t: SqlType) -> str:
    return "null" if value is None else text_of(value, t)
