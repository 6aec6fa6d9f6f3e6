"""Format KAFKA: one column in Kafka's own serialisation."""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from rowtime.errors import KsqlError, SerdeError
from rowtime.serde.api import Format, Reader, Row, SchemaById, Writer
from rowtime.sql.types import BIGINT, BYTES, DOUBLE, INTEGER, STRING, Column, SqlType

PACKERS: dict[SqlType, struct.Struct] = {
    INTEGER: struct.Struct(">i"), BIGINT: struct.Struct(">q"), DOUBLE: struct.Struct(">d"),
}
NAMES: dict[SqlType, str] = {INTEGER: "IntegerDeserializer", BIGINT: "LongDeserializer", DOUBLE: "DoubleDeserializer"}


def single(columns: Sequence[Column]) -> SqlType | None:
    """The one column's type; None for no column; what KAFKA cannot carry is refused."""
    if len(columns) > 1:
        raise KsqlError("The 'KAFKA' format only supports a single field. Got: "
                        f"{[f'`{c.name}` {c.type}' for c in columns]}".replace("'`", "`").replace("', ", ", "))
    if not columns:
        return None
    t = columns[0].type
    if t not in PACKERS and t not in (STRING, BYTES):
        raise KsqlError(f"The 'KAFKA' format does not support type '{base_name(t)}', column: `{columns[0].name}`")
    return t


def base_name(t: SqlType) -> str:
    return str(t).partition("(")[0].partition("<")[0]


def kafka_reader(fmt: Format, columns: Sequence[Column], used: Collection[str], schema_by_id: SchemaById) -> Reader:
    t = single(columns)
    if t is None:
        return lambda values: [None if v is None else () for v in values]
    if t == STRING:
        return read_strings
    if t == BYTES:
        return lambda values: [None if v is None else (v,) for v in values]
    return number_reader(t)


def read_strings(values: Sequence[bytes | None]) -> list[Row | SerdeError | None]:
    try:
        return [None if v is None else (v.decode(),) for v in values]
    except UnicodeDecodeError:
        return [None if v is None else (v.decode("utf-8", "replace"),) for v in values]


def number_reader(t: SqlType) -> Reader:
    packer = PACKERS[t]
    unpack, size = packer.unpack, packer.size

    def read(values: Sequence[bytes | None]) -> list[Row | SerdeError | None]:
        return [None if v is None else unpack(v) if len(v) == size else wrong_size(t, size) for v in values]

    return read


def wrong_size(t: SqlType, size: int) -> SerdeError:
    return SerdeError(f"Size of data received by {NAMES[t]} is not {size}")


def kafka_writer(fmt: Format, columns: Sequence[Column], schema_id: int, spliced: Collection[str] = ()) -> Writer:
    t = single(columns)
    if t is None:
        return lambda rows: [None for _ in rows]
    encode = encoder(t)

    def write(rows: Sequence[Row | None]) -> list[bytes | SerdeError | None]:
        return [None if r is None or r[0] is None else encode(r[0]) for r in rows]

    return partial(write_strings, write) if t == STRING else write


def write_strings(otherwise: Writer, rows: Sequence[Row | None]) -> list[bytes | SerdeError | None]:
    try:
        return [r[0].encode() for r in rows]  # type: ignore[index]
    except (AttributeError, TypeError):
        return otherwise(rows)


def encoder(t: SqlType) -> Callable[[Any], bytes]:
    if t == STRING:
        return str.encode
    return bytes if t == BYTES else PACKERS[t].pack
