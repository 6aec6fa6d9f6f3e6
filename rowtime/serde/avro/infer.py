"""Columns from an Avro schema, as ksqlDB infers them: names upper-cased, what has no SQL type left out."""

from __future__ import annotations

from rowtime.errors import KsqlError
from rowtime.serde.avro.parsed import Node, parse
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
    ColumnKind,
    Decimal,
    Field,
    Map,
    SqlType,
    Struct,
)

PRIMITIVES: dict[str, SqlType] = {
    "boolean": BOOLEAN, "int": INTEGER, "long": BIGINT, "float": DOUBLE, "double": DOUBLE, "bytes": BYTES,
    "string": STRING, "enum": STRING, "fixed": BYTES,
}
LOGICAL: dict[tuple[str, str], SqlType] = {
    ("int", "date"): DATE, ("int", "time-millis"): TIME, ("long", "timestamp-millis"): TIMESTAMP,
}


def columns_from_schema(text: str, kind: ColumnKind = ColumnKind.VALUE, *, wrap: bool = True, upper: bool = True,
                        single: str = "ROWVAL") -> list[Column]:
    """The columns of a record or, not wrapped, one column named `single` (ROWKEY for a key) of the whole type.
    ksqlDB never takes an inferred key apart. `upper` False keeps the fields' names (a schema given by id)."""
    node = parse(text)
    if not wrap or kind is ColumnKind.KEY:
        t = sql_type(node, upper)
        if t is None:
            raise KsqlError(f"Unsupported type at root of schema: {node.kind}")
        return [Column(single, t, kind)]
    if node.kind != "record":
        raise KsqlError("KSQL stream/table schema must be structured")
    fields = struct_fields(node, upper)
    if not fields:
        raise KsqlError(f"Schema does not include any columns with types that ksqlDB supports.\nschema: {text}")
    return [Column(f.name, f.type, kind) for f in fields]


def struct_fields(node: Node, upper: bool) -> list[Field]:
    typed = [(name, sql_type(n, upper)) for name, n in node.fields if n.kind != "null"]
    return [Field(name.upper() if upper else name, t) for name, t in typed if t is not None]


def sql_type(node: Node, upper: bool) -> SqlType | None:
    """None: ksqlDB has no such type."""
    if node.kind == "union":
        return union_type(node, upper)
    if node.logical == "decimal" and node.kind in ("bytes", "fixed"):
        return Decimal(node.precision, node.scale)
    if node.is_map_entries:
        assert node.items is not None
        return map_type(dict(node.items.fields)["value"], upper)
    if node.kind == "map":
        assert node.items is not None
        return map_type(node.items, upper)
    if node.kind == "array":
        assert node.items is not None
        item = sql_type(node.items, upper)
        return Array(item) if item else None
    if node.kind == "record":
        return Struct(tuple(struct_fields(node, upper)))
    return LOGICAL.get((node.kind, node.logical)) or PRIMITIVES.get(node.kind)


def map_type(value: Node, upper: bool) -> SqlType | None:
    t = sql_type(value, upper)
    return Map(STRING, t) if t else None


def union_type(node: Node, upper: bool) -> SqlType | None:
    """Null and one type: that type. Several: a STRUCT with a field for each."""
    branches = [(name, n) for name, n in node.fields if n.kind != "null"]
    if len(branches) == 1:
        return sql_type(branches[0][1], upper)
    return Struct(tuple(struct_fields(Node("record", fields=branches), upper)))
