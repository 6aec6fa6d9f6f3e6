"""What ksqlDB makes of a JSON value for each SQL type; what it refuses is a SerdeError with the value's path.

Numbers with a point or an exponent are decimal.Decimal here (so that no digit is lost), others int.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from decimal import Decimal as Number
from typing import Any

from rowtime.errors import SerdeError
from rowtime.serde.avro.convert import EXACT, overflow
from rowtime.serde.hash_map import hash_map
from rowtime.serde.java_numbers import wrap32, wrap64
from rowtime.serde.json.text import json_text
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
    Decimal,
    Map,
    SqlType,
    Struct,
)

Convert = Callable[[Any], Any]
WHOLE = re.compile(r"[+-]?\d+")
FLOATING = re.compile(r"\s*[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)[fFdD]?\s*")
DAY = 86_400_000
NODES = {dict: "ObjectNode", list: "ArrayNode", str: "TextNode", bool: "BooleanNode", int: "IntNode",
         Number: "DecimalNode", float: "DecimalNode"}


class Refused(SerdeError):
    """A value that cannot be coerced; `path` grows from the inside out."""

    def __init__(self, reason: str, path: str = ""):
        super().__init__(f"{reason}, path: {path}")
        self.reason, self.path = reason, path


def within(path: str, convert: Convert, value: Any) -> Any:
    try:
        return convert(value)
    except Refused as e:
        raise Refused(e.reason, path + e.path) from e


def cannot(value: Any, required: str) -> Refused:
    source = NODES.get(type(value), "MissingNode")
    if type(value) is int and not -(2**31) <= value < 2**31:
        source = "LongNode" if -(2**63) <= value < 2**63 else "BigIntegerNode"
    return Refused(f"Can't convert type. sourceType: {source}, requiredType: {required}")


def to_boolean(v: Any) -> Any:
    if v is None or v is True or v is False:
        return v
    raise cannot(v, "BOOLEAN")


def whole(name: str, fit: Callable[[int], int], bits: int, check: Callable[[int], int] | None = None) -> Convert:
    """Numbers are cut off and wrapped, texts must be whole numbers in range."""
    limit = 1 << (bits - 1)

    def convert(v: Any) -> Any:
        kind = type(v)
        if v is None:
            return None
        if kind is int:
            n = v if -limit <= v < limit else fit(v)
        elif kind is Number or kind is float:
            n = fit(int(v))
        elif kind is str:
            if not WHOLE.fullmatch(v) or not -limit <= int(v) < limit:
                raise Refused(f"Can't coerce string to type. targetType: {name}")
            n = int(v)
        else:
            raise cannot(v, name)
        return n if check is None else check(n)

    return convert


def check_time(ms: int) -> int:
    if not 0 <= ms <= DAY:
        raise Refused(f"Time values must use number of milliseconds greater than 0 and less than {DAY}.")
    return ms


def to_double(v: Any) -> Any:
    kind = type(v)
    if kind is float or v is None:
        return v
    if kind is Number:
        return float(v)
    if kind is int:
        return double_of(v)
    if kind is str:
        if not FLOATING.fullmatch(v):
            raise Refused("Can't coerce string to type. targetType: DOUBLE")
        return float(v.strip().rstrip("fFdD") if not v.strip().endswith("y") else v)
    raise cannot(v, "DOUBLE")


def double_of(n: int) -> float:
    try:
        return float(n)
    except OverflowError:
        return float("inf") if n > 0 else float("-inf")


def to_string(v: Any) -> Any:
    kind = type(v)
    if kind is str or v is None:
        return v
    if kind is bool:
        return "true" if v else "false"
    if kind is dict:
        return json_text(v)
    if kind is list:
        return f"[{', '.join('null' if e is None else to_string(e) for e in v)}]"
    return str(v)


def to_bytes(v: Any) -> Any:
    if v is None:
        return None
    if type(v) is not str:
        raise cannot(v, "BYTES")
    try:
        return base64.b64decode(v, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(f"Value is not a valid Base64 encoded string: {v}") from None


def to_decimal(t: Decimal) -> Convert:
    limit = Number(10) ** (t.precision - t.scale)
    quantum = Number((0, (1,), -t.scale))

    def convert(v: Any) -> Any:
        if v is None:
            return None
        if isinstance(v, bool) or not isinstance(v, (int, Number, str)):
            raise cannot(v, str(t))
        try:
            number = Number(v)
        except ArithmeticError:
            raise Refused(f"Can't coerce string to type. targetType: {t}") from None
        if abs(number) >= limit:
            raise Refused(overflow(number, t))
        fitted = EXACT.quantize(number, quantum)
        if fitted != number:
            raise Refused(f"Cannot fit decimal '{number:f}' into {t} without rounding.")
        return fitted

    return convert


def to_array(t: Array) -> Convert:
    item = converter(t.item)

    def convert(v: Any) -> Any:
        if v is None:
            return None
        if type(v) is not list:
            raise cannot(v, str(t))
        try:
            return [item(e) for e in v]
        except Refused:
            return [within(f"[{i}]", item, e) for i, e in enumerate(v)]

    return convert


def to_map(t: Map) -> Convert:
    item = converter(t.value)

    def convert(v: Any) -> Any:
        if v is None:
            return None
        if type(v) is not dict:
            raise cannot(v, str(t))
        return hash_map({k: within(f".{k}.value", item, e) for k, e in v.items()}, sized=True)

    return convert


def to_struct(t: Struct) -> Convert:
    fields = [(f.name, converter(f.type)) for f in t.fields]

    def convert(v: Any) -> Any:
        if v is None:
            return None
        if type(v) is not dict:
            raise cannot(v, str(t))
        found = lookup(v, [name for name, _ in fields])
        return tuple([within(f".{name}", to, e) for (name, to), e in zip(fields, found, strict=True)])

    return convert


def lookup(d: dict[str, Any], names: list[str]) -> list[Any]:
    """Each name's value: under the name itself, or a field whose upper case it is; None if there is neither."""
    if all(name in d for name in names):
        return [d[name] for name in names]
    upper = {k.upper(): v for k, v in d.items()}
    return [d[name] if name in d else upper.get(name) for name in names]


PRIMITIVES: dict[SqlType, Convert] = {
    BOOLEAN: to_boolean, INTEGER: whole("INTEGER", wrap32, 32), BIGINT: whole("BIGINT", wrap64, 64),
    DOUBLE: to_double, STRING: to_string, BYTES: to_bytes, DATE: whole("DATE", wrap64, 64),
    TIME: whole("TIME", wrap64, 64, check_time), TIMESTAMP: whole("TIMESTAMP", wrap64, 64),
}


def converter(t: SqlType) -> Convert:
    """A function from a parsed JSON value (None for null or absent) to the SQL value."""
    match t:
        case Decimal():
            return to_decimal(t)
        case Array():
            return to_array(t)
        case Map():
            return to_map(t)
        case Struct():
            return to_struct(t)
    return PRIMITIVES[t]
