"""Which Avro types a SQL type can be read from, and what has to be done to the value."""

from __future__ import annotations

import struct
from collections.abc import Callable
from decimal import Context
from decimal import Decimal as Number
from typing import Any

from rowtime.errors import SerdeError
from rowtime.serde.avro.parsed import Node
from rowtime.serde.avro.varint import ZIGZAG, after_varint, long_at, raw_at
from rowtime.serde.hash_map import hash_map
from rowtime.serde.java_text import java_boolean, java_double, java_float
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

EXACT = Context(prec=2000)
ACCEPTS: dict[SqlType, frozenset[str]] = {
    BOOLEAN: frozenset(["boolean"]), INTEGER: frozenset(["int"]), DATE: frozenset(["int"]), TIME: frozenset(["int"]),
    BIGINT: frozenset(["int", "long"]), TIMESTAMP: frozenset(["int", "long"]), DOUBLE: frozenset(["float", "double"]),
    STRING: frozenset(["int", "long", "float", "double", "boolean", "string", "enum"]),
    BYTES: frozenset(["bytes", "fixed"]),
}
CONNECT = {"int": "INT32", "long": "INT64", "float": "FLOAT32", "double": "FLOAT64", "record": "STRUCT",
           "enum": "STRING", "fixed": "BYTES"}
SQL: dict[SqlType, str] = {
    BOOLEAN: "BOOLEAN", INTEGER: "INT32", DATE: "INT32", TIME: "INT32", BIGINT: "INT64", TIMESTAMP: "INT64",
    DOUBLE: "FLOAT64", STRING: "STRING", BYTES: "BYTES",
}


class Mismatch(SerdeError):
    """The writer's type cannot be read as the column's."""

    def __init__(self, node: Node, target: SqlType, path: str):
        super().__init__(f"Cannot deserialize type {connect_name(node)} as type {sql_name(target)} for path: {path}")


def connect_name(node: Node) -> str:
    if node.is_map_entries:
        return "MAP"
    return "STRUCT" if node.kind == "union" else CONNECT.get(node.kind, node.kind.upper())


def sql_name(t: SqlType) -> str:
    if isinstance(t, Decimal):
        return "BYTES"
    return SQL.get(t) or type(t).__name__.upper()


def check(node: Node, target: SqlType, path: str) -> None:
    """Raises Mismatch unless the type fits; what is inside of arrays, maps and records is looked at later."""
    while node.kind == "union":
        others = [n for _, n in node.fields if n.kind != "null"]
        if len(others) != 1:
            break
        node = others[0]
    if not fits(node, target):
        raise Mismatch(node, target, path)


def fits(node: Node, target: SqlType) -> bool:
    match target:
        case Array():
            return node.kind == "array" and not node.is_map_entries
        case Map():
            return node.kind == "map" or node.is_map_entries
        case Struct():
            return node.kind in ("record", "union")
        case Decimal():
            return node.kind in ("bytes", "fixed") and node.logical == "decimal"
    if target == BYTES and node.logical == "decimal":
        return False
    return node.kind in ACCEPTS[target]


def conversion(node: Node, target: SqlType) -> Callable[[Any], Any] | None:
    """What turns the decoded value into the column's, if anything."""
    if isinstance(target, Decimal):
        return DecimalBytes(node.scale, target)
    if target == STRING:
        return TEXTS.get(node.kind)
    return None


TEXTS: dict[str, Callable[[Any], str]] = {
    "int": str, "long": str, "float": java_float, "double": java_double, "boolean": java_boolean,
}


class DecimalBytes:
    """Big-endian two's complement to a Decimal of the column's scale."""

    def __init__(self, scale: int, target: Decimal):
        self.scale, self.target = scale, target
        self.limit = Number(10) ** (target.precision - target.scale)
        self.quantum = Number((0, (1,), -target.scale))

    def __call__(self, data: bytes) -> Number:
        number = EXACT.scaleb(Number(int.from_bytes(data, "big", signed=True)), -self.scale)
        if abs(number) >= self.limit:
            raise SerdeError(overflow(number, self.target))
        if self.scale == self.target.scale:
            return number
        fitted = EXACT.quantize(number, self.quantum)
        if fitted != number:
            raise SerdeError(f"Cannot fit decimal '{number:f}' into {self.target} without rounding.")
        return fitted


def overflow(number: Number, t: Decimal) -> str:
    return (f"Numeric field overflow: A field with precision {t.precision} and scale {t.scale} must round to an "
            f"absolute value less than 10^{t.precision - t.scale}. Got {number:f}")


def truncated(b: bytes) -> SerdeError:
    return SerdeError(f"Invalid Avro: the record ends after {len(b)} bytes, before its last field")


def bad_union(x: int) -> SerdeError:
    return SerdeError(f"Invalid Avro: union branch {x >> 1}")


NAMESPACE = {
    "long_at": long_at, "raw_at": raw_at, "after_varint": after_varint, "double_at": struct.Struct("<d").unpack_from,
    "float_at": struct.Struct("<f").unpack_from, "truncated": truncated, "bad_union": bad_union, "hash_map": hash_map,
    "ZIGZAG": ZIGZAG,
}
