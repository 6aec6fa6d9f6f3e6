"""Encoders for a schema that was given (VALUE_SCHEMA_ID): fields are found by name, others take their default."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from rowtime.errors import KsqlError, SerdeError
from rowtime.serde.avro.encode import DecimalEncoder, Encode
from rowtime.serde.avro.parsed import Node
from rowtime.serde.avro.varint import bytes_bytes, encode_long, encode_raw, string_bytes
from rowtime.serde.hash_map import hash_map
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
    Field,
    Map,
    SqlType,
    Struct,
)

ToBytes = Callable[[Any], bytes]
KINDS: dict[SqlType, tuple[str, ...]] = {
    BOOLEAN: ("boolean",), INTEGER: ("int",), DATE: ("int",), TIME: ("int",), BIGINT: ("long",), TIMESTAMP: ("long",),
    DOUBLE: ("double",), STRING: ("string", "enum"), BYTES: ("bytes", "fixed"),
}
PLAIN: dict[str, ToBytes] = {
    "null": lambda v: b"", "boolean": lambda v: b"\x01" if v else b"\x00", "int": encode_long, "long": encode_long,
    "float": struct.Struct("<f").pack, "double": struct.Struct("<d").pack, "bytes": bytes_bytes, "string": string_bytes,
}


def physical_encoder(root: Node, columns: Sequence[Column], header: bytes) -> Encode:
    """encode(row) → bytes. KsqlError if the schema lacks a column, or has a field that nothing fills."""
    if root.kind != "record":
        raise KsqlError("KSQL stream/table schema must be structured")
    known = {name for name, _ in root.fields}
    missing = next((c.name for c in columns if c.name not in known), None)
    if missing is not None:
        raise KsqlError(f"Schema from Schema Registry misses field with name: {missing}")
    body = record(root, Struct(tuple(Field(c.name, c.type) for c in columns)))
    return lambda row: header + body(row)


def record(node: Node, t: Struct) -> ToBytes:
    """The writer's fields in order, each from the row or its default."""
    parts: list[tuple[int, ToBytes]] = []
    constant = b""
    for name, child in node.fields:
        at = t.index(name)
        if at >= 0:
            parts.append((at, prefixed(constant, value(child, t.fields[at].type))))
            constant = b""
        else:
            constant += default(node, name, child)
    tail = constant

    def encode(row: Any) -> bytes:
        return b"".join([to_bytes(row[at]) for at, to_bytes in parts]) + tail

    return encode


def prefixed(constant: bytes, encode: ToBytes) -> ToBytes:
    return encode if not constant else lambda v: constant + encode(v)


def default(node: Node, name: str, child: Node) -> bytes:
    """The bytes of a field that no column fills."""
    if name in node.defaults:
        given = node.defaults[name]
        if child.kind == "union":
            return b"\x00" + plain_default(child.fields[0][1], given)
        return plain_default(child, given)
    if child.nullable is not None:
        return encode_raw(child.nullable[1] << 1)
    raise KsqlError(f"Missing default value for required Avro field: [{name}]. "
                    "This field appears in Avro schema in Schema Registry")


def plain_default(node: Node, given: Any) -> bytes:
    if node.kind not in PLAIN:
        raise KsqlError(f"A default of type {node.kind} is not supported by rowtime: add a column for the field.")
    return PLAIN[node.kind](given.encode("latin-1") if node.kind == "bytes" else given)


def value(node: Node, t: SqlType) -> ToBytes:
    """A value of a column's type as the schema's; NULL where that is not allowed is an error."""
    if node.kind == "union":
        return union(node, t)
    encode = present(node, t)

    def required(v: Any) -> bytes:
        if v is None:
            raise SerdeError("Invalid value: null used for required field")
        return encode(v)

    return required


def union(node: Node, t: SqlType) -> ToBytes:
    nullable = node.nullable
    if nullable is None:
        raise KsqlError("Writing a union of several types is not supported by rowtime: use a schema without.")
    inner, null = nullable
    none, some, encode = encode_raw(null << 1), encode_raw((1 - null) << 1), present(inner, t)
    return lambda v: none if v is None else some + encode(v)


def present(node: Node, t: SqlType) -> ToBytes:
    if not writable(node, t):
        raise KsqlError(f"Cannot write {t} as Avro {node.kind}.")
    match t:
        case Struct():
            return record(node, t)
        case Array(item):
            return items(value(of(node), item))
        case Map(_, inner):
            return entries(node, inner)
        case Decimal():
            return DecimalEncoder(t)
    if node.kind == "enum":
        return lambda v: encode_long(node.symbols.index(v))
    return bytes if node.kind == "fixed" else PLAIN[node.kind]


def writable(node: Node, t: SqlType) -> bool:
    match t:
        case Struct():
            return node.kind == "record"
        case Array():
            return node.kind == "array" and not node.is_map_entries
        case Map():
            return node.kind == "map" or node.is_map_entries
        case Decimal():
            return node.kind == "bytes" and node.logical == "decimal" and node.scale == t.scale
    return node.kind in KINDS[t]


def of(node: Node) -> Node:
    assert node.items is not None
    return node.items


def items(encode: ToBytes) -> ToBytes:
    def to_bytes(values: Any) -> bytes:
        return b"".join((encode_long(len(values)), *map(encode, values), b"\x00")) if values else b"\x00"

    return to_bytes


def entries(node: Node, t: SqlType) -> ToBytes:
    """An Avro map, or an array of entries."""
    if node.is_map_entries:
        pair = items(record(of(node), Struct((Field("key", STRING), Field("value", t)))))
        return lambda m: pair(list(hash_map(m).items()))
    encode = value(of(node), t)
    both = items(lambda e: string_bytes(e[0]) + encode(e[1]))
    return lambda m: both(list(hash_map(m).items()))
