"""JSON text as Jackson writes it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from rowtime.errors import KsqlError
from rowtime.serde.java_text import java_decimal, java_double
from rowtime.sql.types import BOOLEAN, BYTES, DOUBLE, STRING, Array, Decimal, Map, SqlType, Struct

CONTROL = re.compile(r"[\x00-\x1f]")
ESCAPE = re.compile(r"\\u00[01][0-9a-f]")


def quoted(s: str) -> str:
    """A JSON string; control characters in upper-case hexadecimal."""
    text = encode_basestring(s)
    if CONTROL.search(s):
        return ESCAPE.sub(lambda m: m[0][:4] + m[0][4:].upper(), text)
    return text


def double_text(x: float) -> str:
    """A number, or a quoted NaN or Infinity."""
    text = java_double(x)
    return f'"{text}"' if text[-1] in "yN" else text


def json_text(v: Any, number: Callable[[Any], str] = str) -> str:
    """A parsed document as text again; `number` prints decimals (str: as BigDecimal.toString)."""
    if v is None:
        return "null"
    if v is True or v is False:
        return "true" if v else "false"
    if isinstance(v, str):
        return quoted(v)
    if isinstance(v, dict):
        return f"{{{','.join(f'{quoted(k)}:{json_text(e, number)}' for k, e in v.items())}}}"
    if isinstance(v, list):
        return f"[{','.join(json_text(e, number) for e in v)}]"
    if isinstance(v, float):
        return double_text(v)
    return str(v) if isinstance(v, int) else number(v)


def writer_of(t: SqlType) -> Callable[[Any], str]:
    """A function from a SQL value (not NULL) to its JSON text."""
    match t:
        case Decimal():
            return java_decimal
        case Array(item):
            of_item = nullable(item)
            return lambda values: f"[{','.join(map(of_item, values))}]"
        case Map():
            return map_writer(t)
        case Struct():
            return struct_writer(t)
    return PRIMITIVES.get(t, str)


def nullable(t: SqlType) -> Callable[[Any], str]:
    write = writer_of(t)
    return lambda v: "null" if v is None else write(v)


def map_writer(t: Map) -> Callable[[Any], str]:
    if t.key != STRING:
        raise KsqlError("JSON only supports MAP types with STRING keys")
    of_value = nullable(t.value)
    return lambda m: f"{{{','.join([f'{quoted(k)}:{of_value(v)}' for k, v in m.items()])}}}"


def struct_writer(t: Struct) -> Callable[[Any], str]:
    fields = [(quoted(f.name) + ":", nullable(f.type)) for f in t.fields]
    return lambda row: f"{{{','.join([name + of(v) for (name, of), v in zip(fields, row, strict=True)])}}}"


def base64_text(data: bytes) -> str:
    return f'"{base64.b64encode(data).decode()}"'


PRIMITIVES: dict[SqlType, Callable[[Any], str]] = {
    STRING: quoted, DOUBLE: double_text, BYTES: base64_text, BOOLEAN: lambda b: "true" if b else "false",
}
