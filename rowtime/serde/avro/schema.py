"""The Avro schema text ksqlDB registers for columns."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from rowtime.errors import KsqlError
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

NAMESPACE = "io.confluent.ksql.avro_schemas"
VALUE_NAME = f"{NAMESPACE}.KsqlDataSourceSchema"
CONNECT = "org.apache.kafka.connect.data."
PRIMITIVES: dict[SqlType, str] = {
    BOOLEAN: "boolean", INTEGER: "int", BIGINT: "long", DOUBLE: "double", STRING: "string", BYTES: "bytes",
}
LOGICAL: dict[SqlType, tuple[str, str, str]] = {
    TIMESTAMP: ("long", "Timestamp", "timestamp-millis"), TIME: ("int", "Time", "time-millis"),
    DATE: ("int", "Date", "date"),
}


def key_name(sink: str) -> str:
    """Full name of a key's record: upper camel case of the sink's name, then Key."""
    camel = "".join(word[:1].upper() + word[1:].lower() for word in sink.split("_"))
    return f"{NAMESPACE}.{camel}Key"


def schema_text(columns: Sequence[Column], full_name: str = VALUE_NAME, wrap: bool = True) -> str:
    """The schema of a record of these columns or, not wrapped, of the one column."""
    if wrap:
        fields = [(c.name, c.type) for c in columns]
        schema: Any = record(fields, full_name, full_name.rpartition(".")[0])
    else:
        schema = plain(columns[0].type, full_name, None)
    return json.dumps(schema, separators=(",", ":"), ensure_ascii=False)


def record(fields: Sequence[tuple[str, SqlType]], full_name: str, namespace: str | None) -> dict[str, Any]:
    """A record; its namespace is stated only at the root."""
    names = [name.replace(".", "_") for name, _ in fields]
    out: dict[str, Any] = {"type": "record", "name": full_name.rpartition(".")[2]}
    if namespace:
        out["namespace"] = namespace
    out["fields"] = [
        {"name": valid(name), "type": ["null", plain(t, f"{full_name}_{original}", "")], "default": None}
        for name, (original, t) in zip(names, fields, strict=True)
    ]
    out["connect.name"] = full_name
    return out


def valid(name: str) -> str:
    """The name, if Avro allows it."""
    if not name:
        raise KsqlError("Schema is not compatible with Avro: Empty name")
    if not (name[0].isalpha() or name[0] == "_"):
        raise KsqlError(f"Schema is not compatible with Avro: Illegal initial character: {name}")
    if not re.fullmatch(r"\w+", name):
        raise KsqlError(f"Schema is not compatible with Avro: Illegal character in: {name}")
    return name


def plain(t: SqlType, name: str, enclosing: str | None) -> Any:
    """A type, not nullable. `enclosing` None: at the root, where a record states its namespace."""
    match t:
        case Array(item):
            return {"type": "array", "items": ["null", plain(item, name, enclosing)]}
        case Map():
            return map_entries(t, name, enclosing)
        case Struct(fields):
            namespace = name.rpartition(".")[0] if enclosing is None else None
            return record([(f.name, f.type) for f in fields], name, namespace)
        case Decimal(precision, scale):
            return decimal(precision, scale)
    if t in LOGICAL:
        primitive, connect, logical = LOGICAL[t]
        return {"type": primitive, "connect.version": 1, "connect.name": CONNECT + connect, "logicalType": logical}
    return PRIMITIVES[t]


def decimal(precision: int, scale: int) -> dict[str, Any]:
    return {"type": "bytes", "scale": scale, "precision": precision, "connect.version": 1,
            "connect.parameters": {"scale": str(scale), "connect.decimal.precision": str(precision)},
            "connect.name": f"{CONNECT}Decimal", "logicalType": "decimal"}


def map_entries(t: Map, name: str, enclosing: str | None) -> dict[str, Any]:
    """A MAP is an array of key and value records."""
    entry: dict[str, Any] = {"type": "record", "name": name.rpartition(".")[2]}
    if enclosing is None and "." in name:
        entry["namespace"] = name.rpartition(".")[0]
    entry["fields"] = [
        {"name": "key", "type": ["null", plain(t.key, f"{name}_MapKey", "")], "default": None},
        {"name": "value", "type": ["null", plain(t.value, f"{name}_MapValue", "")], "default": None},
    ]
    entry["connect.internal.type"] = "MapEntry"
    return {"type": "array", "items": entry, "connect.name": name}
