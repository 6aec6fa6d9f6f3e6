"""Which columns each format can carry on either side, with ksqlDB's messages."""

from __future__ import annotations

from collections.abc import Sequence

from rowtime.errors import KsqlError
from rowtime.serde.api import Format
from rowtime.sql.types import (
    BIGINT,
    BYTES,
    DOUBLE,
    INTEGER,
    STRING,
    Array,
    Column,
    Decimal,
    Map,
    SqlType,
    Struct,
)

RESERVED = ("ROWTIME", "ROWPARTITION", "ROWOFFSET", "WINDOWSTART", "WINDOWEND")
_KAFKA_TYPES = (INTEGER, BIGINT, DOUBLE, STRING, BYTES)


def contains_map(t: SqlType) -> bool:
    if isinstance(t, Map):
        return True
    if isinstance(t, Array):
        return contains_map(t.item)
    return isinstance(t, Struct) and any(contains_map(f.type) for f in t.fields)


def check_keys(columns: Sequence[Column]) -> None:
    for column in columns:
        if contains_map(column.type):
            raise KsqlError(
                "Map keys, including types that contain maps, are not supported as they may lead to unexpected "
                f"behavior due to inconsistent serialization. Key column name: `{column.name}`. Column type: "
                f"{column.type}. See https://github.com/confluentinc/ksql/issues/6621 for more.")


def check_format(side: str, fmt: Format, columns: Sequence[Column]) -> None:
    """`side` is Key or Value."""
    if fmt.name == "NONE" and columns:
        raise KsqlError(f"{side} format does not support schema.\nformat: NONE\nschema: {_persistence(columns)}\n"
                        "reason: The 'NONE' format can only be used when no columns are defined. "
                        f"Got: [{', '.join(map(str, columns))}]")
    reason = _reason(fmt, columns)
    if reason:
        raise KsqlError(f"{side} format does not support schema.\nformat: {fmt.name}\n"
                        f"schema: {_persistence(columns)}\nreason: {reason}")


def _persistence(columns: Sequence[Column]) -> str:
    return f"Persistence{{columns=[{', '.join(map(str, columns))}], features=[]}}"


def _reason(fmt: Format, columns: Sequence[Column]) -> str:
    if fmt.name == "KAFKA":
        return _kafka_reason(columns)
    if fmt.name == "DELIMITED":
        for c in columns:
            if isinstance(c.type, (Array, Map, Struct)):
                return f"The 'DELIMITED' format does not support type '{type(c.type).__name__.upper()}', column: " \
                       f"`{c.name}`"
    if fmt.name in ("AVRO", "JSON"):
        return _map_reason(fmt.name, columns) or _avro_names(fmt, columns)
    return ""


def _kafka_reason(columns: Sequence[Column]) -> str:
    if len(columns) > 1:
        return f"The 'KAFKA' format only supports a single field. Got: [{', '.join(map(str, columns))}]"
    for c in columns:
        if c.type not in _KAFKA_TYPES:
            return f"The 'KAFKA' format does not support type '{_base(c.type)}'"
    return ""


def _base(t: SqlType) -> str:
    return type(t).__name__.upper() if isinstance(t, (Array, Map, Struct, Decimal)) else str(t)


def _map_reason(name: str, columns: Sequence[Column]) -> str:
    if any(_bad_map(c.type) for c in columns):
        return "Avro only supports MAPs with STRING keys" if name == "AVRO" else \
            "JSON only supports MAP types with STRING keys"
    return ""


def _bad_map(t: SqlType) -> bool:
    if isinstance(t, Map):
        return t.key != STRING or _bad_map(t.value)
    if isinstance(t, Array):
        return _bad_map(t.item)
    return isinstance(t, Struct) and any(_bad_map(f.type) for f in t.fields)


def _avro_names(fmt: Format, columns: Sequence[Column]) -> str:
    if fmt.name != "AVRO":
        return ""
    for c in columns:
        if not (c.name[:1].isalpha() or c.name[:1] == "_"):
            raise KsqlError(f"Schema is not compatible with Avro: Illegal initial character: {c.name}")
        bad = next((ch for ch in c.name if not (ch.isalnum() or ch in "_.")), None)
        if bad:
            raise KsqlError(f"Schema is not compatible with Avro: Illegal character in: {c.name}")
    return ""
